#include "view/completion.hpp"
#include "commands/catalogue.hpp"
#include "commands/values.hpp"

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

view::CommandTree tree_of(CLI::App& app)
{
    view::CommandTree tree{app.get_name(), app.get_description(), {}, {}, {}, {}};
    for (auto* option : app.get_options()) {
        if (option->get_positional()) {
            tree.words = words_of(*option);
            tree.things = things_of(*option);
            continue;
        }
        view::CommandTree::Flag flag{
            {}, option->get_description(), option->get_items_expected_max() != 0, things_of(*option)};
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

/// How long names that a server told are offered, and how long a person who pressed a key waits for new ones.
constexpr auto remembered = std::chrono::seconds(60);
constexpr auto haste = std::chrono::milliseconds(1000);

/// What was kept of an earlier answer; empty when there is none or it is too old.
std::optional<std::string> find_kept(const std::filesystem::path& file)
{
    std::error_code failed;
    const auto written = std::filesystem::last_write_time(file, failed);
    const auto age = std::filesystem::file_time_type::clock::now() - written;
    if (failed || age > remembered || age < std::chrono::seconds(0)) {
        return std::nullopt;
    }
    constexpr std::size_t most = std::size_t{1} << 20;
    return read_file(file, most);
}

/// One name a line that a shell takes as one word. No names are no error: nobody reads one while a key is pressed.
view::Report names(Thing thing, Context& context)
{
    view::Report report;
    try {
        auto& keeper = plane({}, context, haste);
        const auto what = thing == Thing::source ? "sources" : "stacks";
        const auto file = context.services.cache() / fmt::format("names-{}", sha256_hex(keeper.name() + what));
        auto kept = find_kept(file);
        if (!kept) {
            kept.emplace();
            for (const auto& name : names_of(thing, keeper.catalogue({}))) {
                if (shell_quote(name) == name) {
                    *kept += name + "\n";
                }
            }
            create_private_directories(file.parent_path());
            replace_file(file, *kept);
        }
        report.text = *kept;
    } catch (const Error&) {
        report.text.clear();
    }
    (*report.result)["text"] = report.text;
    return report;
}

}  // namespace

void declare_completion(CLI::App& parent, const OnParsed& on_parsed)
{
    auto shell = std::make_shared<std::string>();
    auto* command =
        parent.add_subcommand("completion", "Print what makes a shell complete our commands.")->group("The rest");
    command->add_option("what", *shell, "The shell: bash, zsh or fish. Or what its script asks for: sources or stacks.")
        ->required()
        ->check(one_of({"bash", "zsh", "fish", "sources", "stacks"}))
        ->type_name("SHELL");
    // The tree of commands lives as long as parsing does.
    command->callback([shell, on_parsed, &parent] {
        if (*shell == "sources" || *shell == "stacks") {
            const auto thing = *shell == "sources" ? Thing::source : Thing::stack;
            on_parsed([thing](Context& context) { return names(thing, context); });
            return;
        }
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
