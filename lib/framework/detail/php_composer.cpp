#include "framework/detail/php_composer.hpp"

#include "base/text.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// Source: PHP's supported and unsupported branches.
constexpr std::array<Release, 12> php_lines = {{{"8.5", "8.5", "2029-12-31", ""},
                                                {"8.4", "8.4", "2028-12-31", ""},
                                                {"8.3", "8.3", "2027-12-31", ""},
                                                {"8.2", "8.2", "2026-12-31", ""},
                                                {"8.1", "8.1", "2025-12-31", ""},
                                                {"8.0", "8.0", "2023-11-26", ""},
                                                {"7.4", "7.4", "2022-11-28", ""},
                                                {"7.3", "7.3", "2021-12-06", ""},
                                                {"7.2", "7.2", "2020-11-30", ""},
                                                {"7.1", "7.1", "2019-12-01", ""},
                                                {"7.0", "7.0", "2019-01-10", ""},
                                                {"5.6", "5.6", "2018-12-31", ""}}};
constexpr Releases php_releases = {"php", "2026-11-30", "8.4", php_lines};

constexpr std::size_t longest_lock = 2000;  ///< packages that are asked which PHP they take

/// The extensions a mapping of requirements names.
void add_extensions(const document::Node* required, std::set<std::string>& extensions)
{
    if (required == nullptr) {
        return;
    }
    for (const auto& entry : required->entries) {
        if (entry.key.starts_with("ext-")) {
            extensions.insert(to_lower(entry.key.substr(4)));
        }
    }
}

/// Whether all locked packages take this PHP: Composer refuses to install otherwise.
bool packages_take(const document::Node* lock, const std::string& release)
{
    const auto* packages = find_path(lock, {"packages"});
    if (packages == nullptr || packages->items.size() > longest_lock) {
        return true;
    }
    return std::ranges::all_of(packages->items, [&](const auto& package) {
        const auto asked = text_at(&package, {"require", "php"});
        return asked.empty() || !find_release(asked, php_releases) || allows(asked, release, php_releases);
    });
}

}  // namespace

const std::string& PhpSearch::text(std::string_view file) const
{
    static const std::string none;
    const auto* found = folder.text(file);
    return found == nullptr ? none : *found;
}

void PhpSearch::note(std::string_view file, std::string rule, std::size_t line)
{
    application.evidence.push_back({{folder.in_tree(file), line, 1}, std::move(rule)});
}

bool is_plain_path(std::string_view path)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
    return !path.empty() && path.find_first_not_of(allowed) == std::string_view::npos && !path.starts_with('/') &&
           path.find("..") == std::string_view::npos;
}

void read_composer(PhpSearch& search)
{
    auto& plan = search.plan;
    const auto* required = find_path(search.composer, {"require"});
    if (required != nullptr) {
        for (const auto& entry : required->entries) {
            plan.packages.push_back(to_lower(entry.key));
        }
    }
    add_extensions(required, plan.extensions);
    if (const auto* packages = find_path(search.lock, {"packages"})) {
        for (const auto& package : packages->items) {
            add_extensions(package.find("require"), plan.extensions);
        }
    }
    const auto add_path = [&](const document::Node& repository) {
        auto url = text_at(&repository, {"url"});
        url = url.starts_with("./") ? url.substr(2) : url;
        url = url.substr(0, url.find_first_of("*?["));
        while (url.ends_with('/')) {
            url.pop_back();
        }
        if (text_at(&repository, {"type"}) == "path" && is_plain_path(url) && search.folder.has_directory(url)) {
            plan.path_inputs.push_back(url);
        }
    };
    if (const auto* repositories = find_path(search.composer, {"repositories"})) {
        std::ranges::for_each(repositories->items, add_path);
        for (const auto& entry : repositories->entries) {
            add_path(entry.value);
        }
    }
}

void choose_php(PhpSearch& search)
{
    std::vector<Pin> pins;
    if (!search.overrides.version.empty()) {
        pins.push_back({search.overrides.version, {}, std::string(said_version)});
    }
    for (auto& pin : tool_pins(search.folder, {"php"})) {
        pins.push_back(std::move(pin));
    }
    const auto add = [&](std::optional<Pin> pin) {
        if (pin) {
            pins.push_back(std::move(*pin));
        }
    };
    add(file_pin(search.folder, ".php-version"));
    add(node_pin(find_path(search.composer, {"config", "platform", "php"}), "composer.json, config.platform.php"));
    add(node_pin(find_path(search.composer, {"require", "php"}), "composer.json, require.php"));
    add(node_pin(find_path(search.lock, {"platform", "php"}), "platform of the lock file"));
    auto& application = search.application;
    std::vector<std::string> warnings;
    application.runtime = choose_runtime(pins, php_releases, warnings);
    const auto chosen = application.runtime.release;
    if (!packages_take(search.lock, chosen)) {
        const auto fits = std::ranges::find_if(php_lines, [&](const Release& line) {
            const std::string release(line.newest);
            return packages_take(search.lock, release) &&
                   std::ranges::all_of(pins, [&](const Pin& pin) { return allows(pin.text, release, php_releases); });
        });
        if (fits == php_lines.end()) {
            warnings.push_back(fmt::format("packages in composer.lock do not take PHP {}", chosen));
        } else {
            // Once more, so that what is said fits the release.
            warnings.clear();
            auto narrowed = pins;
            narrowed.insert(narrowed.begin(), {std::string(fits->newest), {}, "composer.lock"});
            auto runtime = choose_runtime(narrowed, php_releases, warnings);
            application.runtime.release = runtime.release;
            application.runtime.end_of_life = runtime.end_of_life;
            search.note("composer.lock", fmt::format("its packages take PHP {}, not {}", runtime.release, chosen));
        }
    }
    application.warnings.insert(application.warnings.end(), warnings.begin(), warnings.end());
}

}  // namespace tinystacks::framework
