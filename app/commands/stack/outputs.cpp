#include "commands/question.hpp"
#include "view/stack.hpp"

namespace tinystacks::app::commands {
namespace {

view::Report answer(control::Catalogue& catalogue, const std::string& name, const std::string& customer)
{
    return view::outputs_result(catalogue.outputs(name, customer));
}

}  // namespace

void declare_stack_outputs(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_question(parent, {"outputs", "What a stack gives out: URLs, names, ids.", Thing::stack, true, answer},
                     on_parsed);
}

}  // namespace tinystacks::app::commands
