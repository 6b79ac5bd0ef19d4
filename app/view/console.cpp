#include "view/console.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tinystacks::app::view {
namespace {

constexpr std::size_t longest_colour = 32;  ///< a longer sequence is no colour

/// The length of the SGR sequence `text` starts with; npos when more bytes could still complete one, 0 when it is none.
std::size_t colour_length(std::string_view text)
{
    if (text.size() < 2) {
        return std::string_view::npos;
    }
    if (text[1] != '[') {
        return 0;
    }
    const auto end = text.find_first_not_of("0123456789;:", 2);
    if (end == std::string_view::npos) {
        return text.size() < longest_colour ? std::string_view::npos : 0;
    }
    return text[end] == 'm' ? end + 1 : 0;
}

/// How many bytes at the end of `text` begin a UTF-8 character that is not complete.
std::size_t incomplete_tail(std::string_view text)
{
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0U) == 0xC0) {
            const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return length > back ? back : 0;
        }
        if ((byte & 0x80U) == 0) {
            return 0;
        }
    }
    return 0;
}

}  // namespace

Console::Console(int descriptor) : descriptor_(descriptor), terminal_(::isatty(descriptor) == 1) {}

bool Console::is_file() const
{
    struct stat about = {};
    return ::fstat(descriptor_, &about) == 0 && S_ISREG(about.st_mode);
}

void Console::write(std::string_view bytes)
{
    while (!bytes.empty() && !closed_) {
        const auto put = ::write(descriptor_, bytes.data(), bytes.size());
        if (put >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            // A terminal or pipe that somebody else made non-blocking.
            pollfd wait = {descriptor_, POLLOUT, 0};
            (void)::poll(&wait, 1, -1);
        } else if (errno == EPIPE) {
            closed_ = true;
        } else if (errno != EINTR) {
            const auto why = errno;
            closed_ = true;  // not tried again for the error message's sake
            throw Error(ErrorKind::failed, "cannot write to standard {}: {}", descriptor_ == 1 ? "output" : "error",
                        errno_text(why));
        }
    }
}

std::string TerminalFilter::filter(std::string_view bytes)
{
    auto text = held_;
    text += bytes;
    held_.clear();
    const auto cut = incomplete_tail(text);
    std::string_view rest = std::string_view(text).substr(0, text.size() - cut);
    std::string shown;
    while (!rest.empty()) {
        const auto special = std::min(rest.find_first_of("\x1b\r"), rest.size());
        shown += printable(rest.substr(0, special));
        rest.remove_prefix(special);
        if (rest.empty()) {
            break;
        }
        if (rest.front() == '\r') {
            if (rest.size() == 1 && cut == 0) {
                held_ = "\r";
                return shown;
            }
            shown += rest.starts_with("\r\n") ? "" : "\n";
            rest.remove_prefix(1);
            continue;
        }
        const auto length = colour_length(rest);
        if (length == std::string_view::npos) {
            held_ = std::string(rest) + text.substr(text.size() - cut);
            return shown;
        }
        if (length > 0) {
            shown += colour_ ? rest.substr(0, length) : std::string_view();
            rest.remove_prefix(length);
        } else {
            shown += "\\x1b";
            rest.remove_prefix(1);
        }
    }
    held_ = text.substr(text.size() - cut);
    return shown;
}

}  // namespace tinystacks::app::view
