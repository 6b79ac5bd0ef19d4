#include "commands/catalogue.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string version;
};

view::Report publish(const Options& options, control::Catalogue& catalogue)
{
    catalogue.publish(options.name, options.version);
    view::Report report;
    report.text = fmt::format("{} {}\n", printable(options.name), printable(options.version));
    (*report.result)["source"] = to_utf8(options.name);
    (*report.result)["version"] = to_utf8(options.version);
    report.notes = {fmt::format("next: tinystacks stack create NAME --source {} --version {}",
                                shell_quote(printable(options.name)), shell_quote(printable(options.version)))};
    return report;
}

view::Report run(const Options& options, Context& context)
{
    auto& keeper = plane(options, context);
    announce_change(context, keeper,
                    fmt::format("publish code source {} as version {}", options.name, options.version));
    return ask_about(keeper, context, Thing::source, options.name, [&](control::Catalogue& catalogue) {
        return changed([&] { return publish(options, catalogue); },
                       "tinystacks source versions " + shell_quote(options.name));
    });
}

}  // namespace

void declare_source_publish(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("publish", "Publish what was checked last as a version.");
    declare_name(*command, options->name, Thing::source);
    declare_group_option(*command, *options);
    command->add_option("--version", options->version, "How the version is called.")
        ->required()
        ->type_name("VERSION")
        ->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
