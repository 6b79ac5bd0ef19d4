#include "framework/detail/node_manifest.hpp"

#include "base/text.hpp"
#include "document/json.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

constexpr std::array<std::string_view, 3> kinds = {"dependencies", "devDependencies", "optionalDependencies"};
constexpr std::size_t most_members = 200;

bool matches_segment(std::string_view text, std::string_view pattern)
{
    std::size_t at = 0;
    std::size_t in = 0;
    auto star = std::string_view::npos;
    std::size_t mark = 0;
    while (at < text.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            star = in++;
            mark = at;
        } else if (in < pattern.size() && (pattern[in] == text[at] || pattern[in] == '?')) {
            ++in;
            ++at;
        } else if (star != std::string_view::npos) {
            in = star + 1;
            at = ++mark;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

bool matches_segments(std::span<const std::string_view> path, std::span<const std::string_view> pattern)
{
    if (pattern.empty()) {
        return path.empty();
    }
    if (pattern.front() == "**") {
        // Two of them in a row say no more than one.
        const auto rest = pattern.subspan(1);
        return matches_segments(path, rest) || (!path.empty() && matches_segments(path.subspan(1), pattern));
    }
    return !path.empty() && matches_segment(path.front(), pattern.front()) &&
           matches_segments(path.subspan(1), pattern.subspan(1));
}

/// The patterns that name members; empty when this is no workspace.
std::vector<std::string> patterns_of(const Folder& folder)
{
    std::vector<std::string> patterns;
    const auto add = [&](const document::Node* list) {
        for (const auto& item : list != nullptr && list->is_sequence() ? list->items : std::vector<document::Node>()) {
            if (item.is_scalar()) {
                if (patterns.size() < most_members) {
                    patterns.push_back(item.text);
                }
            }
        }
    };
    if (folder.has_file("pnpm-workspace.yaml")) {
        const auto* text = folder.text("pnpm-workspace.yaml");
        if (text != nullptr && !trim(*text).empty()) {
            add(find_path(folder.yaml("pnpm-workspace.yaml"), {"packages"}));
        }
    }
    const Manifest manifest(folder);
    const auto* workspaces = manifest.at({"workspaces"});
    add(workspaces != nullptr && workspaces->is_mapping() ? workspaces->find("packages") : workspaces);
    return patterns;
}

std::vector<std::string> members_of(const Folder& folder)
{
    const auto patterns = patterns_of(folder);
    std::vector<std::string> members;
    if (patterns.empty()) {
        return members;
    }
    for (const auto& file : folder.find_files("package.json", most_members * 4)) {
        const auto slash = file.rfind('/');
        const auto path = slash == std::string::npos ? std::string() : file.substr(0, slash);
        if (path.empty() || file.substr(slash) != "/package.json") {
            continue;
        }
        bool included = false;
        for (const auto& pattern : patterns) {
            const auto excludes = pattern.starts_with('!');
            if (matches_pattern(path, std::string_view(pattern).substr(excludes ? 1 : 0))) {
                included = !excludes;
            }
        }
        if (included && members.size() < most_members) {
            members.push_back(path);
        }
    }
    std::ranges::sort(members);
    return members;
}

}  // namespace

bool matches_pattern(std::string_view path, std::string_view pattern)
{
    constexpr std::size_t most_segments = 24;
    constexpr std::ptrdiff_t most_choices = 6;  // of which each doubles the patterns
    if (std::ranges::count(pattern, '{') > most_choices) {
        return false;
    }
    if (const auto open = pattern.find('{'); open != std::string_view::npos) {
        const auto close = pattern.find('}', open);
        if (close == std::string_view::npos) {
            return false;
        }
        return std::ranges::any_of(split(pattern.substr(open + 1, close - open - 1), ','), [&](auto choice) {
            return matches_pattern(path, std::string(pattern.substr(0, open)) + std::string(choice) +
                                             std::string(pattern.substr(close + 1)));
        });
    }
    pattern.remove_prefix(pattern.starts_with("./") ? 2 : 0);
    while (pattern.ends_with('/')) {
        pattern.remove_suffix(1);
    }
    auto wanted = split(pattern, '/');
    const auto repeated =
        std::ranges::unique(wanted, [](auto left, auto right) { return left == "**" && right == "**"; });
    wanted.erase(repeated.begin(), repeated.end());
    const auto given = split(path, '/');
    return wanted.size() <= most_segments && std::ranges::count(wanted, std::string_view("**")) <= 3 &&
           matches_segments(given, wanted);
}

namespace {

/// `{a:1}` of JSON5 as `{a: 1}`, which YAML wants.
std::string with_blanks(std::string_view json5)
{
    std::string text;
    char quote = '\0';
    for (std::size_t at = 0; at < json5.size(); ++at) {
        const auto c = json5[at];
        text += c;
        if (c == '\\' && at + 1 < json5.size()) {
            text += json5[++at];
        } else if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == ':') {
            text += ' ';
        }
    }
    return text;
}

}  // namespace

