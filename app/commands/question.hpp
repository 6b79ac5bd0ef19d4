#pragma once

#include "commands/catalogue.hpp"

#include <string>

namespace tinystacks::app::commands {

/// A command that asks one thing about one code source or stack.
struct Question {
    const char* verb;
    const char* description;
    Thing thing;
    bool takes_customer;
    view::Report (*answer)(control::Catalogue& catalogue, const std::string& name, const std::string& customer);
};
void declare_question(CLI::App& parent, const Question& question, const OnParsed& on_parsed);

}  // namespace tinystacks::app::commands
