#include "commands/question.hpp"
#include "view/stack.hpp"

namespace tinystacks::app::commands {
namespace {

view::Report answer(control::Catalogue& catalogue, const std::string& name, const std::string& customer)
{
    return view::resources_result(catalogue.resources(name, customer));
}

}  // namespace

void declare_stack_resources(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_question(parent, {"resources", "What a stack consists of.", Thing::stack, true, answer}, on_parsed);
}

}  // namespace tinystacks::app::commands
