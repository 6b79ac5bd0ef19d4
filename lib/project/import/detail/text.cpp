#include "project/import/detail/text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace tinystacks::project::detail {
namespace {

constexpr std::size_t shown = 80;
constexpr int deepest_default = 8;
constexpr int highest_port = 65535;

bool is_url_with_password(std::string_view value)
{
    const auto scheme = value.find("://");
    if (scheme == std::string_view::npos) {
        return false;
    }
    const auto rest = value.substr(scheme + 3);
    const auto user = rest.substr(0, rest.find_first_of("/?#"));
    const auto at = user.rfind('@');
    return at != std::string_view::npos && user.substr(0, at).find(':') != std::string_view::npos;
}

/// A long word of letters and digits that means nothing: a key, or a hash, which does no harm to leave out.
bool is_random_word(std::string_view value)
{
    constexpr std::size_t shortest = 32;
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
    return value.size() >= shortest &&
           std::ranges::all_of(value,
                               [&](unsigned char c) {
                                   return is_digit(c) || is_letter(c) || c == '+' || c == '=' || c == '_' || c == '-';
                               }) &&
           std::ranges::count_if(value, is_digit) >= 4 && std::ranges::any_of(value, is_letter);
}

using Find = std::function<std::optional<std::string>(const std::string&)>;

class Filler {
public:
    Filler(Dialect dialect, const Find& find) : dialect_(dialect), find_(find) {}

    std::string fill(std::string_view text, int depth)
    {
        std::string filled;
        while (!text.empty()) {
            const auto dollar = text.find('$');
            filled += text.substr(0, dollar);
            if (dollar == std::string_view::npos) {
                break;
            }
            text.remove_prefix(dollar);
            filled += take(text, filled, depth);
        }
        return filled;
    }

    Filled result;

private:
    /// What the `$` in front of `text` stands for; takes it away.
    std::string take(std::string_view& text, std::string& before, int depth)
    {
        if (dialect_ == Dialect::copilot && before.ends_with('\\') && text.starts_with("${")) {
            before.pop_back();  // \${NAME} is the text ${NAME}
            return literal(text, 2);
        }
        if (dialect_ == Dialect::compose && text.starts_with("$$")) {
            text.remove_prefix(2);
            return "$";
        }
        if (text.starts_with("${")) {
            const auto end = closing(text);
            if (end == std::string_view::npos || depth > deepest_default) {
                return literal(text, text.size());
            }
            const auto inside = text.substr(2, end - 2);
            text.remove_prefix(end + 1);
            return value(inside, depth);
        }
        auto length = std::size_t{1};
        while (length < text.size() && is_variable_name(text.substr(1, length))) {
            ++length;
        }
        if (dialect_ == Dialect::copilot || length == 1) {
            return literal(text, 1);
        }
        const auto name = text.substr(1, length - 1);
        text.remove_prefix(length);
        return value(name, depth);
    }

    static std::string literal(std::string_view& text, std::size_t length)
    {
        std::string taken(text.substr(0, length));
        text.remove_prefix(length);
        return taken;
    }

    static std::size_t closing(std::string_view text)
    {
        int open = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text.substr(at).starts_with("${")) {
                ++open;
            } else if (text[at] == '}' && --open == 0) {
                return at;
            }
        }
        return std::string_view::npos;
    }

    std::string value(std::string_view inside, int depth)
    {
        const auto end = std::min(inside.find_first_of(":-?+"), inside.size());
        const std::string name(inside.substr(0, end));
        auto rest = inside.substr(end);
        if (const auto known = find_(name)) {
            return *known;
        }
        if (rest.starts_with(':')) {
            rest.remove_prefix(1);
        }
        if (dialect_ == Dialect::compose && rest.starts_with('-')) {
            result.defaulted.push_back(name);
            return fill(rest.substr(1), depth + 1);
        }
        result.unknown.push_back(name);
        return {};
    }

    Dialect dialect_;
    const Find& find_;
};

}  // namespace

const document::Node* find_yaml(const framework::Tree& tree, const std::string& path)
{
    if (!tree.has_file(path)) {
        return nullptr;
    }
    const auto* node = tree.yaml(path);
    if (node == nullptr) {
        const auto& notes = tree.notes();
        const auto quoted = printable_line(path);
        const auto note = std::ranges::find_if(notes, [&](const auto& text) { return text.find(quoted) != text.npos; });
        throw Error(ErrorKind::invalid_input, "{}",
                    note == notes.end() ? fmt::format("'{}' could not be read", quoted) : *note)
            .at({path});
    }
    if (!node->is_mapping()) {
        throw Error(ErrorKind::invalid_input, "the file must be a mapping").at(node->where);
    }
    return node;
}

