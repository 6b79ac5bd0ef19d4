#pragma once

#include "commands/catalogue.hpp"
#include "document/node.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The objects that commands send, as they are put together from files, flags and the repository.
namespace tinystacks::app::commands {

/// Puts `value` under `key` of a mapping; not when `value` is empty. fill_in() leaves what is there.
void put(document::Node& mapping, std::string_view key, const std::string& value);
void fill_in(document::Node& mapping, std::string_view key, const std::string& value);
/// The mapping under `key`, made when there is none.
[[nodiscard]] document::Node& inner_mapping(document::Node& mapping, std::string_view key);

/// Values for the parameters of a code source, as a command line gives them.
struct ParameterOptions {
    std::vector<std::string> assignments;
    std::string file;
};
void declare_parameter_options(CLI::App& command, ParameterOptions& options);

/// The parameters that were given, each with its type and value. Throws Error{invalid_input} with everything that is
/// wrong with any of them, unless they fit `definitions`; `complete`: required ones must be among them.
enum class Complete { no, yes };
[[nodiscard]] std::vector<parameter::Definition> read_parameters(const ParameterOptions& options,
                                                                 const std::vector<parameter::Definition>& definitions,
                                                                 Complete complete, const Services& services);

/// The parameters of the code source's version that a stack is, or is to be, made from. Throws Error{conflict} when it
/// names no code source.
[[nodiscard]] std::vector<parameter::Definition> definitions_of(const stack::Stack& stack,
                                                                control::Catalogue& catalogue);

}  // namespace tinystacks::app::commands
