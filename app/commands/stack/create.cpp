#include "commands/payload.hpp"
#include "commands/stack/change.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"
#include "contract/contract.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string source;
    std::string source_owner;
    std::string version;
    std::vector<std::string> stages;
    ParameterOptions parameters;
    WatchFlags watch;
};

stack::Stack described(const Options& options)
{
    check_new_name(Thing::stack, options.name);
    stack::Stack stack;
    stack.name = options.name;
    stack::SourceReference source;
    source.name = options.source;
    source.owner = options.source_owner;
    source.target_version = options.version;
    stack.source = std::move(source);
    stack.stages = parse_stages(options.stages);
    return stack;
}

view::Report run(const Options& options, Context& context)
{
    auto stack = described(options);
    const auto watch = watch_of(options.watch, context.services);
    auto& keeper = plane(options, context);
    const auto source = ask_about(keeper, context, Thing::source, options.source, [&](control::Catalogue& catalogue) {
        return catalogue.source(options.source, options.version);
    });
    stack.parameters = read_parameters(options.parameters, source.parameters, Complete::yes, context.services);
    if (stack.source->owner.empty()) {
        stack.source->owner = source.owner;
    }
    announce_change(context, keeper,
                    fmt::format("create stack {} from code source {}{}{}", stack.name, options.source,
                                options.version.empty() ? "" : " ", options.version));
    return carry_out_stack_change({control::StackRequest::Change::create, stack, {}, options.customer, watch}, keeper,
                                  "created", context);
}

}  // namespace

void declare_stack_create(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("create", "Make a stack from a code source, and deploy it.");
    declare_new_name(*command, options->name, Thing::stack);
    command->add_option("--source", options->source, "The code source.")
        ->required()
        ->type_name("NAME")
        ->check(name_of("sources"));
    command->add_option("--source-owner", options->source_owner, "Who owns it, when the server does not tell.")
        ->type_name("OWNER")
        ->check(a_value());
    command->add_option("--version", options->version, "A published version; else what was checked last.")
        ->type_name("VERSION")
        ->check(a_value());
    declare_stage_arguments(*command, options->stages);
    declare_parameter_options(*command, options->parameters);
    declare_group_option(*command, *options);
    declare_customer_option(*command, *options);
    declare_watch_flags(*command, options->watch, "its deployment");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
