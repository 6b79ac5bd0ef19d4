"""The program at a terminal of its own."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from checks import TIME_LIMIT


class Terminal:
    """The program with a terminal of its own on all three descriptors, which is the session's controlling one."""

    def __init__(self, place, *arguments, env=None):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(place.work)
            os.execve(place.program, [place.program, *arguments], {**place.environment, **(env or {})})
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        self.seen = b""

    def read_until(self, text):
        """Reads until the text was printed, or the program ended (text None)."""
        deadline = time.monotonic() + TIME_LIMIT
        while text is None or text not in self.seen:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"{text!r} does not come; seen {self.seen[-500:]!r}")
            try:
                piece = os.read(self.descriptor, 65536)
            except OSError:
                piece = b""  # Linux says EIO when the other side is closed
            if not piece:
                if text is None:
                    return
                raise AssertionError(f"ended before {text!r}; seen {self.seen[-500:]!r}")
            self.seen += piece

    def press_ctrl_c(self):
        os.write(self.descriptor, b"\x03")

    def end(self):
        """The exit status as a shell has it."""
        self.read_until(None)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def at_terminal(place, *arguments, env=None):
    terminal = Terminal(place, *arguments, env=env)
    status = terminal.end()
    return status, terminal.seen
