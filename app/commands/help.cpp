#include "commands/commands.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <string_view>

namespace tinystacks::app::commands {
namespace {

// Source of the codes: DESIGN.md, section 5. base/error.hpp and deployment.hpp map to them.
constexpr std::string_view exit_codes = R"(Exit codes
  0    done
  1    failed
  2    usage: a wrong flag or argument
  3    invalid input file
  4    not authenticated or not allowed
  5    not found
  6    conflict, locked, superseded or stopped by a person
  8    waiting for an approval
  9    uncertain: what happened could not be learnt
  10   your build or deployment failed
  11   it failed and was rolled back
  12   the rollback failed too
  70   a bug in tinystacks
  130  interrupted (Ctrl-C), after a gentle stop
  143  terminated, after a gentle stop
)";

constexpr std::string_view environment = R"(Environment
  TINYSTACKS_CONTROL        who keeps stacks and deployments: embedded (--control)
  TINYSTACKS_REGISTRY_PORT  port of the machine's own registry, 5128 otherwise
  TINYSTACKS_TOKEN          credential of a TinyStacks API; never passed on to a child
  XDG_STATE_HOME            state, logs and work lie in its folder tinystacks; ~/.local/state otherwise
  DOCKER_HOST, DOCKER_CONFIG, AWS_*  as docker and aws know them
  HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE  for registries
  NO_COLOR, TERM=dumb, CI   no colour
)";

constexpr std::string_view ci = R"(In CI
  tinystacks deploy            exits with the verdict: see `tinystacks help exit-codes`
  tinystacks deploy --json     one JSON document on stdout, the log on stderr
  tinystacks deploy --events   NDJSON as it happens; the last line is that document
  tinystacks deploy --stage prod --commit "$GITHUB_SHA"
No command asks anything without a terminal; a silent step says every 30 s that it is still at work.
A checkout of depth 1 is enough.
)";

view::Report text_report(std::string_view text)
{
    view::Report report;
    report.text = text;
    (*report.result)["text"] = text;
    return report;
}

}  // namespace

void declare_help(CLI::App& parent, const OnParsed& on_parsed)
{
    static const std::map<std::string, std::string_view> topics = {
        {"exit-codes", exit_codes}, {"environment", environment}, {"ci", ci}};
    auto topic = std::make_shared<std::string>();
    auto* command =
        parent.add_subcommand("help", "Explain: exit-codes, environment, ci, or a command.")->group("The rest");
    command->add_option("topic", *topic, "exit-codes, environment, ci, or a command.")->type_name("TOPIC");
    command->callback([topic, on_parsed, &parent] {
        std::string text;
        if (const auto found = topics.find(*topic); found != topics.end()) {
            text = found->second;
        } else if (topic->empty()) {
            text = parent.help();
        } else if (const auto named = parent.get_subcommands(
                       [&](const CLI::App* candidate) { return candidate->get_name() == *topic; });
                   !named.empty()) {
            text = named.front()->help(parent.get_name());
        } else {
            throw Error(ErrorKind::usage, "there is no help on '{}'", printable(*topic))
                .with_hint(suggest(*topic, {"exit-codes", "environment", "ci", "deploy", "logs", "status", "init"}));
        }
        on_parsed([text = std::move(text)](Context&) { return text_report(text); });
    });
}

}  // namespace tinystacks::app::commands
