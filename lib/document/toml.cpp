#include "document/toml.hpp"

#include "document/detail/bytes.hpp"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

namespace tinystacks::document {
namespace {

class Builder {
public:
    Builder(const std::string& file, const Limits& limits, const std::vector<std::string>& lines)
        : file_(file), limits_(limits), lines_(lines)
    {}

    Node build(const toml::node& from, std::size_t depth)
    {
        if (++count_ > limits_.nodes) {
            refuse({file_}, "too_many_nodes", fmt::format("more than {} values", limits_.nodes));
        }
        if (depth > limits_.depth) {
            refuse({file_}, "too_deep", fmt::format("nested more than {} deep", limits_.depth));
        }
        Node node;
        const auto begin = from.source().begin;
        node.where = {file_, begin.line, begin.column};
        if (const auto* table = from.as_table()) {
            node.kind = Kind::mapping;
            for (const auto& [key, value] : *table) {
                const auto at = key.source().begin;
                node.entries.push_back({std::string(key.str()), {file_, at.line, at.column}, build(value, depth + 1)});
            }
        } else if (const auto* array = from.as_array()) {
            node.kind = Kind::sequence;
            for (const auto& item : *array) {
                node.items.push_back(build(item, depth + 1));
            }
        } else {
            node.kind = Kind::scalar;
            const auto* text = from.as_string();
            node.style = text != nullptr ? Style::quoted : Style::plain;
            node.text = text != nullptr ? text->get() : written(from.source());
        }
        return node;
    }

private:
    /// A number, boolean or date as the file has it: `3.10` is not 3.1.
    [[nodiscard]] std::string written(const toml::source_region& region) const
    {
        const auto& begin = region.begin;
        const auto& end = region.end;
        if (begin.line == 0 || begin.line > lines_.size() || begin.line != end.line || end.column < begin.column) {
            return {};
        }
        const auto& line = lines_[begin.line - 1];
        return begin.column > line.size() ? std::string() : line.substr(begin.column - 1, end.column - begin.column);
    }

    const std::string& file_;
    const Limits& limits_;
    const std::vector<std::string>& lines_;
    std::size_t count_ = 0;
};

}  // namespace

Document parse_toml(std::string_view text, const std::string& file, const Limits& limits)
{
    text = without_mark(text);
    check_bytes(text, file, limits);
    Document document;
    document.lines = lines_of(text);
    try {
        const auto table = toml::parse(text, file);
        document.root = Builder(file, limits, document.lines).build(table, 0);
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        refuse({file, at.line, at.column}, "syntax", std::string(error.description()));
    }
    return document;
}

}  // namespace tinystacks::document
