#pragma once

#include "log/event.hpp"
#include "view/console.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tinystacks::app::view {

/// The stages on a terminal, a line each, drawn anew in place.
class Board {
public:
    explicit Board(Console& terminal) : terminal_(terminal) {}
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;
    /// Leaves the terminal as it was before: what comes of the work is printed elsewhere.
    ~Board();

    void take(const log::Event& event);
    /// Draws what was taken; at most every 2 s.
    void draw();

private:
    struct Row {
        std::string stage;
        std::string state;   ///< what the target says, and the last attempt
        std::string detail;  ///< what a rollout waits for
    };

    Row& row(const std::string& stage);
    void erase();

    Console& terminal_;
    std::vector<Row> rows_;
    std::vector<std::string> remarks_;  ///< not written yet: they stay above the board
    std::size_t drawn_ = 0;             ///< lines that the next drawing replaces
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace tinystacks::app::view
