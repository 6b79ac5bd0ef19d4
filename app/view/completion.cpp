#include "view/completion.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <functional>
#include <map>
#include <set>

namespace tinystacks::app::view {
namespace {

using Visit = std::function<void(const CommandTree& tree, const std::string& path)>;

/// Calls `visit` for a command and all below it; `path` is the words that lead there.
void walk(const CommandTree& tree, const std::string& path, const Visit& visit)
{
    visit(tree, path);
    for (const auto& command : tree.commands) {
        walk(command, path + " " + command.name, visit);
    }
}

bool is_of_root_only(const CommandTree::Flag& flag)
{
    return flag.names.back() == "--help" || flag.names.back() == "--version";
}

/// What may follow a path: commands, words, flags, and the flags every command takes.
std::string words_after(const CommandTree& tree, const CommandTree& root)
{
    std::vector<std::string> words;
    for (const auto& command : tree.commands) {
        words.push_back(command.name);
    }
    words.insert(words.end(), tree.words.begin(), tree.words.end());
    for (const auto& flag : tree.flags) {
        words.push_back(flag.names.back());
    }
    for (const auto& flag : root.flags) {
        if (&tree != &root && !is_of_root_only(flag)) {
            words.push_back(flag.names.back());
        }
    }
    return join(words, " ");
}

/// The flags behind which a value stands that is no name, as a pattern of `case`.
std::string value_flags(const CommandTree& root)
{
    std::set<std::string> names;
    walk(root, root.name, [&](const CommandTree& tree, const std::string& /*path*/) {
        for (const auto& flag : tree.flags) {
            if (flag.takes_value && flag.things.empty()) {
                names.insert(flag.names.begin(), flag.names.end());
            }
        }
    });
    return join({names.begin(), names.end()}, " | ");
}

/// bash and zsh find the command that the words before the cursor name in the same way.
std::string find_command(const CommandTree& root, std::string_view words)
{
    std::string known;
    walk(root, root.name, [&](const CommandTree& tree, const std::string& path) {
        if (&tree != &root) {
            known += fmt::format("{}\"{}\"", known.empty() ? "" : " | ", path);
        }
    });
    return fmt::format("    local word at={}\n"
                       "    for word in {}; do\n"
                       "        case \"$at $word\" in\n"
                       "        {}) at=\"$at $word\" ;;\n"
                       "        esac\n"
                       "    done\n",
                       root.name, words, known);
}

/// How a script asks for names, which hold nothing that a shell reads as more than a word.
std::string ask_for(const std::string& things)
{
    return fmt::format("$(tinystacks completion {} 2>/dev/null)", things);
}

/// `line` has a place for the words of a command.
std::string cases(const CommandTree& root, std::string_view line, std::string_view names)
{
    std::string text = "    case \"$at\" in\n";
    walk(root, root.name, [&](const CommandTree& tree, const std::string& path) {
        auto words = words_after(tree, root);
        if (!tree.things.empty()) {
            words += " " + fmt::format(fmt::runtime(names), ask_for(tree.things));
        }
        text += fmt::format("    \"{}\") {} ;;\n", path, fmt::format(fmt::runtime(line), words));
    });
    return text + "    esac\n";
}

/// The flags whose values are names, each with what they are names of, as branches of `case`.
std::string name_cases(const CommandTree& root, std::string_view line)
{
    std::map<std::string, std::set<std::string>> flags;
    walk(root, root.name, [&](const CommandTree& tree, const std::string& /*path*/) {
        for (const auto& flag : tree.flags) {
            if (!flag.things.empty()) {
                flags[flag.things].insert(flag.names.begin(), flag.names.end());
            }
        }
    });
    std::string text;
    for (const auto& [things, names] : flags) {
        text += fmt::format("    {}) {} ;;\n", join({names.begin(), names.end()}, " | "),
                            fmt::format(fmt::runtime(line), ask_for(things)));
    }
    return text;
}

std::string bash(const CommandTree& root)
{
    return fmt::format("# bash completion for tinystacks; made by `tinystacks completion bash`.\n"
                       "_tinystacks() {{\n"
                       "    local current=${{COMP_WORDS[COMP_CWORD]}}\n"
                       "    COMPREPLY=()\n"
                       "    case \"${{COMP_WORDS[COMP_CWORD - 1]}}\" in\n"
                       "{}"
                       "    = | {}) return ;; # a value: files are completed\n"
                       "    esac\n",
                       name_cases(root, "mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$current\"); return"),
                       value_flags(root)) +
           find_command(root, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") +
           cases(root, "mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$current\")", "{}") +
           "}\n"
           "complete -o default -F _tinystacks tinystacks\n";
}

std::string zsh(const CommandTree& root)
{
    // The file is the function's body when zsh loads it by itself, and a script when it is sourced.
    return fmt::format("#compdef tinystacks\n"
                       "# zsh completion for tinystacks; made by `tinystacks completion zsh`.\n"
                       "_tinystacks() {{\n"
                       "    case \"${{words[CURRENT-1]}}\" in\n"
                       "{}"
                       "    {}) _files && return ;;\n"
                       "    esac\n",
                       name_cases(root, "compadd -- ${{(f)\"{}\"}}; return"), value_flags(root)) +
           find_command(root, "\"${(@)words[2,CURRENT-1]}\"") + cases(root, "compadd -- {}", "${{(f)\"{}\"}}") +
           "    _files\n"
           "}\n"
           "if [ \"${funcstack[1]}\" = _tinystacks ]; then\n"
           "    _tinystacks \"$@\"\n"
           "else\n"
           "    compdef _tinystacks tinystacks\n"
           "fi\n";
}

/// "-s x" and "-l long" of `complete` for each name of a flag.
std::string fish_names(const CommandTree::Flag& flag)
{
    std::string text;
    for (const auto& name : flag.names) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    return text + (flag.takes_value ? " -r" : "") +
           (flag.things.empty() ? "" : fmt::format(" -f -a '{}'", ask_for(flag.things).substr(1)));
}

std::string fish(const CommandTree& root)
{
    std::string text = "# fish completion for tinystacks; made by `tinystacks completion fish`.\n";
    walk(root, root.name, [&](const CommandTree& tree, const std::string& path) {
        std::string here;
        for (const auto word : split(std::string_view(path).substr(root.name.size()), ' ')) {
            if (!word.empty()) {
                here += fmt::format("{}__fish_seen_subcommand_from {}", here.empty() ? "" : "; and ", word);
            }
        }
        std::vector<std::string> below;
        for (const auto& command : tree.commands) {
            below.push_back(command.name);
        }
        const auto first = here.empty() ? std::string("__fish_use_subcommand")
                                        : here + "; and not __fish_seen_subcommand_from " + join(below, " ");
        for (const auto& command : tree.commands) {
            text += fmt::format("complete -c tinystacks -f -n '{}' -a {} -d {}\n", first, command.name,
                                shell_quote(command.description));
        }
        if (!tree.words.empty()) {
            text += fmt::format("complete -c tinystacks -f -n '{}' -a {}\n", here, shell_quote(join(tree.words, " ")));
        }
        if (!tree.things.empty()) {
            text += fmt::format("complete -c tinystacks -f -n '{}' -a '{}'\n", here, ask_for(tree.things).substr(1));
        }
        for (const auto& flag : tree.flags) {
            const auto& where = here.empty() && is_of_root_only(flag) ? first : here;
            text +=
                fmt::format("complete -c tinystacks{}{} -d {}\n", where.empty() ? "" : fmt::format(" -n '{}'", where),
                            fish_names(flag), shell_quote(flag.description));
        }
    });
    return text;
}

}  // namespace

std::string completion_script(const CommandTree& root, std::string_view shell)
{
    return shell == "bash" ? bash(root) : shell == "zsh" ? zsh(root) : fish(root);
}

}  // namespace tinystacks::app::view
