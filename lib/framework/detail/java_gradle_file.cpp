#include "framework/detail/java_gradle_file.hpp"

#include "base/text.hpp"
#include "framework/detail/java_project.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/path.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_modules = 50;

/// Comments become blanks of the same number of lines, so that lines keep their numbers.
std::string without_comments(const std::string& text)
{
    std::string kept;
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = text[at];
        const auto next = at + 1 < text.size() ? text[at + 1] : '\0';
        if (quote != '\0') {
            quote = c == quote || c == '\n' ? '\0' : quote;
            kept += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            kept += c;
        } else if (c == '/' && next == '/') {
            at = std::min(text.find('\n', at), text.size()) - 1;
        } else if (c == '/' && next == '*') {
            const auto end = std::min(text.find("*/", at + 2), text.size());
            kept.append(static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                            text.begin() + static_cast<std::ptrdiff_t>(end), '\n')),
                        '\n');
            at = end + 1;
        } else {
            kept += c;
        }
    }
    return kept;
}

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The value of `name = "…"` or `name=…` or `name "…"`, found by text since the name is the repository's.
std::string find_value(std::string_view text, std::string_view name)
{
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        if (at > 0 && is_word(text[at - 1])) {
            continue;
        }
        auto rest = text.substr(at + name.size());
        rest = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(rest.starts_with('"') || rest.starts_with('\'') ? 1 : 0);
        rest = trim(rest);
        for (const std::string_view sign : {"=", ".set(", "to"}) {
            if (rest.starts_with(sign)) {
                rest = trim(rest.substr(sign.size()));
                break;
            }
        }
        const auto quote = rest.empty() ? '\0' : rest.front();
        if (quote == '"' || quote == '\'') {
            return std::string(rest.substr(1, std::min(rest.find(quote, 1), rest.size()) - 1));
        }
        if (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest.front())) != 0) {
            return std::string(rest.substr(0, rest.find_first_not_of("0123456789._")));
        }
    }
    return {};
}

/// The catalog's entry of an accessor: libs.plugins.spring.boot is spring-boot in [plugins].
std::string find_alias(const std::string& catalog, std::string accessor)
{
    const auto plain = [](std::string text) {
        std::ranges::replace(text, '_', '-');
        std::ranges::replace(text, '.', '-');
        return text;
    };
    accessor = plain(std::move(accessor));
    for (const auto line : split(catalog, '\n')) {
        const auto equals = line.find('=');
        if (equals != std::string_view::npos && plain(std::string(trim(line.substr(0, equals)))) == accessor) {
            return std::string(trim(line.substr(equals + 1)));
        }
    }
    return {};
}

void add_plugins(const GradleBuild& build, GradleFile& file)
{
    std::string kept;
    for (const auto line : split(file.text, '\n')) {
        if (line.find("apply false") == std::string_view::npos && line.find("apply(false)") == std::string_view::npos) {
            kept += std::string(line) + '\n';
        }
    }
    for (const auto* const pattern : {R"(\bid[\s(]+["']([\w.-]+)["'])", R"(apply\s+plugin:\s*["']([\w.-]+)["'])",
                                      R"(apply\(plugin\s*=\s*["']([\w.-]+)["']\))"}) {
        for (auto& id : find_matches(kept, pattern)) {
            file.plugins.push_back(std::move(id));
        }
    }
    for (const auto& short_name : find_matches(kept, R"(\bkotlin\(["'](jvm|js|multiplatform|android)["']\))")) {
        file.plugins.push_back("org.jetbrains.kotlin." + short_name);
    }
    for (const auto& alias : find_matches(kept, R"(alias\(?\s*libs\.plugins\.([\w.]+)\)?)")) {
        const auto entry = find_alias(build.catalog, alias);
        const auto id = find_match(entry, R"(id\s*=\s*["']([\w.-]+)["'])");
        const auto joined = find_match(entry, R"(^["']([\w.-]+):)");
        file.plugins.push_back(id.value_or(joined.value_or(alias)));
    }
    const auto block = kept.find("plugins");
    const auto end = block == std::string::npos ? block : kept.find('}', block);
    if (end != std::string::npos) {
        for (const auto line : split(std::string_view(kept).substr(block, end - block), '\n')) {
            auto word = trim(line.substr(line.find('{') == std::string_view::npos ? 0 : line.find('{') + 1));
            word = word.starts_with('`') && word.ends_with('`') && word.size() > 2 ? word.substr(1, word.size() - 2)
                                                                                   : word;
            for (const std::string_view known : {"application", "war", "java"}) {
                if (word == known) {
                    file.plugins.emplace_back(word);
                }
            }
        }
    }
}

