"""Story time, and what is to happen when."""
import heapq
import itertools
import time

BEFORE = -1.0  # story time until the first change is asked for


class Clock:
    """Seconds since the first change, `speed` times as fast as the wall; by hand when `speed` is 0."""

    def __init__(self, speed=1.0):
        self.speed, self.opened = speed, time.time()
        self.began = None  # (monotonic, wall) of second 0
        self._by_hand = 0.0

    def begin(self):
        if self.began is None:
            self.began = (time.monotonic(), time.time())

    def now(self):
        if self.began is None:
            return BEFORE
        return self._by_hand if self.speed == 0 else (time.monotonic() - self.began[0]) * self.speed

    def advance(self, seconds):
        self._by_hand += seconds

    def wall(self, moment):
        """Seconds since 1970 of a story moment; what was before the story lies before the server was started."""
        if moment is None:
            return None
        if moment < 0 or self.began is None:
            return round(self.opened + min(moment, 0.0), 3)
        return round(self.began[1] + moment / (self.speed or 1.0), 3)

    def real(self, seconds):
        """How long a span of story time takes on the wall."""
        return seconds / self.speed if self.speed else 0.0


class Agenda:
    """What happens at which moment of the story. It is worked off whenever somebody looks, so that nobody can tell by
    the pace or order of his looks; first marks are what truths and acts refer to."""

    def __init__(self):
        self.now = BEFORE
        self.marks = {}
        self._entries, self._serial, self._waiting = [], itertools.count(), {}

    def at(self, moment, action):
        heapq.heappush(self._entries, (moment, next(self._serial), action))

    def run_until(self, moment):
        while self._entries and self._entries[0][0] <= moment:
            due, _, action = heapq.heappop(self._entries)
            self.now = max(self.now, due)
            action(self.now)
        self.now = max(self.now, moment)

    def mark(self, name, moment):
        """Something happened for the first time; what waited for it is planned."""
        if name in self.marks or moment < 0:
            return
        self.marks[name] = moment
        for delay, action in self._waiting.pop(name, []):
            self.at(moment + delay, action)

    def when(self, moment, action):
        """At a number of seconds, or at a mark such as `new.dead.2` or `new.dead.2+3`."""
        if isinstance(moment, (int, float)):
            self.at(moment, action)
            return
        name, delay = parse_moment(moment)
        if name in self.marks:
            self.at(self.marks[name] + delay, action)
        else:
            self._waiting.setdefault(name, []).append((delay, action))

    def moment(self, text):
        """The second that a number or a mark stands for; None when it has not come."""
        if text is None or isinstance(text, (int, float)):
            return text
        name, delay = parse_moment(text)
        return self.marks[name] + delay if name in self.marks else None


def parse_moment(text):
    name, _, delay = text.partition("+")
    return name.strip(), float(delay or 0)
