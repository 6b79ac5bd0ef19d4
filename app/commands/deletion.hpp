#pragma once

#include "commands/catalogue.hpp"

#include <string>

namespace tinystacks::app::commands {

/// The command that deletes a code source or stack. `carry_out` deletes it and says so.
struct Deletion {
    const char* description;
    Thing thing;
    view::Report (*carry_out)(control::Catalogue& catalogue, const std::string& name, const std::string& customer);
};
void declare_deletion(CLI::App& parent, const Deletion& deletion, const OnParsed& on_parsed);

}  // namespace tinystacks::app::commands
