#include "commands/question.hpp"
#include "view/source.hpp"

namespace tinystacks::app::commands {
namespace {

view::Report answer(control::Catalogue& catalogue, const std::string& name, const std::string& /*customer*/)
{
    return view::versions_result(catalogue.versions(name));
}

}  // namespace

void declare_source_versions(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_question(parent, {"versions", "Published versions, and how many use them.", Thing::source, false, answer},
                     on_parsed);
}

}  // namespace tinystacks::app::commands