void add_used(const GradleBuild& build, GradleFile& file)
{
    for (const auto line : split(file.text, '\n')) {
        if (!matches(line, R"((?:^|[{;])\s*(?:implementation|api|compile|runtimeOnly|runtime|kapt|ksp)\b[\s(])")) {
            continue;
        }
        file.used += std::string(trim(line));
        if (const auto alias = find_match(line, R"(libs\.([\w.]+))")) {
            file.used += " " + find_alias(build.catalog, *alias);
        }
        file.used += '\n';
    }
}

std::optional<GradleFile> read_file(const Folder& folder, const std::string& module, const GradleBuild& build)
{
    GradleFile file;
    file.module = module;
    for (const auto* const name : {"build.gradle", "build.gradle.kts"}) {
        const auto path = in_module(module, name);
        if (const auto* text = folder.text(path)) {
            file.path = path;
            file.text = without_comments(*text);
            add_plugins(build, file);
            add_used(build, file);
            return file;
        }
    }
    return std::nullopt;
}

/// include("app", "lib:core"), include ':app'
std::vector<std::string> modules_of(const std::string& settings)
{
    std::vector<std::string> modules;
    for (const auto& list : find_matches(settings, R"(\binclude[\s(]+((?:["'][\w:./-]+["'][\s,]*)+))")) {
        for (auto path : find_matches(list, R"(["']([\w:./-]+)["'])")) {
            path.erase(0, path.starts_with(':') ? 1 : 0);
            if (const auto directory = resolve_path("", replaced(path, ':', '/'))) {
                modules.push_back(*directory);
            }
        }
    }
    return modules;
}

/// The block `task { … }` or `tasks.named<…>("task") { … }`, roughly: up to the brace that closes it.
std::string block_of(const std::string& text, std::string_view task)
{
    for (auto at = text.find(task); at != std::string::npos; at = text.find(task, at + 1)) {
        if (at > 0 && is_word(text[at - 1])) {
            continue;
        }
        auto open = at + task.size();
        while (open < text.size() && std::string_view(" \t\n\"')>(").find(text[open]) != std::string_view::npos) {
            ++open;
        }
        if (open >= text.size() || text[open] != '{') {
            continue;
        }
        int depth = 0;
        for (auto end = open; end < text.size(); ++end) {
            depth += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
            if (depth == 0) {
                return text.substr(open, end - open);
            }
        }
        return {};  // a brace that nothing closes: nor does anything close those behind it
    }
    return {};
}

std::string task_class(std::string_view task)
{
    return task == "bootJar" ? "BootJar" : task == "shadowJar" ? "ShadowJar" : task == "bootWar" ? "BootWar" : "Jar";
}

std::string task_block(const GradleFile& file, std::string_view task)
{
    const auto block = block_of(file.text, task);
    return block.empty() ? block_of(file.text, task_class(task)) : block;
}

constexpr const char* toolchain_pattern =
    R"(languageVersion\s*(?:=|\.set\s*\()\s*JavaLanguageVersion\.of\(\s*([^)\n]+\)?))";

struct Ask {
    const char* pattern;
    const char* rule;
};
constexpr std::array<Ask, 6> asks = {{
    {toolchain_pattern, "toolchain languageVersion"},
    {R"(jvmToolchain\(\s*([^)\n]+\)?))", "jvmToolchain"},
    {R"(options\.release\s*(?:=|\.set\s*\()\s*["']?([\w.]+))", "options.release"},
    {R"(sourceCompatibility\s*(?:=|\()?\s*["']?(?:JavaVersion\.toVersion\(["']?)?(?:JavaVersion\.)?([\w.]+))",
     "sourceCompatibility"},
    {R"(targetCompatibility\s*(?:=|\()?\s*["']?(?:JavaVersion\.toVersion\(["']?)?(?:JavaVersion\.)?([\w.]+))",
     "targetCompatibility"},
    {R"(jvmTarget\s*(?:=|\.set\s*\()\s*["']?(?:JvmTarget\.)?([\w.]+))", "jvmTarget"},
}};

/// VERSION_1_8, JVM_17, 17, a variable, libs.versions.java.get(): the number.
std::string number_of(const GradleBuild& build, const GradleFile& file, std::string text)
{
    for (const std::string_view prefix : {"VERSION_", "JVM_"}) {
        if (text.starts_with(prefix)) {
            return replaced(text.substr(prefix.size()), '_', '.');
        }
    }
    if (const auto number = find_match(text, R"(^\s*["']?(\d[\d.]*))")) {
        return *number;
    }
    if (const auto alias = find_match(text, R"(libs\.versions\.([\w.]+?)(?:\.get\(?|\.asProvider|$|\)))")) {
        return find_match(find_alias(build.catalog, *alias), R"(["'](\d[\w.]*)["'])").value_or(text);
    }
    const auto name = find_match(text, R"((\w+))").value_or("");
    const auto last = find_match(text, R"((\w+)["')\s]*$)").value_or("");
    for (const auto& each : {name, last}) {
        for (const auto* const place : {&file.text, &build.files.front().text, &build.properties}) {
            const auto value = each.empty() ? std::string() : find_value(*place, each);
            if (const auto number = find_match(value, R"(^(?:VERSION_)?(\d[\d._]*)$)")) {
                return *number;
            }
        }
    }
    return text;
}

}  // namespace

