#include "log/detail/record.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "log/detail/word.hpp"
#include "log/to_json.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

namespace tinystacks::log {
namespace {

constexpr std::string_view magic = "tinystacks-journal 1";

/// A record's first line.
struct RecordHead {
    char kind = 'E';
    std::uint64_t length = 0;
    Time time;
    Lines lines;  ///< without text
    std::string stage;
    std::uint64_t size = 0;  ///< of the line, with its newline
};

/// A stage's name on a head line: spaces may stay, being last, but a newline may not.
std::string escape(std::string_view stage)
{
    std::string text;
    for (const auto c : stage) {
        text += c == '\n' ? "%n" : c == '%' ? "%%" : std::string(1, c);
    }
    return text;
}

std::string unescape(std::string_view text)
{
    std::string stage;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = text[i] == '%' && i + 1 < text.size();
        stage += !escaped ? text[i] : text[++i] == 'n' ? '\n' : text[i];
    }
    return stage;
}

std::optional<RecordHead> find_record_head(std::string_view bytes)
{
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    auto line = bytes.substr(0, end);
    RecordHead head;
    head.size = end + 1;
    const auto kind = take_word(line);
    if ((kind != "L" && kind != "E" && kind != "C") || !read_number(take_word(line), head.length)) {
        return std::nullopt;
    }
    head.kind = kind.front();
    if (head.kind == 'L') {
        const bool timed = read_time(take_word(line), head.time);
        const auto channel = find_channel(take_word(line));
        head.lines.source = take_word(line) == "output" ? Source::output : Source::tinystacks;
        if (!timed || !channel || !read_number(take_word(line), head.lines.first_line)) {
            return std::nullopt;
        }
        head.lines.channel = *channel;
        head.stage = unescape(line);
    }
    return head;
}

std::optional<Event> to_event(RecordHead&& head, std::string_view body)
{
    if (head.kind == 'L') {
        head.lines.text = body;
        return Event{head.time, std::move(head.stage), std::move(head.lines)};
    }
    return log::find_event(nlohmann::json::parse(body, nullptr, false));
}

/// Goes over the whole records of `bytes` up to a cut; how many bytes they are, and, when none is whole, how many the
/// first wants.
struct Walk {
    std::uint64_t done = 0;
    std::uint64_t wanted = 0;
    bool at_cut = false;
};

Walk walk(std::string_view bytes, const std::function<void(Event&&)>* visit)
{
    Walk result;
    while (true) {
        const auto rest = bytes.substr(result.done);
        auto head = find_record_head(rest);
        if (!head) {
            return result;
        }
        if (head->kind == 'C') {
            result.at_cut = true;
            return result;
        }
        if (head->length >= rest.size() || head->size + head->length >= rest.size()) {
            result.wanted = head->size + head->length + 1;
            return result;
        }
        const auto size = head->size + head->length + 1;
        if (rest[size - 1] != '\n') {
            return result;
        }
        if (visit != nullptr) {
            const auto body = rest.substr(head->size, head->length);
            // An event of a newer version is passed over.
            if (auto event = to_event(std::move(*head), body)) {
                (*visit)(std::move(*event));
            }
        }
        result.done += size;
    }
}

std::uint64_t walk_file(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset,
                        std::uint64_t limit, const std::function<void(Event&&)>* visit)
{
    const auto size = file_size(file, path);
    if (offset >= size) {
        return offset;
    }
    const auto available = size - offset;
    auto length = std::min(available, std::max<std::uint64_t>(limit, 256));
    while (true) {
        const auto buffer = std::make_unique_for_overwrite<char[]>(length);
        const auto got = read_at(file, path, offset, buffer.get(), length);
        const auto [done, wanted, at_cut] = walk({buffer.get(), got}, visit);
        if (done != 0 || at_cut || got < length || length == available || wanted > available) {
            return offset + done;
        }
        length = std::min(available, std::max(wanted, 2 * length));
    }
}

}  // namespace

std::string format(const FileHead& head)
{
    auto text = fmt::format("{} {} {} {} {} {} {}", magic, head.id, head.closed ? "shut" : "open",
                            head.time.time_since_epoch().count(), to_string(head.lost.channel), head.lost.bytes,
                            head.lost.lines);
    text.resize(file_head_size - 1, ' ');
    return text + '\n';
}

std::optional<FileHead> find_file_head(std::string_view text)
{
    if (text.size() != file_head_size || !text.starts_with(magic) || text.back() != '\n') {
        return std::nullopt;
    }
    text = trim(text.substr(magic.size()));
    FileHead head;
    head.id = take_word(text);
    head.closed = take_word(text) == "shut";
    const bool timed = read_time(take_word(text), head.time);
    const auto channel = find_channel(take_word(text));
    if (!timed || !channel || !read_number(take_word(text), head.lost.bytes) ||
        !read_number(take_word(text), head.lost.lines)) {
        return std::nullopt;
    }
    head.lost.channel = *channel;
    return head;
}

std::string lines_head(Time time, const std::string& stage, const Lines& lines, std::uint64_t first_line,
                       std::size_t length)
{
    return fmt::format("L {} {} {} {} {} {}\n", length, time.time_since_epoch().count(), to_string(lines.channel),
                       to_string(lines.source), first_line, escape(stage));
}

std::string event_record(const Event& event)
{
    const auto body = to_json(event).dump();
    return fmt::format("E {}\n{}\n", body.size(), body);
}

std::uint64_t visit_records(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset,
                            std::uint64_t limit, const std::function<void(Event&&)>& visit)
{
    return walk_file(file, path, offset, limit, &visit);
}

std::uint64_t skip_records(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset)
{
    while (true) {
        const auto next = walk_file(file, path, offset, std::uint64_t{1} << 20, nullptr);
        if (next == offset) {
            return offset;
        }
        offset = next;
    }
}

std::uint64_t file_size(const Descriptor& file, const std::filesystem::path& path)
{
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode)) {
        throw Error(ErrorKind::failed, "'{}' is not a regular file", path.string());
    }
    return static_cast<std::uint64_t>(about.st_size);
}

std::size_t read_at(const Descriptor& file, const std::filesystem::path& path, std::uint64_t offset, char* buffer,
                    std::size_t length)
{
    std::size_t done = 0;
    while (done < length) {
        const auto got = ::pread(file.number(), buffer + done, length - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Error(ErrorKind::failed, "cannot read '{}': {}", path.string(), errno_text(errno));
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

}  // namespace tinystacks::log
