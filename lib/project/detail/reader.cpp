#include "project/detail/reader.hpp"

#include "base/text.hpp"
#include "registry/registry.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace tinystacks::project::detail {
namespace {

constexpr std::size_t shown = 80;

std::string in_quotes(std::string_view text)
{
    return fmt::format("'{}'", printable(text.substr(0, shown)));
}

std::string_view kind_of(const document::Node& node)
{
    switch (node.kind) {
    case document::Kind::null:
        return "empty";
    case document::Kind::scalar:
        return "a single value";
    case document::Kind::sequence:
        return "a list";
    case document::Kind::mapping:
        return "a mapping";
    }
    return "unknown";
}

}  // namespace

void Reader::error(const Position& where, std::string rule, std::string message, std::string hint)
{
    problems_.push_back({Severity::error, where, "project." + std::move(rule), std::move(message), std::move(hint)});
}

void Reader::warning(const Position& where, std::string rule, std::string message, std::string hint)
{
    problems_.push_back({Severity::warning, where, "project." + std::move(rule), std::move(message), std::move(hint)});
}

bool Reader::check_mapping(const document::Node& node, std::string_view what, const std::vector<std::string>& known)
{
    if (!node.is_mapping()) {
        error(node.where, "type", fmt::format("{} is {}: it must be a mapping", what, kind_of(node)),
              fmt::format("keys: {}", join(known, ", ")));
        return false;
    }
    for (const auto& entry : node.entries) {
        if (std::ranges::find(known, entry.key) == known.end()) {
            error(entry.key_where, "unknown_key", fmt::format("unknown key {} in {}", in_quotes(entry.key), what),
                  suggest(entry.key, known));
        }
    }
    return true;
}

const document::Node* Reader::require(const document::Node& parent, std::string_view what, std::string_view key)
{
    const auto* node = parent.find(key);
    if (node == nullptr) {
        error(parent.where, "missing_key", fmt::format("{} has no '{}'", what, key));
    }
    return node;
}

std::optional<std::string> Reader::find_scalar(const document::Node& node, std::string_view key)
{
    if (node.is_null()) {
        error(node.where, "empty", fmt::format("'{}' is empty", key),
              fmt::format("give '{}' a value or leave it out; \"\" is the empty text", key));
        return std::nullopt;
    }
    if (!node.is_scalar()) {
        error(node.where, "type", fmt::format("'{}' is {}: it must be a single value", key, kind_of(node)));
        return std::nullopt;
    }
    refuse_credential(node, key);
    return node.text;
}

void Reader::refuse_credential(const document::Node& node, std::string_view key)
{
    // The value itself is not repeated: messages end up in logs (security requirement CR-15).
    if (const auto kind = find_credential_kind(node.text)) {
        error(node.where, "credential", fmt::format("'{}' looks like a credential ({})", key, *kind),
              "keep it in AWS Secrets Manager: env.secrets-manager in build.yml, `secrets` in the task definition");
    }
}

std::string Reader::find_text(const document::Node& parent, std::string_view key, Check check, std::string_view meant)
{
    const auto* node = parent.find(key);
    const auto text = node == nullptr ? std::nullopt : find_scalar(*node, key);
    if (!text) {
        return {};
    }
    if (!check(*text)) {
        // A URL with a user may hold a password.
        const auto is_private = text->find("://") != std::string::npos && text->find('@') != std::string::npos;
        error(node->where, std::string(key),
              is_private ? fmt::format("'{}' must be {}", key, meant)
                         : fmt::format("'{}' is {}: it must be {}", key, in_quotes(*text), meant));
    }
    return *text;
}

int Reader::parse_number(const document::Node& node, std::string_view key, int least, int most)
{
    const auto text = find_scalar(node, key);
    if (!text) {
        return 0;
    }
    int number = 0;
    const auto* last = text->data() + text->size();
    const auto [end, failed] = std::from_chars(text->data(), last, number);
    const auto is_plain_number = failed == std::errc() && end == last && std::to_string(number) == *text;
    if (!is_plain_number || number < least || number > most || node.style != document::Style::plain) {
        const auto range =
            least == most ? fmt::format("{}", least) : fmt::format("a number from {} to {}", least, most);
        error(node.where, std::string(key),
              fmt::format("'{}' is {}: it must be {}, without quotes", key, in_quotes(*text), range));
        return 0;
    }
    return number;
}

std::optional<stage::Name> Reader::find_name(const document::Node& node, std::string_view key)
{
    const auto text = find_scalar(node, key);
    if (!text) {
        return std::nullopt;
    }
    try {
        return stage::Name::parse(*text);
    } catch (const Error& refused) {
        error(node.where, "name", fmt::format("'{}': {}", key, refused.message()), refused.hint());
        return std::nullopt;
    }
}

std::string Reader::find_repository(const document::Node& parent, std::string_view key)
{
    const auto* node = parent.find(key);
    const auto text = node == nullptr ? std::nullopt : find_scalar(*node, key);
    if (!text) {
        return {};
    }
    try {
        return registry::Repository::parse(*text).str();
    } catch (const Error& refused) {
        error(node->where, std::string(key), fmt::format("'{}': {}", key, refused.message()),
              "HOST/NAME without tag, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-api");
        return {};
    }
}

stage::Variables Reader::find_variables(const document::Node& parent, std::string_view key, stage::VariableUse use)
{
    const auto* node = parent.find(key);
    stage::Variables variables;
    if (node == nullptr) {
        return variables;
    }
    if (!node->is_mapping()) {
        error(node->where, "type",
              fmt::format("'{}' is {}: it must be a mapping of names to values", key, kind_of(*node)));
        return variables;
    }
    for (const auto& entry : node->entries) {
        if (const auto refusal = stage::find_refusal(entry.key, use)) {
            error(entry.key_where, "variable", fmt::format("variable {}: {}", in_quotes(entry.key), *refusal));
        } else if (names_a_secret(entry.key)) {
            warning(
                entry.key_where, "secret_in_file",
                fmt::format("variable {} sounds like a secret, and everybody with the repository can read it",
                            in_quotes(entry.key)),
                "keep it in AWS Secrets Manager: env.secrets-manager in build.yml, `secrets` in the task definition");
        }
        if (const auto value = find_scalar(entry.value, entry.key)) {
            variables.emplace(entry.key, *value);
        }
    }
    return variables;
}

std::vector<Problem> Reader::finish()
{
    std::ranges::stable_sort(
        problems_, {}, [](const Problem& problem) { return std::tuple(problem.where.line, problem.where.column); });
    if (std::ranges::find(problems_, Severity::error, &Problem::severity) != problems_.end()) {
        throw Error::invalid(std::move(problems_));
    }
    return std::move(problems_);
}

}  // namespace tinystacks::project::detail
