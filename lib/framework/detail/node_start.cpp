#include "framework/detail/node_start.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/node_words.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tinystacks::framework::node {
namespace {

constexpr int deepest = 8;

/// The parts of `a && b`, outside quotes.
std::vector<std::string> split_list(std::string_view text)
{
    std::vector<std::string> parts(1);
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = text[at];
        if (quote == '\0' && c == '&' && text.substr(at, 2) == "&&") {
            parts.emplace_back();
            ++at;
            continue;
        }
        quote = quote == c ? '\0' : quote == '\0' && (c == '"' || c == '\'') ? c : quote;
        parts.back() += c;
    }
    for (auto& part : parts) {
        part = std::string(trim(part));
    }
    return parts;
}

bool is_migration(std::string_view command)
{
    return matches(command, "\\bmigrat|\\bdb:|\\bdb push|\\bdb seed|\\bsequelize\\b|\\bseed\\b|schema:sync");
}

bool is_build(std::string_view command)
{
    return matches(command, "^(npx |yarn |pnpm |pnpm exec |bunx )?(tsc|tsup|swc|babel|webpack|rollup|esbuild|rimraf|"
                            "prisma generate|(next|vite|nest|nuxt|remix|react-router|astro|ng|vue-cli-service) build)"
                            "([ ]|$)|\\b(run )?(build|compile|generate|clean)(:[\\w-]+)?$|^rm -rf ");
}

class Resolver {
public:
    explicit Resolver(const Workspace& workspace) : workspace_(workspace) {}

    void list(const std::string& text, const std::string& directory, Start& start, int depth)
    {
        start.directory = directory;
        auto parts = split_list(text);
        const auto last = parts.back();
        parts.pop_back();
        std::vector<std::string> leading;
        for (const auto& part : parts) {
            if (!prepare(part, start)) {
                leading.push_back(part);
            }
        }
        const auto simple = parse_simple_command(last);
        if (simple) {
            one(*simple, start, depth);
        }
        if (!simple || (!leading.empty() && !start.argv.empty())) {
            const auto command = simple ? quoted(start.argv) : last;
            leading.push_back(command);
            start.argv = to_argv(join(leading, " && "));
        }
    }

private:
    /// What stands before the program: a directory, variables, builds. False for what has to run at the start.
    static bool prepare(const std::string& part, Start& start)
    {
        const auto simple = parse_simple_command(part);
        if (simple && simple->argv.size() == 2 && simple->argv.front() == "cd") {
            const auto directory = normal_path(start.directory, simple->argv[1]);
            start.directory = directory.value_or(start.directory);
            return directory.has_value();
        }
        if (simple && simple->argv.front() == "export") {
            auto words = Words(simple->argv.begin() + 1, simple->argv.end());
            take_assignments(words, start);
            return words.empty();
        }
        if (is_migration(part)) {
            start.warnings.push_back(fmt::format(
                "the start script runs '{}': left out of the start, run it once per deployment", printable_line(part)));
            return true;
        }
        // One that a shell has to read could end in a comment or take in what follows it.
        if (is_build(part) && simple) {
            start.build.push_back(part);
            return true;
        }
        return part.empty();
    }

    static std::string quoted(const Words& argv)
    {
        Words words;
        for (const auto& word : argv) {
            words.push_back(shell_quote(word));
        }
        return join(words, " ");
    }

    void one(const SimpleCommand& command, Start& start, int depth)
    {
        for (const auto& variable : command.environment) {
            append(start.environment, variable);
        }
        auto argv = command.argv;
        unwrap(argv, start);
        if (argv.empty()) {
            return;
        }
        const auto call = script_call(argv);
        if (call && calls_itself(*call, start)) {
            start.warnings.push_back(
                fmt::format("the script '{}' calls itself in the end", printable_line(call->script)));
            return;
        }
        const auto task = call ? std::nullopt : task_call(argv);
        if (depth < deepest && ((call && follow(*call, start, depth)) || (task && follow_task(*task, start, depth)))) {
            return;
        }
        // `yarn next start` and `pnpm next start` start a program of a dependency.
        if (call && (argv.front() == "yarn" || argv.front() == "pnpm") && call->directory.empty()) {
            argv.erase(argv.begin(), std::ranges::find(argv, call->script));
        }
        start.argv = std::move(argv);
        start.entry = entry_of(start.argv);
        start.development |= is_development(start.argv);
    }

    [[nodiscard]] std::optional<std::string> directory_of(const ScriptCall& call, const Start& start) const
    {
        if (!call.member.empty()) {
            auto name = call.member;
            std::erase_if(name, [](char c) { return c == '.' || c == '^' || c == '{' || c == '}'; });
            const auto member = find_member(workspace_, call.member);
            const auto other = member.empty() ? find_member(workspace_, name) : member;
            return other.empty() ? std::nullopt : std::optional(other);
        }
        return call.directory.empty() ? start.directory : normal_path(start.directory, call.directory);
    }

    [[nodiscard]] bool calls_itself(const ScriptCall& call, const Start& start) const
    {
        const auto directory = directory_of(call, start);
        return directory && followed_.contains({*directory, call.script});
    }

    bool follow(const ScriptCall& call, Start& start, int depth)
    {
        const auto directory = directory_of(call, start);
        if (!directory) {
            return false;
        }
        followed_.emplace(*directory, call.script);
        const Manifest manifest(directory->empty() ? workspace_.folder : workspace_.folder.child(*directory));
        auto script = manifest.script(call.script);
        if (script.empty()) {
            // npm's own default.
            if (call.script != "start" || !manifest.folder().has_file("server.js")) {
                return false;
            }
            script = "node server.js";
        }
        start.directory = *directory;
        before(manifest, call.script, start);
        for (const auto& argument : call.arguments) {
            script += " " + shell_quote(argument);
        }
        list(script, *directory, start, depth + 1);
        return true;
    }

