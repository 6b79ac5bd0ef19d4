#include "commands/connect/connect.hpp"

namespace tinystacks::app::commands {

void declare_connect_github(CLI::App& parent, const OnParsed& on_parsed)
{
    declare_connect_provider(parent, provider::Kind::github, on_parsed);
}

}  // namespace tinystacks::app::commands
