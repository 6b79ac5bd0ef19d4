#include "commands/deletion.hpp"

#include "commands/values.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string confirmed;
};

view::Report run(const Deletion& deletion, const Options& options, Context& context)
{
    auto& keeper = plane(options, context);
    announce_change(context, keeper, fmt::format("delete {} {}", to_string(deletion.thing), options.name));
    confirm(deletion.thing, options.name, options.confirmed, context);
    const auto look = fmt::format("tinystacks {} show {}", deletion.thing == Thing::source ? "source" : "stack",
                                  shell_quote(printable_line(options.name)));
    return ask_about(keeper, context, deletion.thing, options.name, [&](control::Catalogue& catalogue) {
        return changed([&] { return deletion.carry_out(catalogue, options.name, options.customer); }, look);
    });
}

}  // namespace

void declare_deletion(CLI::App& parent, const Deletion& deletion, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("delete", deletion.description);
    declare_name(*command, options->name, deletion.thing);
    declare_group_option(*command, *options);
    if (deletion.thing == Thing::stack) {
        declare_customer_option(*command, *options);
    }
    command->add_option("--confirm", options->confirmed, "Its name once more, instead of being asked for it.")
        ->type_name("NAME")
        ->check(a_value());
    command->callback([deletion, options, on_parsed] {
        on_parsed([deletion, options](Context& context) { return run(deletion, *options, context); });
    });
}

}  // namespace tinystacks::app::commands
