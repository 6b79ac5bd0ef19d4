#include "log/tally.hpp"

#include "base/text.hpp"
#include "log/detail/record.hpp"
#include "log/detail/word.hpp"

#include <algorithm>
#include <charconv>

namespace tinystacks::log {
namespace {

// Together with one row a channel for the rest they fit into longest_tally, were every byte of a name encoded.
constexpr std::size_t most_rows = 60;
constexpr std::size_t longest_stage = 64;

std::string encode(std::string_view stage)
{
    std::string text;
    for (const auto c : stage) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        text += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

std::optional<std::string> decode(std::string_view text)
{
    std::string stage;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            stage += text[i];
            continue;
        }
        unsigned char byte = 0;
        const auto digits = text.substr(i + 1, 2);
        const auto* end = digits.data() + digits.size();
        if (digits.size() != 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end) {
            return std::nullopt;
        }
        stage += static_cast<char>(byte);
        i += 2;
    }
    return stage;
}

std::optional<Tally::Row> find_row(std::string_view text)
{
    const auto words = split(text, '.');
    if (words.size() != 4) {
        return std::nullopt;
    }
    Gap gap;
    const auto channel = find_channel(words[0]);
    auto stage = decode(words[3]);
    if (!channel || !read_number(words[1], gap.bytes) || !read_number(words[2], gap.lines) || !stage) {
        return std::nullopt;
    }
    gap.channel = *channel;
    return Tally::Row{std::move(*stage), gap};
}

auto find_row(std::vector<Tally::Row>& rows, std::string_view stage, Channel channel)
{
    return std::ranges::find_if(
        rows, [&](const Tally::Row& row) { return row.stage == stage && row.gap.channel == channel; });
}

}  // namespace

void Tally::add(std::string_view stage, const Gap& gap)
{
    auto row = find_row(rows_, stage, gap.channel);
    if (row == rows_.end()) {
        if (!stage.empty() && (rows_.size() >= most_rows || stage.size() > longest_stage)) {
            add({}, gap);
            return;
        }
        row = rows_.insert(row, {std::string(stage), Gap{gap.channel, 0, 0}});
    }
    row->gap.bytes += gap.bytes;
    row->gap.lines += gap.lines;
}

void Tally::add(const Event& event)
{
    if (const auto* lines = std::get_if<Lines>(&event.body)) {
        add(event.stage, {lines->channel, lines->text.size(), count_lines(lines->text)});
    } else if (const auto* gap = std::get_if<Gap>(&event.body)) {
        add(event.stage, *gap);
    } else {
        const auto channel = event.stage.empty() ? Channel::build : Channel::deployment;
        add(event.stage, {channel, event_record(event).size(), 1});
    }
}

std::vector<Tally::Row> Tally::beyond(const Tally& other) const
{
    auto rows = rows_;
    for (const auto& known : other.rows_) {
        if (const auto row = find_row(rows, known.stage, known.gap.channel); row != rows.end()) {
            row->gap.bytes -= std::min(row->gap.bytes, known.gap.bytes);
            row->gap.lines -= std::min(row->gap.lines, known.gap.lines);
        }
    }
    std::erase_if(rows, [](const Row& row) { return row.gap.bytes == 0 && row.gap.lines == 0; });
    return rows;
}

std::uint64_t count_lines(std::string_view text)
{
    return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

std::string format(const Tally& tally)
{
    std::string text;
    for (const auto& [stage, gap] : tally.rows()) {
        text += fmt::format("{}{}.{}.{}.{}", text.empty() ? "" : ",", to_string(gap.channel), gap.bytes, gap.lines,
                            encode(stage));
    }
    return text;
}

std::optional<Tally> find_tally(std::string_view text)
{
    Tally tally;
    if (text.empty()) {
        return tally;
    }
    for (const auto part : split(text, ',')) {
        const auto row = find_row(part);
        if (!row) {
            return std::nullopt;
        }
        tally.add(row->stage, row->gap);
    }
    return tally;
}

}  // namespace tinystacks::log
