#include "framework/detail/node_start.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

constexpr int deepest = 8;

using Words = std::vector<std::string>;

bool starts_with(const Words& words, std::initializer_list<std::string_view> first)
{
    return words.size() >= first.size() && std::equal(first.begin(), first.end(), words.begin());
}

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

void append(std::vector<std::pair<std::string, std::string>>& list, std::pair<std::string, std::string> variable)
{
    const auto known = std::ranges::find(list, variable.first, [](const auto& each) { return each.first; });
    if (known == list.end()) {
        list.push_back(std::move(variable));
    } else {
        known->second = std::move(variable.second);
    }
}

/// VAR=value words in front, as cross-env and env take them.
void take_assignments(Words& argv, Start& start)
{
    while (!argv.empty()) {
        const auto equals = argv.front().find('=');
        if (equals == std::string::npos || !is_variable_name(argv.front().substr(0, equals))) {
            return;
        }
        append(start.environment, {argv.front().substr(0, equals), argv.front().substr(equals + 1)});
        argv.erase(argv.begin());
    }
}

/// What `npm --prefix api run start -- --x` asks for.
struct ScriptCall {
    std::string script;
    std::string directory;  ///< of --prefix, --cwd
    std::string member;     ///< of --workspace, --filter
    Words arguments;
};

