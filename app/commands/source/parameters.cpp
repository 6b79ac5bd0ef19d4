#include "commands/payload.hpp"
#include "commands/source/change.hpp"
#include "commands/values.hpp"
#include "view/source.hpp"

#include "contract/contract.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string file;
    std::vector<std::string> assignments;
    WatchFlags watch;
};

/// The source's parameters as they shall be.
source::Source changed_parameters(const Options& options, source::Source source, const Services& services)
{
    if (!options.file.empty()) {
        const auto payload = read_payload(options.file, "source", services).root;
        auto change = contract::read<source::ParameterChange>(payload);
        source.parameters = std::move(change.parameters);
        source.parameter_categories = std::move(change.parameter_categories);
    }
    const auto values = read_parameters({options.assignments, {}}, source.parameters, Complete::no, services);
    for (auto& definition : source.parameters) {
        if (const auto* given = parameter::find(values, definition.name)) {
            definition.value = given->value;
        }
    }
    return source;
}

view::Report run(const Options& options, Context& context)
{
    auto& keeper = plane(options, context);
    auto source = ask_about(keeper, context, Thing::source, options.name,
                            [&](control::Catalogue& catalogue) { return catalogue.source(options.name, {}); });
    if (options.file.empty() && options.assignments.empty()) {
        if (options.watch.wait) {
            throw Error(ErrorKind::usage, "--wait waits for a change, and none was given")
                .with_hint("tinystacks source parameters --help");
        }
        return view::parameters_result(source.parameters, contract::write(source));
    }
    const control::SourceRequest request{control::SourceRequest::Change::parameters,
                                         changed_parameters(options, std::move(source), context.services),
                                         watch_of(options.watch, context.services)};
    announce_change(context, keeper, fmt::format("change parameters of code source {}", options.name));
    return carry_out_source_change(request, keeper, "parameters changed", context);
}

}  // namespace

void declare_source_parameters(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("parameters", "A code source's parameters; or change them and check it anew.");
    declare_name(*command, options->name, Thing::source);
    command
        ->add_option("--file", options->file,
                     "All its `parameters` and `parameterCategories`, as `source show --json` has them.")
        ->type_name("FILE")
        ->check(a_file());
    command->add_option("--parameter", options->assignments, "The value that checks use; any number of them.")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(a_value());
    declare_group_option(*command, *options);
    declare_watch_flags(*command, options->watch, "its source check");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
