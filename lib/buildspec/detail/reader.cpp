#include "buildspec/detail/reader.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <tuple>

namespace tinystacks::buildspec {
namespace {

/// The quotes that are open at the end of `text`, as a shell counts them: nothing, ' or ".
char open_quote(std::string_view text)
{
    char open = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && open != '\'') {
            ++i;
        } else if (open == '\0' && (text[i] == '\'' || text[i] == '"')) {
            open = text[i];
        } else if (text[i] == open) {
            open = '\0';
        }
    }
    return open;
}

/// A list item's text on its line, as it was written.
std::string_view written(const document::Document& document, const Position& where)
{
    const auto line = document.line(where.line);
    return trim(line.substr(std::min(line.size(), where.column - 1)));
}

}  // namespace

void Reader::error(const Position& where, std::string_view rule, std::string message, std::string hint)
{
    problems_.push_back(
        {Severity::error, where, fmt::format("buildspec.{}", rule), std::move(message), std::move(hint)});
}

void Reader::warn(const Position& where, std::string_view rule, std::string message, std::string hint)
{
    problems_.push_back(
        {Severity::warning, where, fmt::format("buildspec.{}", rule), std::move(message), std::move(hint)});
}

void Reader::check_keys(const document::Node& mapping, const std::string& key, const std::vector<std::string>& known)
{
    for (const auto& entry : mapping.entries) {
        if (std::ranges::find(known, entry.key) == known.end()) {
            warn(entry.key_where, "unknown_key",
                 fmt::format("'{}{}{}' is no key of a buildspec, so nothing of it is used", key, key.empty() ? "" : ".",
                             printable(entry.key)),
                 suggest(entry.key, known));
        }
    }
}

const document::Node* Reader::mapping(const document::Node* node, const std::string& key)
{
    if (node == nullptr || node->is_null()) {
        return nullptr;
    }
    if (!node->is_mapping()) {
        error(node->where, "type", fmt::format("'{}' must be a mapping of keys to values", key));
        return nullptr;
    }
    return node;
}

std::string Reader::text(const document::Node* node, const std::string& key)
{
    if (node == nullptr || node->is_null()) {
        return {};
    }
    if (!node->is_scalar()) {
        error(node->where, "type", fmt::format("'{}' must be one text", key));
        return {};
    }
    return node->text;
}

bool Reader::yes(const document::Node* node, const std::string& key)
{
    if (node == nullptr || node->is_null()) {
        return false;
    }
    const auto value = document::find_boolean(*node);
    if (!value) {
        warn(node->where, "boolean", fmt::format("'{}' must be yes or no; taken as no", key));
    }
    return value.value_or(false);
}

std::vector<Pattern> Reader::list(const document::Node* node, const std::string& key)
{
    std::vector<Pattern> items;
    if (node == nullptr || node->is_null()) {
        return items;
    }
    if (node->is_scalar()) {
        return {{node->text, node->where}};
    }
    if (!node->is_sequence()) {
        error(node->where, "type", fmt::format("'{}' must be a list", key));
        return items;
    }
    for (const auto& item : node->items) {
        if (item.is_scalar()) {
            items.push_back({item.text, item.where});
        } else if (!item.is_null()) {
            error(item.where, "type", fmt::format("each item of '{}' must be one text", key));
        }
    }
    return items;
}

std::vector<ShellCommand> Reader::commands(const document::Node* node, const std::string& key)
{
    std::vector<ShellCommand> commands;
    if (node == nullptr || node->is_null()) {
        return commands;
    }
    if (node->is_scalar()) {
        return {{node->text, node->where}};
    }
    if (!node->is_sequence()) {
        error(node->where, "commands", fmt::format("'{}' must be a list of commands, each a text", key),
              "write each command on a line of its own, beginning with '- '");
        return commands;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        const auto& item = node->items[i];
        if (item.is_null()) {
            warn(item.where, "null_command", fmt::format("an item of '{}' is empty; it is left out", key));
        } else if (item.is_scalar()) {
            look_for_lost_comment(item);
            commands.push_back({item.text, item.where});
        } else {
            refuse_command(item, i, key);
        }
    }
    return commands;
}

/// AWS's words, so that whoever searches for them finds the many answers there are.
void Reader::refuse_command(const document::Node& item, std::size_t index, const std::string& key)
{
    const auto name = key.ends_with("finally") ? "Finally" : "Commands";
    if (item.is_sequence()) {
        error(item.where, "command",
              fmt::format("Expected {}[{}] to be of string type: found a list instead", name, index),
              "take one '- ' away");
        return;
    }
    error(item.where, "command",
          fmt::format("Expected {}[{}] to be of string type: found subkeys instead at line {}, value of the key tag on "
                      "line {} might be empty",
                      name, index, item.where.line, item.where.line - 1),
          "quote the whole command: - " + document::quoted(written(document_, item.where)));
}

/// ` #` begins a YAML comment even between a shell's quotes, and what follows is silently lost.
void Reader::look_for_lost_comment(const document::Node& item)
{
    const auto line = written(document_, item.where);
    if (item.style == document::Style::plain && line.find(" #") != std::string_view::npos &&
        open_quote(item.text) != '\0') {
        warn(item.where, "lost_comment",
             "' #' begins a comment in YAML, so the shell gets only: " + printable(item.text),
             "quote the whole command: - " + document::quoted(line));
    }
}

std::vector<Problem> Reader::take_problems()
{
    std::ranges::stable_sort(
        problems_, {}, [](const Problem& problem) { return std::tuple(problem.where.line, problem.where.column); });
    return std::move(problems_);
}

bool Reader::has_errors() const
{
    return std::ranges::find(problems_, Severity::error, &Problem::severity) != problems_.end();
}

}  // namespace tinystacks::buildspec
