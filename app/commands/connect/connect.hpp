#pragma once

#include "commands/commands.hpp"

#include "base/secret.hpp"
#include "connection/connection.hpp"
#include "provider/site.hpp"

#include <string>

namespace tinystacks::app::commands {

void declare_token_flag(CLI::App& command, bool& with_token);

/// A token from standard input with --with-token, else asked for without echo. Throws Error{usage} when it is empty or
/// no token, and when there is neither the flag nor a terminal.
[[nodiscard]] Secret read_token(bool with_token, const std::string& question, Context& context);

/// Whether an API that is connected becomes the one that commands use when nothing else says which.
enum class Preference { keep, this_one };

/// Stores a connection and says so. `tokens` is empty for what has none.
[[nodiscard]] view::Report store_connection(connection::Connection connection, const connection::Tokens& tokens,
                                            Context& context, Preference preference = Preference::keep);

/// Adds the command that connects GitHub or GitLab.
void declare_connect_provider(CLI::App& parent, provider::Kind kind, const OnParsed& on_parsed);

}  // namespace tinystacks::app::commands
