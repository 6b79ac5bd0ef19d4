#pragma once

#include <string>
#include <vector>

namespace tinystacks::app::view {

/// Rows of text in columns that stand in line, with a heading; the empty text when there are no rows. Control
/// characters of a cell are made visible, tabs become spaces. An empty cell is "-".
class Table {
public:
    explicit Table(std::vector<std::string> headings);
    /// As many cells as there are headings.
    void add(const std::vector<std::string>& cells);
    [[nodiscard]] bool empty() const { return rows_ == 0; }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::string> headings_;
    std::vector<std::size_t> widths_;
    std::string cells_;  ///< of all rows, each ended by '\0': one text of a thousand rows is smaller than a thousand
    std::size_t rows_ = 0;
};

}  // namespace tinystacks::app::view
