#include "cli.hpp"

#include "correction.hpp"
#include "watch.hpp"

#include "base/error.hpp"
#include "view/fence.hpp"
#include "view/github.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <system_error>

namespace tinystacks::app {
namespace {

constexpr int bug = 70;  // EX_SOFTWARE of sysexits.h

/// `error` with its hint as it is to be typed where the user is.
Error with_typed_hint(const Error& error, const GlobalOptions& options)
{
    return error.with_hint(from_outside(error.hint(), options.directory));
}

/// Prints what a command had to say. In a pipe that its reader has closed this ends quietly.
int finish(const view::Report& report, const Error* error, const GlobalOptions& options, view::Console& out,
           view::Console& err)
{
    if (options.github) {
        err.write(view::annotations(report.problems));
        if (error != nullptr && error->problems().empty()) {
            err.write(view::annotation(*error));
        } else if (!report.failure.empty()) {
            err.write(view::annotation(Error(ErrorKind::failed, "{}", report.failure)));
        }
    }
    const bool document = options.json || options.events;
    // A runner of GitHub's takes no commands from what others called their things.
    const auto shown = [&](std::string text) {
        return options.github ? view::without_commands(std::move(text)) : std::move(text);
    };
    if (error != nullptr && (!document || out.closed())) {
        err.write(shown(view::text(*error)));
    }
    if (!document && !options.quiet) {
        for (const auto& note : report.notes) {
            err.write(shown(note + "\n"));
        }
    }
    out.write(document        ? view::document(report, error, options.events)
              : out.is_file() ? report.text
                              : shown(report.text));
    return report.exit_code;
}

int run(int argc, char** argv, char** environment, view::Console& out, view::Console& err)
{
    auto options = find_output_options(argc, argv, environment);
    view::Report report;
    try {
        auto parsed = parse_command_line(argc, argv);
        parsed.options.github = options.github;
        if (parsed.text) {  // whose flags CLI11 leaves unread
            report.text = *parsed.text;
            (*report.result)["text"] = *parsed.text;
            return finish(report, nullptr, options, out, err);
        }
        options = parsed.options;
        Services services(environment, options);
        commands::Context context{services, out, err};
        report = parsed.action(context);
        if (report.error) {
            report.error = with_typed_hint(*report.error, options);
        }
        return finish(report, report.error ? &*report.error : nullptr, options, out, err);
    } catch (const Error& thrown) {
        const auto error = with_typed_hint(thrown, options);
        report = view::Report();
        report.exit_code = exit_code(error.kind());
        report.problems.assign(error.problems().begin(), error.problems().end());
        return finish(report, &error, options, out, err);
    } catch (const Stop& stop) {
        report = view::Report();
        report.exit_code = stop.code();
        return finish(report, nullptr, options, out, err);
    }
}

/// A standard descriptor that is closed would be given to the next file that is opened, and our output written into it.
/// A closed stdout stays one that cannot be written; what goes to a closed stderr is lost.
void open_standard_descriptors()
{
    constexpr std::array modes = {O_RDONLY, O_RDONLY, O_RDWR};
    for (int number = 0; number < 3; ++number) {
        if (::fcntl(number, F_GETFD) < 0) {
            (void)::open("/dev/null", modes[static_cast<std::size_t>(number)]);
        }
    }
}

/// Ends the process. All is written and closed by now; the libraries' own endings would only load what they clean up.
[[noreturn]] void leave(int code)
{
#ifdef TS_INSTRUMENTED
    std::exit(code);  // whose end sanitizers and coverage wait for
#else
    ::_exit(code);
#endif
}

}  // namespace
}  // namespace tinystacks::app

int main(int argc, char** argv, char** environment)
{
    using namespace tinystacks;
    app::open_standard_descriptors();
    std::signal(SIGPIPE, SIG_IGN);  // a closed reader is an answer of write(2), not our end
    std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
    app::view::Console out(1);
    app::view::Console err(2);
    try {
        app::leave(app::run(argc, argv, environment, out, err));
    } catch (const Error& error) {
        // Standard output or error cannot be written.
        std::cerr << app::view::text(error);
        return exit_code(error.kind());
    } catch (const std::system_error& error) {
        std::cerr << "tinystacks: this machine gives no more threads or memory: " << error.what() << '\n';
        return exit_code(ErrorKind::failed);
    } catch (const std::exception& error) {
        std::cerr << "tinystacks: this is a bug in tinystacks: " << error.what() << '\n';
        return app::bug;
    }
}
