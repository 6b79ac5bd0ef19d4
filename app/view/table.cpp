#include "view/table.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::app::view {
namespace {

std::string cell_of(const std::string& text)
{
    auto cell = printable_line(to_utf8(text));
    std::ranges::replace(cell, '\t', ' ');
    return cell.empty() ? "-" : cell;
}

/// Characters, as far as a terminal gives each one column.
std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings))
{
    for (const auto& heading : headings_) {
        widths_.push_back(width_of(heading));
    }
}

void Table::add(const std::vector<std::string>& cells)
{
    for (std::size_t i = 0; i < headings_.size(); ++i) {
        const auto cell = cell_of(cells.at(i));
        widths_[i] = std::max(widths_[i], width_of(cell));
        cells_ += cell;
        cells_ += '\0';
    }
    ++rows_;
}

std::string Table::text() const
{
    if (rows_ == 0) {
        return {};
    }
    std::string text;
    const auto put = [&](std::string_view cell, std::size_t column) {
        text += cell;
        if (column + 1 == headings_.size()) {
            text += '\n';
        } else {
            text.append(widths_[column] - width_of(cell) + 2, ' ');
        }
    };
    for (std::size_t i = 0; i < headings_.size(); ++i) {
        put(headings_[i], i);
    }
    std::string_view rest = cells_;
    for (std::size_t i = 0; !rest.empty(); i = (i + 1) % headings_.size()) {
        const auto end = rest.find('\0');
        put(rest.substr(0, end), i);
        rest.remove_prefix(end + 1);
    }
    return text;
}

}  // namespace tinystacks::app::view
