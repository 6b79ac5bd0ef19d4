#include "framework/detail/node_words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

constexpr int most_wrappers = 8;

bool starts_with(const Words& words, std::initializer_list<std::string_view> first)
{
    return words.size() >= first.size() && std::equal(first.begin(), first.end(), words.begin());
}

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

}  // namespace

void append(std::vector<std::pair<std::string, std::string>>& list, std::pair<std::string, std::string> variable)
{
    constexpr std::size_t most_variables = 200;
    const auto known = std::ranges::find(list, variable.first, [](const auto& each) { return each.first; });
    if (known == list.end() && list.size() >= most_variables) {
        return;
    }
    if (known == list.end()) {
        list.push_back(std::move(variable));
    } else {
        known->second = std::move(variable.second);
    }
}

void take_assignments(Words& argv, Start& start)
{
    auto word = argv.begin();
    for (; word != argv.end(); ++word) {
        const auto equals = word->find('=');
        if (equals == std::string::npos || !is_variable_name(std::string_view(*word).substr(0, equals))) {
            break;
        }
        append(start.environment, {word->substr(0, equals), word->substr(equals + 1)});
    }
    argv.erase(argv.begin(), word);
}

std::optional<ScriptCall> script_call(const Words& argv)
{
    const auto& manager = argv.front();
    if (manager != "npm" && manager != "yarn" && manager != "pnpm" && manager != "bun") {
        return std::nullopt;
    }
    ScriptCall call;
    bool ran = false;
    bool passed_on = false;  // behind `--`; npm and pnpm take their own options behind the script's name too
    for (std::size_t at = 1; at < argv.size(); ++at) {
        const auto& word = argv[at];
        const auto own = !passed_on && (call.script.empty() || manager == "npm" || manager == "pnpm");
        const auto directory = own ? option_value(argv, at, {"--prefix", "-C", "--cwd", "--dir"}) : std::nullopt;
        const auto member =
            own && !directory ? option_value(argv, at, {"--workspace", "-w", "--filter", "-F"}) : std::nullopt;
        if (directory) {
            call.directory = *directory;
        } else if (member) {
            call.member = *member;
        } else if (!call.script.empty()) {
            if (word != "--" || passed_on) {
                call.arguments.push_back(word);
            }
            passed_on = passed_on || word == "--";
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

void unwrap(Words& argv, Start& start)
{
    for (int round = 0; round < most_wrappers && argv.size() > 1; ++round) {
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

}  // namespace tinystacks::framework::node
