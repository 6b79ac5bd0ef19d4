#include "commands/connect/connect.hpp"

#include "access.hpp"
#include "view/connection.hpp"
#include "watch.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "provider/client.hpp"

#include <CLI/CLI.hpp>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t longest_input = std::size_t{8} << 10;

constexpr char ctrl_c = 3;

/// A terminal that does not show what is typed, until destruction. Ctrl-C ends a line meanwhile: as a signal it would
/// end us and leave the terminal mute.
class Mute {
public:
    Mute()
    {
        ::tcgetattr(STDIN_FILENO, &before_);
        auto mute = before_;
        mute.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        mute.c_cc[VEOL] = ctrl_c;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mute);
    }
    Mute(const Mute&) = delete;
    Mute& operator=(const Mute&) = delete;
    ~Mute() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

private:
    termios before_ = {};
};

/// Standard input to its end, or to the end of a line that a terminal gives.
std::string read_input()
{
    std::string text;
    char buffer[1024];
    while (text.size() <= longest_input) {
        const auto got = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Error(ErrorKind::failed, "cannot read standard input: {}", errno_text(errno));
        }
        text.append(buffer, static_cast<std::size_t>(got));
        if (got == 0 || (::isatty(STDIN_FILENO) == 1 && text.ends_with('\n')) || text.ends_with(ctrl_c)) {
            break;
        }
    }
    return text;
}

std::string ask(const std::string& question, view::Console& err)
{
    constexpr int interrupted = 130;
    err.write(question + ": ");
    std::string answer;
    {
        const Mute mute;
        answer = read_input();
    }
    err.write("\n");
    if (answer.find(ctrl_c) != std::string::npos) {
        throw Stop(interrupted);
    }
    return answer;
}

}  // namespace

void declare_token_flag(CLI::App& command, bool& with_token)
{
    command.add_flag("--with-token", with_token, "Read a token from standard input.");
}

Secret read_token(bool with_token, const std::string& question, Context& context)
{
    const bool terminal = ::isatty(STDIN_FILENO) == 1;
    if (!terminal && !with_token) {
        const auto& line = context.services.options().line;
        throw Error(ErrorKind::usage, "a token is needed, and there is no terminal to ask for it")
            .with_hint(extended(line, "--with-token < FILE", "give --with-token, and the token on standard input"));
    }
    return provider::parse_token(terminal ? ask(question, context.err) : read_input());
}

view::Report store_connection(connection::Connection connection, const connection::Tokens& tokens, Context& context,
                              Preference preference)
{
    const auto& services = context.services;
    auto store = connections(services);
    connection.created_at = services.clock()();
    connection.renews = !tokens.refresh.empty();
    connection.keeper = store.put(connection, tokens);
    if (preference == Preference::this_one) {
        store.set_default_api(connection.address);
    }
    return view::connected(connection, store.default_api().value_or(""),
                           (services.configuration() / "credentials.json").string(), services.clock()());
}

}  // namespace tinystacks::app::commands
