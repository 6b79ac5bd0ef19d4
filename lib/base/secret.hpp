#pragma once

#include <string>
#include <utility>

namespace tinystacks {

/// A text that must not be printed. It has no formatter and no stream operator; reveal() is greppable.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    /// The text itself, for the one place that sends it.
    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

}  // namespace tinystacks