std::optional<std::string> option_value(const Words& argv, std::size_t& at, const std::vector<std::string>& names)
{
    for (const auto& name : names) {
        if (argv[at] == name && at + 1 < argv.size()) {
            return argv[++at];
        }
        if (argv[at].starts_with(name + "=")) {
            return argv[at].substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

std::optional<ScriptCall> script_call(const Words& argv)
{
    const auto& manager = argv.front();
    if (manager != "npm" && manager != "yarn" && manager != "pnpm" && manager != "bun") {
        return std::nullopt;
    }
    ScriptCall call;
    bool ran = false;
    for (std::size_t at = 1; at < argv.size(); ++at) {
        const auto& word = argv[at];
        if (!call.script.empty()) {
            if (word != "--" || !call.arguments.empty()) {
                call.arguments.push_back(word);
            }
        } else if (const auto directory = option_value(argv, at, {"--prefix", "-C", "--cwd", "--dir"})) {
            call.directory = *directory;
        } else if (const auto member = option_value(argv, at, {"--workspace", "-w", "--filter", "-F"})) {
            call.member = *member;
        } else if (manager == "yarn" && word == "workspace" && at + 1 < argv.size()) {
            call.member = argv[++at];
        } else if (!word.starts_with('-') && !ran && (word == "run" || word == "run-script")) {
            ran = true;
        } else if (word == "exec" || word == "dlx" || word == "x") {
            return std::nullopt;
        } else if (!word.starts_with('-')) {
            call.script = word;
        }
    }
    const auto plain = manager != "npm" || ran || call.script == "start" || call.script == "test";
    return call.script.empty() || !plain ? std::nullopt : std::optional(std::move(call));
}

/// turbo, nx and lerna, which start a script in members.
std::optional<ScriptCall> task_call(const Words& argv)
{
    const auto& tool = argv.front();
    if (tool != "turbo" && tool != "nx" && tool != "lerna") {
        return std::nullopt;
    }
    ScriptCall call;
    for (std::size_t at = 1; at < argv.size(); ++at) {
        if (const auto member = option_value(argv, at, {"--filter", "-F", "--scope", "--projects", "-p"})) {
            call.member = *member;
        } else if (argv[at].starts_with('-') || (argv[at] == "run" && call.script.empty())) {
            continue;
        } else if (const auto colon = argv[at].find(':'); tool == "nx" && colon != std::string::npos) {
            call.member = argv[at].substr(0, colon);
            call.script = argv[at].substr(colon + 1);
        } else if (call.script.empty()) {
            call.script = argv[at];
        } else if (tool == "nx" && call.member.empty()) {
            call.member = argv[at];
        }
    }
    return call.script.empty() ? std::nullopt : std::optional(std::move(call));
}

/// The file that a watcher watches, started without it.
void unwatch(Words& argv, Start& start)
{
    const auto tool = argv.front();
    const auto flag = [](const std::string& word) {
        return word == "--watch" || word == "--hot" || word.starts_with("--watch-path") ||
               word == "--watch-preserve-output";
    };
    if (tool == "node" || tool == "bun") {
        start.development |= std::erase_if(argv, flag) != 0;
    } else if (tool == "tsx" && argv.size() > 2 && (argv[1] == "watch" || argv[1] == "--watch")) {
        argv.erase(argv.begin() + 1);
        start.development = true;
    } else if (tool == "nodemon" || tool == "ts-node-dev" || tool == "tsnd" || tool == "node-dev") {
        start.development = true;
        std::string file;
        for (std::size_t at = 1; at < argv.size(); ++at) {
            if (const auto exec = option_value(argv, at, {"--exec", "-x"})) {
                auto inner = parse_simple_command(*exec);
                if (inner) {
                    argv = inner->argv;
                    return;
                }
            } else if (option_value(argv, at, {"--watch", "-w", "--ext", "-e", "--ignore", "-i", "--delay"})) {
                continue;
            } else if (!argv[at].starts_with('-') && file.empty()) {
                file = argv[at];
            }
        }
        argv = {file.ends_with(".ts") ? "tsx" : "node", file.empty() ? "." : file};
    }
}

/// Programs that start another one are left away.
void unwrap(Words& argv, Start& start)
{
    for (int round = 0; round < deepest && argv.size() > 1; ++round) {
        const auto before = argv;
        if (argv.front() == "cross-env" || argv.front() == "cross-env-shell" || argv.front() == "env") {
            argv.erase(argv.begin());
        } else if (argv.front() == "npx" || argv.front() == "bunx") {
            argv.erase(argv.begin());
            while (!argv.empty() && (argv.front().starts_with('-'))) {
                argv.erase(argv.begin());
            }
        } else if (starts_with(argv, {"pnpm", "exec"}) || starts_with(argv, {"yarn", "exec"}) ||
                   starts_with(argv, {"npm", "exec"}) || starts_with(argv, {"pnpm", "dlx"}) ||
                   starts_with(argv, {"yarn", "dlx"}) || starts_with(argv, {"bun", "x"})) {
            argv.erase(argv.begin(), argv.begin() + 2);
            if (!argv.empty() && argv.front() == "--") {
                argv.erase(argv.begin());
            }
        } else if (starts_with(argv, {"pm2", "start"})) {
            argv.front() = "pm2-runtime";  // pm2 itself goes to the background
        } else if (starts_with(argv, {"forever", "start"}) && argv.size() == 3) {
            argv = {"node", argv[2]};
        }
        take_assignments(argv, start);
        if (!argv.empty()) {
            unwatch(argv, start);
        }
        if (argv == before) {
            return;
        }
    }
}

/// The file among node's, bun's or tsx' arguments.
std::string entry_of(const Words& argv)
{
    constexpr std::array<std::string_view, 6> runners = {"node", "bun", "tsx", "ts-node", "ts-node-esm", "pm2-runtime"};
    if (argv.empty() || std::ranges::find(runners, argv.front()) == runners.end()) {
        return {};
    }
    for (std::size_t at = 1; at < argv.size(); ++at) {
        if (option_value(argv, at, {"-r", "--require", "--import", "--loader", "-e", "--eval", "-P", "--project"}) ||
            argv[at].starts_with('-') || argv[at] == "run" || argv[at] == "start") {
            continue;
        }
        return argv[at];
    }
    return {};
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
        if (is_build(part)) {
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

    bool follow(const ScriptCall& call, Start& start, int depth)
    {
        const auto directory = directory_of(call, start);
        if (!directory) {
            return false;
        }
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
};

/// tsconfig's outDir and rootDir.
struct Compiler {
    std::string out;
    std::string root;
};

Compiler compiler_of(const Folder& folder)
{
    const auto file = folder.first_file({"tsconfig.build.json", "tsconfig.json", "tsconfig.app.json"});
    Compiler compiler;
    try {
        const auto* options = file.empty() ? nullptr : find_path(folder.json(file), {"compilerOptions"});
        compiler.out = normal_path("", text_at(options, {"outDir"})).value_or("");
        compiler.root = normal_path("", text_at(options, {"rootDir"})).value_or("");
    } catch (const Error&) {
        return {};  // a broken tsconfig.json is the compiler's affair
    }
    return compiler;
}

const std::vector<std::string> javascript = {".js", ".mjs", ".cjs"};
const std::vector<std::string> typescript = {".ts", ".mts", ".cts", ".tsx"};

bool is_typescript(std::string_view file)
{
    return std::ranges::any_of(typescript, [&](const auto& ending) { return file.ends_with(ending); });
}

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
        return verb != "build" && (tool != "webpack" || verb == "serve");
    }
    constexpr std::array<std::string_view, 12> always = {
        "webpack-dev-server", "live-server", "browser-sync",      "budo",  "wmr",        "snowpack", "storybook",
        "start-storybook",    "webpack-cli", "react-app-rewired", "craco", "lite-server"};
    return std::ranges::find(always, tool) != always.end() || (tool == "next" && is({"dev"})) ||
           ((tool == "nuxt" || tool == "nuxi") && is({"dev", "preview", "start"})) ||
           (tool == "ng" && is({"serve", "s"})) || (tool == "react-scripts" && is({"start"})) ||
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
        start.command = run_command(manager, name);
        start.evidence = {manifest.where({"scripts", name}), fmt::format("the script '{}' starts it", name)};
        return start;
    }
    return {};
}

std::string compiled_twin(const Folder& folder, const std::string& source)
{
    const auto compiler = compiler_of(folder);
    if (compiler.out.empty() || !is_typescript(source)) {
        return {};
    }
    auto inside = normal_path("", source).value_or(source);
    const auto root = !compiler.root.empty() ? compiler.root : inside.starts_with("src/") ? "src" : "";
    if (!root.empty() && inside.starts_with(root + "/")) {
        inside.erase(0, root.size() + 1);
    }
    const auto dot = inside.rfind('.');
    const auto ending = inside.substr(dot) == ".mts" ? ".mjs" : inside.substr(dot) == ".cts" ? ".cjs" : ".js";
    return compiler.out + "/" + inside.substr(0, dot) + ending;
}

std::string source_twin(const Folder& folder, const std::string& compiled)
{
    auto path = normal_path("", compiled).value_or("");
    for (const auto& ending : javascript) {
        if (path.ends_with(ending)) {
            path.erase(path.size() - ending.size());
            break;
        }
    }
    const auto slash = path.find('/');
    const auto inside = slash == std::string::npos ? path : path.substr(slash + 1);
    for (const auto& base : {path, inside, "src/" + inside, "src/" + path}) {
        for (const auto* endings : {&javascript, &typescript}) {
            for (const auto& ending : *endings) {
                for (const auto& file : {base + ending, base.empty() ? std::string() : base + "/index" + ending}) {
                    if (!file.empty() && folder.has_file(file)) {
                        return file;
                    }
                }
            }
        }
    }
    return folder.has_file(compiled) ? compiled : std::string();
}

namespace {

/// How one file is started; nothing when its compiler is not known.
std::optional<Start> start_of(const Folder& folder, const std::string& file, bool on_bun)
{
    Start start;
    start.entry = file;
    start.argv = {on_bun ? "bun" : "node", file};
    if (!on_bun && is_typescript(file)) {
        const auto twin = Manifest(folder).script("build").empty() ? std::string() : compiled_twin(folder, file);
        // Without a compiler Node strips the types itself, since 22.18.
        start.argv[1] = twin.empty() ? file : twin;
        start.entry = start.argv[1];
    }
    start.directory = "";
    start.command = fmt::format("{} {}", start.argv[0], shell_quote(start.argv[1]));
    return start;
}

/// What `main` or `module` names, with the endings that Node adds.
std::string existing(const Folder& folder, const std::string& name)
{
    const auto path = normal_path("", name);
    if (name.empty() || !path) {
        return {};
    }
    std::vector<std::string> candidates = {*path};
    for (const auto* endings : {&javascript, &typescript}) {
        for (const auto& ending : *endings) {
            candidates.push_back(*path + ending);
            candidates.push_back((path->empty() ? "" : *path + "/") + "index" + ending);
        }
    }
    return folder.first_file(candidates);
}

}  // namespace

Start find_entry(const Folder& folder, const Manifest& manifest, bool on_bun)
{
    const auto take = [&](const std::string& file, Evidence evidence) {
        auto start = *start_of(folder, file, on_bun);
        start.evidence = std::move(evidence);
        return start;
    };
    for (const auto* const key : {"main", "module"}) {
        const auto text = manifest.text({key});
        if (const auto file = existing(folder, text); !file.empty()) {
            return take(file, {manifest.where({key}), fmt::format("'{}' names the entry file", key)});
        }
        const auto source = text.empty() ? std::string() : source_twin(folder, text);
        const auto twin = source.empty() ? std::string() : compiled_twin(folder, source);
        if (!twin.empty() && !manifest.script("build").empty()) {
            auto start =
                take(source, {manifest.where({key}), fmt::format("'{}' is what the build makes of {}", key, source)});
            return start;
        }
    }
    std::vector<std::string> names = {"bin/www"};
    for (const auto* endings : {&javascript, &typescript}) {
        for (const std::string base : {"", "src/"}) {
            for (const auto* const stem : {"server", "app", "index", "main"}) {
                for (const auto& ending : *endings) {
                    if (ending != ".tsx") {
                        names.push_back(base + stem + ending);
                    }
                }
            }
        }
    }
    const auto file = folder.first_file(names);
    if (file.empty()) {
        return {};
    }
    return take(file, {{folder.in_tree(file), 0, 0}, "an entry file by its name"});
}

}  // namespace tinystacks::framework::node
