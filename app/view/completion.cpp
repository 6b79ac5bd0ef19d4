#include "view/completion.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <functional>

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

/// The commands and flags that may follow a path, with the flags every command takes.
std::string words_after(const CommandTree& tree, const CommandTree& root)
{
    std::vector<std::string> words;
    for (const auto& command : tree.commands) {
        words.push_back(command.name);
    }
    for (const auto& flag : tree.flags) {
        words.push_back(flag.name);
    }
    for (const auto& flag : root.flags) {
        if (&tree != &root && flag.name != "--help" && flag.name != "--version") {
            words.push_back(flag.name);
        }
    }
    return join(words, " ");
}

/// bash and zsh find the path that the words before the cursor name in the same way.
std::string find_path(const CommandTree& root, std::string_view words)
{
    std::string known;
    walk(root, root.name, [&](const CommandTree& tree, const std::string& path) {
        if (&tree != &root) {
            known += fmt::format("{}\"{}\"", known.empty() ? "" : " | ", path);
        }
    });
    return fmt::format("    local word path={}\n"
                       "    for word in {}; do\n"
                       "        case \"$path $word\" in\n"
                       "        {}) path=\"$path $word\" ;;\n"
                       "        esac\n"
                       "    done\n",
                       root.name, words, known);
}

std::string cases(const CommandTree& root, std::string_view line)
{
    std::string text = "    case \"$path\" in\n";
    walk(root, root.name, [&](const CommandTree& tree, const std::string& path) {
        text += fmt::format("    \"{}\") {} ;;\n", path, fmt::format(fmt::runtime(line), words_after(tree, root)));
    });
    return text + "    esac\n";
}

std::string bash(const CommandTree& root)
{
    return "# bash completion for tinystacks; made by `tinystacks completion bash`.\n"
           "_tinystacks() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]}\n" +
           find_path(root, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") +
           cases(root, "mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$current\")") +
           "}\n"
           "complete -o default -F _tinystacks tinystacks\n";
}

std::string zsh(const CommandTree& root)
{
    return "#compdef tinystacks\n"
           "# zsh completion for tinystacks; made by `tinystacks completion zsh`.\n"
           "_tinystacks() {\n" +
           find_path(root, "\"${(@)words[2,CURRENT-1]}\"") + cases(root, "compadd -- {}") +
           "    _files\n"
           "}\n"
           "compdef _tinystacks tinystacks\n";
}

std::string fish(const CommandTree& root)
{
    std::string text = "# fish completion for tinystacks; made by `tinystacks completion fish`.\n";
    walk(root, root.name, [&](const CommandTree& tree, const std::string& path) {
        std::string condition;
        const auto words = split(path, ' ');
        for (std::size_t i = 1; i < words.size(); ++i) {
            condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", words[i]);
        }
        if (condition.empty()) {
            condition = "__fish_use_subcommand";
        }
        for (const auto& command : tree.commands) {
            text += fmt::format("complete -c tinystacks -n '{}' -a {} -d {}\n", condition, command.name,
                                shell_quote(command.description));
        }
        for (const auto& flag : tree.flags) {
            text += fmt::format("complete -c tinystacks{} -l {} -d {}\n",
                                &tree == &root ? "" : fmt::format(" -n '{}'", condition), flag.name.substr(2),
                                shell_quote(flag.description));
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
