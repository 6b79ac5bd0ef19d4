#include "commands/question.hpp"
#include "view/stack.hpp"

namespace tinystacks::app::commands {
namespace {

view::Report answer(control::Catalogue& catalogue, const std::string& name, const std::string& customer)
{
    return view::deployments_result(catalogue.deployments(name, customer));
}

}  // namespace

void declare_stack_deployments(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_question(parent,
                     {"deployments", "Attempts to deploy a stack, and how they went.", Thing::stack, true, answer},
                     on_parsed);
}

}  // namespace tinystacks::app::commands
