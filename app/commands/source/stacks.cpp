#include "commands/question.hpp"
#include "view/source.hpp"

namespace tinystacks::app::commands {
namespace {

view::Report answer(control::Catalogue& catalogue, const std::string& name, const std::string& /*customer*/)
{
    return view::uses_result(catalogue.uses(name));
}

}  // namespace

void declare_source_stacks(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_question(parent, {"stacks", "Stacks that all users made of a code source.", Thing::source, false, answer},
                     on_parsed);
}

}  // namespace tinystacks::app::commands
