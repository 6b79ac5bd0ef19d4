#pragma once

#include "document/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::contract::detail {

/// A place in a payload, made into a JSON pointer only when a message needs one. Lives on the stack of the reading.
struct Path {
    const Path* parent = nullptr;
    std::string_view token;  ///< of the root: a pointer to it

    [[nodiscard]] std::string pointer() const;
};

/// Collects what is wrong with a payload.
class Reader {
public:
    /// `node` is not what it must be, such as "a string".
    void refuse_type(const document::Node& node, const Path& path, std::string_view wanted);
    void report(const Position& where, const std::string& pointer, std::string_view rule, std::string_view message,
                std::string hint = {});
    /// Throws Error{invalid_input} when anything was collected.
    void finish();

private:
    std::vector<Problem> problems_;
};

}  // namespace tinystacks::contract::detail