bool looks_secret(std::string_view name, std::string_view value)
{
    static constexpr std::array parts = {"SECRET",      "PASSWORD",   "PASSWD", "PASSPHRASE",
                                         "PRIVATE_KEY", "CREDENTIAL", "TOKEN"};
    static constexpr std::array endings = {"_KEY", "_PASS", "_PWD", "_DSN", "_SALT", "_CERT", "_AUTH"};
    if (value.empty()) {
        return false;
    }
    const auto upper = to_upper(name);
    const auto has = [&](std::string_view part) { return upper.find(part) != std::string::npos; };
    const auto ends = [&](std::string_view ending) { return upper.ends_with(ending); };
    return names_a_secret(name) || std::ranges::any_of(parts, has) || std::ranges::any_of(endings, ends) ||
           find_credential_kind(value).has_value() || is_url_with_password(value) || is_random_word(value);
}

bool is_plain_line(std::string_view text)
{
    return text.find_first_of("\n\t") == std::string_view::npos && printable_line(text) == text;
}

std::string in_quotes(std::string_view text)
{
    return fmt::format("'{}'", printable_line(to_utf8(text.substr(0, shown))));
}

Filled fill(std::string_view text, Dialect dialect, const Find& find)
{
    Filler filler(dialect, find);
    auto filled = filler.fill(text, 0);
    filler.result.text = std::move(filled);
    return std::move(filler.result);
}

std::string inner_path(const document::Node& node, const std::string& text, const std::string& base)
{
    const std::filesystem::path path(text);
    const auto normal = (std::filesystem::path(base) / path).lexically_normal();
    auto inside = normal.generic_string();
    while (inside.ends_with('/')) {
        inside.pop_back();
    }
    if (path.is_absolute() || inside == ".." || inside.starts_with("../") || !is_plain_line(text) ||
        text.find('\\') != std::string::npos || text.find("://") != std::string::npos) {
        throw Error(ErrorKind::invalid_input, "{} is no path inside the repository", in_quotes(text)).at(node.where);
    }
    return inside == "." ? std::string() : inside;
}

document::Node merged(const document::Node& base, const document::Node& over)
{
    if (!base.is_mapping() || !over.is_mapping()) {
        return over;
    }
    auto result = base;
    for (const auto& entry : over.entries) {
        const auto found = std::ranges::find(result.entries, entry.key, &document::Entry::key);
        if (found == result.entries.end()) {
            result.entries.push_back(entry);
        } else {
            found->value = merged(found->value, entry.value);
            found->key_where = entry.key_where;
        }
    }
    return result;
}

int port_of(std::string_view text)
{
    int port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failed == std::errc() && end == text.data() + text.size() && port > 0 && port <= highest_port ? port : 0;
}

std::vector<Pair> pairs_of(const document::Node* node)
{
    std::vector<Pair> pairs;
    if (node == nullptr) {
        return pairs;
    }
    for (const auto& entry : node->entries) {
        pairs.push_back({entry.key, &entry.value,
                         entry.value.is_scalar() ? std::optional(entry.value.text) : std::nullopt, entry.key_where});
    }
    for (const auto& item : node->items) {
        if (!item.is_scalar()) {
            throw Error(ErrorKind::invalid_input, "an item must be NAME=VALUE").at(item.where);
        }
        const auto equals = item.text.find('=');
        pairs.push_back({item.text.substr(0, equals), nullptr,
                         equals == std::string::npos ? std::nullopt : std::optional(item.text.substr(equals + 1)),
                         item.where});
    }
    return pairs;
}

std::vector<const document::Node*> scalars_of(const document::Node* node)
{
    std::vector<const document::Node*> scalars;
    if (node == nullptr) {
        return scalars;
    }
    if (node->is_scalar()) {
        scalars.push_back(node);
    }
    for (const auto& item : node->items) {
        if (item.is_scalar()) {
            scalars.push_back(&item);
        }
    }
    return scalars;
}

std::string command_of(const document::Node* node)
{
    std::vector<std::string> words;
    for (const auto* word : scalars_of(node)) {
        words.push_back(node->is_scalar() ? word->text : shell_quote(word->text));
    }
    auto command = join(words, " ");
    for (const auto part : split(command, ' ')) {
        const auto equals = part.find('=');
        auto name = std::string(part.substr(0, equals));
        std::ranges::replace(name, '-', '_');
        if (find_credential_kind(part) || looks_secret(name, equals == part.npos ? "" : part.substr(equals + 1))) {
            return {};
        }
    }
    return command;
}

void Remarks::add(Fate fate, const Position& where, std::string rule, std::string what, std::string instead)
{
    if (known_.emplace(rule, what).second) {
        remarks_.push_back({fate, where, std::move(rule), std::move(what), std::move(instead)});
    }
}

std::vector<Remark> Remarks::sorted() const
{
    auto sorted = remarks_;
    std::ranges::stable_sort(
        sorted, {}, [](const Remark& remark) { return std::tuple(remark.fate, remark.where.file, remark.where.line); });
    return sorted;
}

void ask_service(std::string_view from, std::string_view where, const std::vector<std::string>& described,
                 std::string_view first)
{
    throw Error(ErrorKind::usage, "{} has {} services, and one project file is for one of them: {}", where,
                described.size(), join(described, ", "))
        .with_hint(fmt::format("tinystacks init --from {} --service {}", from, shell_quote(first)));
}

}  // namespace tinystacks::project::detail