    bool follow_task(ScriptCall call, Start& start, int depth)
    {
        if (call.member.empty()) {
            std::vector<std::string> able;
            for (const auto& member : workspace_.members) {
                if (!Manifest(workspace_.folder.child(member)).script(call.script).empty()) {
                    able.push_back(member);
                }
            }
            if (able.size() != 1) {
                return false;
            }
            call.member = able.front();
        }
        return follow(call, start, depth);
    }

    static void before(const Manifest& manifest, const std::string& script, Start& start)
    {
        const auto text = manifest.script("pre" + script);
        for (const auto& part : text.empty() ? std::vector<std::string>() : split_list(text)) {
            if (!prepare(part, start)) {
                start.warnings.push_back(
                    fmt::format("the script 'pre{}' runs '{}': the image does not, --start can say otherwise", script,
                                printable_line(part)));
            }
        }
    }

    const Workspace& workspace_;
    std::set<std::pair<std::string, std::string>> followed_;  ///< a script that calls itself ends nowhere
};

}  // namespace

const std::string& Start::program() const
{
    static const std::string none;
    return argv.empty() ? none : argv.front();
}

std::optional<std::string> normal_path(const std::string& base, const std::string& path)
{
    if (path.starts_with('/')) {
        return std::nullopt;
    }
    std::vector<std::string> parts;
    for (const auto& text : {base, path}) {
        for (const auto part : split(text, '/')) {
            if (part.empty() || part == ".") {
                continue;
            }
            if (part != "..") {
                parts.emplace_back(part);
            } else if (parts.empty()) {
                return std::nullopt;
            } else {
                parts.pop_back();
            }
        }
    }
    return join(parts, "/");
}

bool is_development(const std::vector<std::string>& argv)
{
    if (argv.empty()) {
        return false;
    }
    const auto& tool = argv.front();
    const auto verb = argv.size() > 1 ? argv[1] : std::string();
    const auto is = [&](std::initializer_list<std::string_view> verbs) {
        return std::ranges::find(verbs, verb) != verbs.end();
    };
    if (tool == "vite" || tool == "parcel" || tool == "rsbuild" || tool == "farm" || tool == "webpack") {
        const auto watches = std::ranges::find(argv, "--watch") != argv.end();
        return verb != "build" && (tool != "webpack" || is({"serve", "watch"}) || watches);
    }
    constexpr std::array<std::string_view, 12> always = {
        "webpack-dev-server", "live-server", "browser-sync",      "budo",  "wmr",        "snowpack", "storybook",
        "start-storybook",    "webpack-cli", "react-app-rewired", "craco", "lite-server"};
    return std::ranges::find(always, tool) != always.end() || (tool == "next" && is({"dev"})) ||
           ((tool == "nuxt" || tool == "nuxi") && is({"dev", "preview", "start"})) ||
           (tool == "ng" && is({"serve", "s"})) || (tool == "nx" && is({"serve", "dev"})) ||
           (tool == "react-native" && is({"start"})) || (tool == "react-scripts" && is({"start"})) ||
           (tool == "astro" && is({"dev", "preview", "start"})) || (tool == "remix" && is({"dev", "vite:dev"})) ||
           (tool == "react-router" && is({"dev"})) || (tool == "gatsby" && is({"develop", "serve", "start"})) ||
           (tool == "expo" && is({"start"})) || (tool == "nest" && is({"start"})) ||
           (tool == "docusaurus" && is({"start", "serve"})) || (tool == "vitepress" && !is({"build"})) ||
           (tool == "vuepress" && !is({"build"})) || (tool == "eleventy" && is({"--serve", "--watch"})) ||
           (tool == "hexo" && is({"server", "s"})) || (tool == "vue-cli-service" && is({"serve"})) ||
           (tool == "ember" && is({"serve", "s"})) || (tool == "svelte-kit" && is({"dev", "preview"})) ||
           (tool == "vinxi" && is({"dev"})) || (tool == "strapi" && is({"develop", "dev"})) ||
           (tool == "keystone" && is({"dev"})) || (tool == "medusa" && is({"develop"}));
}

Start resolve(const Workspace& workspace, const std::string& command, const std::string& directory)
{
    Start start;
    Resolver(workspace).list(command, directory, start, 0);
    return start;
}

namespace {

/// An entry that loads a compiler first, which is no production dependency.
bool compiles_at_start(const Workspace& workspace, const Start& start)
{
    const auto file = normal_path(start.directory, start.entry);
    const auto* text = start.entry.empty() || !file ? nullptr : workspace.folder.text(*file);
    return text != nullptr && matches(*text, R"(^\s*require\(['"](?:ts-node|@babel|@swc|tsx)/(?:register|cjs)['"]\))");
}

}  // namespace

Start find_start_script(const Workspace& workspace, const Manager& manager, const std::string& directory)
{
    const Manifest manifest(directory.empty() ? workspace.folder : workspace.folder.child(directory));
    for (const auto* const name : {"start", "start:prod", "start:production", "production", "prod", "serve"}) {
        if (trim(manifest.script(name)).empty()) {
            continue;
        }
        auto start = resolve(workspace, fmt::format("npm run '{}'", name), directory);
        if (!start.found() || (std::string_view(name) == "serve" && start.development)) {
            continue;
        }
        if (std::string_view(name) == "start" && compiles_at_start(workspace, start) &&
            !trim(manifest.script("start:prod")).empty()) {
            continue;
        }
        start.command = run_command(manager, name);
        start.evidence = {manifest.where({"scripts", name}), fmt::format("the script '{}' starts it", name)};
        return start;
    }
    return {};
}

}  // namespace tinystacks::framework::node
