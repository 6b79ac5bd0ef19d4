#include "commands/deletion.hpp"
#include "view/stack.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

namespace tinystacks::app::commands {
namespace {

view::Report carry_out(control::Catalogue& catalogue, const std::string& name, const std::string& customer)
{
    auto report = view::stack_result(catalogue.remove_stack(name, customer));
    report.text = fmt::format("deletion of {} begun\n", printable_line(name));
    return report;
}

}  // namespace

void declare_stack_delete(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_deletion(parent, {"Delete a stack and what it deployed.", Thing::stack, carry_out}, on_parsed);
}

}  // namespace tinystacks::app::commands