std::string served_folder(const Manifest& manifest)
{
    for (const auto* const name : {"start", "serve", "web", "dev", "preview"}) {
        const auto script = manifest.script(name);
        if (!matches(script, R"(^(?:npx\s+)?(?:serve|http-server|sirv|static-server|live-server)\b)")) {
            continue;
        }
        for (const auto word : split(script, ' ')) {
            const auto folder = word.starts_with("./") ? word.substr(2) : word;
            if (!folder.empty() && !folder.starts_with('-') &&
                manifest.folder().has_file(std::string(folder) + "/index.html")) {
                return std::string(folder);
            }
        }
    }
    return {};
}

Manifest::Manifest(const Folder& folder) : folder_(folder)
{
    file_ = folder.first_file({"package.json", "package.json5"});
    if (file_ == "package.json") {
        json_ = folder.json(file_);
    } else if (const auto* text = file_.empty() ? nullptr : folder.text(file_)) {
        // JSON5 without its comments and last commas is YAML's flow style.
        auto plain = document::without_comments(*text);
        std::ranges::replace(plain, '\t', ' ');
        json5_ = document::parse_yaml(with_blanks(plain), folder.in_tree(file_));
    }
}

const document::Node* Manifest::root() const
{
    const auto* node = json5_ ? &json5_->root : json_;
    return node != nullptr && node->is_mapping() ? node : nullptr;
}

const document::Node* Manifest::at(const std::vector<std::string_view>& keys) const
{
    return find_path(root(), keys);
}

Position Manifest::where(const std::vector<std::string_view>& keys) const
{
    const auto* node = at(keys);
    return {folder_.in_tree(file_.empty() ? "package.json" : file_), node == nullptr ? 0 : node->where.line, 0};
}

bool Manifest::has(std::string_view dependency) const
{
    return std::ranges::any_of(kinds, [&](auto kind) { return at({kind, dependency}) != nullptr; });
}

bool Manifest::has_in_production(std::string_view dependency) const
{
    return at({"dependencies", dependency}) != nullptr || at({"optionalDependencies", dependency}) != nullptr;
}

bool Manifest::has_dependencies(std::string_view kind) const
{
    const auto* list = at({kind});
    return list != nullptr && !list->entries.empty();
}

std::string Manifest::version_of(std::string_view dependency) const
{
    for (const auto kind : kinds) {
        if (auto version = text({kind, dependency}); !version.empty()) {
            return version;
        }
    }
    return {};
}

bool Manifest::script_mentions(std::string_view word) const
{
    const auto* scripts = at({"scripts"});
    if (scripts == nullptr) {
        return false;
    }
    return std::ranges::any_of(scripts->entries, [&](const document::Entry& entry) {
        const auto& text = entry.value.text;
        const auto is_word = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '@';
        };
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
            const auto end = at + word.size();
            if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
                return true;
            }
        }
        return false;
    });
}

Workspace find_workspace(const Folder& folder)
{
    for (auto above = folder; !above.is_root();) {
        above = above.parent();
        auto members = members_of(above);
        auto member = folder.path().substr(above.path().empty() ? 0 : above.path().size() + 1);
        if (std::ranges::binary_search(members, member)) {
            return {above, std::move(members), std::move(member)};
        }
    }
    return {folder, members_of(folder), {}};
}

std::string find_member(const Workspace& workspace, std::string_view name)
{
    for (const auto& member : workspace.members) {
        const Manifest manifest(workspace.folder.child(member));
        if (manifest.name() == name || member == name || member.ends_with("/" + std::string(name))) {
            return member;
        }
    }
    return {};
}

}  // namespace tinystacks::framework::node
