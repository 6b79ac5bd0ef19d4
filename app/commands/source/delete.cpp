#include "commands/deletion.hpp"
#include "view/source.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

namespace tinystacks::app::commands {
namespace {

view::Report carry_out(control::Catalogue& catalogue, const std::string& name, const std::string& /*customer*/)
{
    auto report = view::source_result(catalogue.remove_source(name));
    report.text = fmt::format("deleted {}\n", printable_line(name));
    return report;
}

}  // namespace

void declare_source_delete(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_deletion(parent, {"Delete a code source.", Thing::source, carry_out}, on_parsed);
}

}  // namespace tinystacks::app::commands