std::string replaced(std::string text, char from, char to)
{
    std::ranges::replace(text, from, to);
    return text;
}

std::optional<GradleBuild> read_gradle_build(const Folder& folder)
{
    GradleBuild build;
    const auto text_of = [&](const std::string& name) {
        const auto* text = name.empty() ? nullptr : folder.text(name);
        return text == nullptr ? std::string() : *text;
    };
    build.properties = text_of("gradle.properties");
    build.catalog = text_of("gradle/libs.versions.toml");
    const auto settings = without_comments(text_of(folder.first_file({"settings.gradle", "settings.gradle.kts"})));
    build.name = find_match(settings, R"(rootProject\.name\s*(?:=|\.set\s*\()\s*["']([^"'\n]+)["'])").value_or("");
    for (const auto* const place : {"buildSrc/src/main/kotlin", "buildSrc/src/main/groovy"}) {
        for (const auto& name : folder.child(place).files()) {
            build.conventions += without_comments(text_of(fmt::format("{}/{}", place, name))) + "\n";
        }
    }
    if (auto root = read_file(folder, "", build)) {
        build.files.push_back(std::move(*root));
    }
    for (const auto& module : modules_of(settings)) {
        auto file = build.files.size() < most_modules ? read_file(folder, module, build) : std::nullopt;
        build.complete = build.complete && file;
        if (file && !module.empty()) {
            build.files.push_back(std::move(*file));
        }
    }
    for (const auto& included : find_matches(settings, R"(\bincludeBuild[\s(]+["']([^"'\n]+)["'])")) {
        build.complete = build.complete && (included == "build-logic" || included == "buildSrc");
    }
    return build.files.empty() ? std::nullopt : std::optional(std::move(build));
}

std::vector<Pin> gradle_pins(const Folder& folder, const GradleBuild& build, const GradleFile& file)
{
    std::vector<Pin> pins;
    const auto add = [&](const std::string& text, const std::string& path) {
        for (const auto& ask : asks) {
            const auto found = pins.empty() ? find_match(text, ask.pattern) : std::nullopt;
            if (found) {
                pins.push_back({number_of(build, file, *found),
                                {folder.in_tree(path), line_of(text, *found), 1},
                                std::string(ask.rule)});
            }
        }
    };
    add(file.text, file.path);
    add(build.files.front().text, build.files.front().path);
    add(build.conventions, "buildSrc");
    return pins;
}

std::string project_name(const GradleBuild& build, const GradleFile& file)
{
    if (!file.module.empty()) {
        return file.module.substr(file.module.rfind('/') + 1);
    }
    return build.name.empty() ? "*" : build.name;
}

std::string archive_name(const GradleFile& file, std::string_view task)
{
    const auto name = find_match(task_block(file, task),
                                 R"((?:archiveFileName|archiveName)\s*(?:=|\.set\s*\()?\s*["']([^"'\n]+)["'])");
    return name && name->find('$') == std::string::npos && name->find('/') == std::string::npos ? *name : std::string();
}

std::string base_name(const GradleBuild& build, const GradleFile& file, std::string_view task)
{
    const auto block = task_block(file, task);
    const auto set_base =
        find_match(block, R"((?:archiveBaseName|baseName)\s*(?:=|\.set\s*\()?\s*["']([^"'$\n]+)["'])");
    const auto archives =
        find_match(file.text, R"((?:archivesBaseName|archivesName)\s*(?:=|\.set\s*\()?\s*["']([^"'$\n]+)["'])");
    const auto base = set_base ? *set_base : archives ? *archives : project_name(build, file);
    if (const auto set = find_match(block, R"((?:archiveVersion|version)\s*(?:=|\.set\s*\()?\s*["']([^"'$\n]*)["'])")) {
        return set->empty() ? base : base + "-" + *set;
    }
    for (const auto* const text : {&file.text, &build.files.front().text}) {
        if (const auto version = find_match(*text, R"(^\s*(?:project\.)?version\s*=?\s*["']([^"'\n]+)["'])")) {
            return version->find('$') == std::string::npos ? base + "-" + *version : base + "-*";
        }
        if (matches(*text, R"(^\s*version\s*=)")) {
            return base + "-*";
        }
    }
    const auto property = find_match(build.properties, R"(^\s*version\s*=\s*(\S+))");
    return property ? base + "-" + *property : base;
}

}  // namespace tinystacks::framework
