#include "commands/question.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
};

view::Report run(const Question& question, const Options& options, Context& context)
{
    return ask_about(
        plane(options, context), context, question.thing, options.name,
        [&](control::Catalogue& catalogue) { return question.answer(catalogue, options.name, options.customer); });
}

}  // namespace

void declare_question(CLI::App& parent, const Question& question, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand(question.verb, question.description);
    declare_name(*command, options->name, question.thing);
    declare_group_option(*command, *options);
    if (question.takes_customer) {
        declare_customer_option(*command, *options);
    }
    command->callback([question, options, on_parsed] {
        on_parsed([question, options](Context& context) { return run(question, *options, context); });
    });
}

}  // namespace tinystacks::app::commands
