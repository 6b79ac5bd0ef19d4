#include "contract/detail/reader.hpp"

#include "base/text.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tinystacks::contract::detail {

std::string Path::pointer() const
{
    return parent == nullptr ? std::string(token) : document::pointer_to(parent->pointer(), token);
}

void Reader::refuse_type(const document::Node& node, const Path& path, std::string_view wanted)
{
    const bool is_bare = document::is_number(node) || document::is_boolean(node);
    report(node.where, path.pointer(), "type", fmt::format("must be {}, not {}", wanted, document::json_type(node)),
           is_bare && wanted == "a string" ? fmt::format("write \"{}\"", node.text) : std::string());
}

void Reader::report(const Position& where, const std::string& pointer, std::string_view rule, std::string_view message,
                    std::string hint)
{
    auto text = pointer.empty() ? std::string(message) : fmt::format("{}: {}", printable_line(pointer), message);
    problems_.push_back({Severity::error, where, fmt::format("contract.{}", rule), std::move(text), std::move(hint)});
}

void Reader::finish()
{
    if (!problems_.empty()) {
        std::ranges::stable_sort(
            problems_, {}, [](const Problem& problem) { return std::tuple(problem.where.line, problem.where.column); });
        throw Error::invalid(std::exchange(problems_, {}));
    }
}

}  // namespace tinystacks::contract::detail
