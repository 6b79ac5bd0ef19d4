#include "commands/commands.hpp"

#include "commands/values.hpp"
#include "view/completion.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

view::CommandTree tree_of(CLI::App& app)
{
    view::CommandTree tree{app.get_name(), app.get_description(), {}, {}, {}};
    for (auto* option : app.get_options()) {
        if (option->get_positional()) {
            tree.words = words_of(*option);
            continue;
        }
        view::CommandTree::Flag flag{{}, option->get_description(), option->get_items_expected_max() != 0};
        for (const auto& name : option->get_snames()) {
            flag.names.push_back("-" + name);
        }
        for (const auto& name : option->get_lnames()) {
            flag.names.push_back("--" + name);
        }
        tree.flags.push_back(std::move(flag));
    }
    for (auto* command : app.get_subcommands({})) {
        tree.commands.push_back(tree_of(*command));
    }
    return tree;
}

}  // namespace

void declare_completion(CLI::App& parent, const OnParsed& on_parsed)
{
    auto shell = std::make_shared<std::string>();
    auto* command =
        parent.add_subcommand("completion", "Print what makes a shell complete our commands.")->group("The rest");
    command->add_option("shell", *shell, "The shell: bash, zsh or fish.")
        ->required()
        ->check(one_of({"bash", "zsh", "fish"}))
        ->type_name("SHELL");
    // The tree of commands lives as long as parsing does.
    command->callback([shell, on_parsed, &parent] {
        auto text = view::completion_script(tree_of(parent), *shell);
        on_parsed([text = std::move(text)](Context&) {
            view::Report report;
            report.text = text;
            (*report.result)["text"] = text;
            return report;
        });
    });
}

}  // namespace tinystacks::app::commands
