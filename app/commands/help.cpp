#include "commands/commands.hpp"

#include "commands/values.hpp"
#include "correction.hpp"
#include "help.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <string_view>

namespace tinystacks::app::commands {
namespace {

// Source of the codes: docs/interface.md. base/error.hpp and deployment.hpp map to them.
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
  TINYSTACKS_ALLOW_HOSTS    hosts inside our networks to which a registry may send us on, with commas between
  TINYSTACKS_CONTROL        who keeps stacks and deployments: embedded or a URL (--control)
  TINYSTACKS_GITHUB_CLIENT_ID, TINYSTACKS_GITLAB_CLIENT_ID  the OAuth application that `connect` asks as
  TINYSTACKS_GROUP          whose things a TinyStacks API is asked for, instead of your own (--group)
  TINYSTACKS_REGISTRY_PORT  port of the machine's own registry, 5128 otherwise
  TINYSTACKS_TOKEN          credential of a TinyStacks API; never passed on to a child
  GH_TOKEN, GITHUB_TOKEN    token for github.com (or GH_HOST); wins over a stored one and is never stored
  GITLAB_TOKEN              the same for gitlab.com (or GITLAB_HOST)
  XDG_CONFIG_HOME           connections lie in its folder tinystacks; ~/.config otherwise
  XDG_CACHE_HOME            names for completions are remembered in its folder tinystacks; ~/.cache otherwise
  XDG_STATE_HOME            state, logs and work lie in its folder tinystacks; ~/.local/state otherwise
  DOCKER_HOST, DOCKER_CONFIG, AWS_*  as docker and aws know them
  HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE  for every server that is asked
  NO_COLOR, TERM=dumb, CI   no colour
)";

constexpr std::string_view ci = R"(In CI
  tinystacks deploy            exits with the verdict: see `tinystacks help exit-codes`
  tinystacks deploy --json     one JSON document on stdout, the log on stderr
  tinystacks deploy --events   NDJSON as it happens; the last line is that document
  tinystacks deploy --waiting-ok  0 instead of 8 where a stage waits for `tinystacks approve`
  tinystacks deploy --queue    waits while another job deploys, instead of exit code 6
  tinystacks deploy --stage prod --commit "$GITHUB_SHA"   only if that is what the stage before runs
No command asks anything without a terminal; a silent step says every 30 s that it is still at work.
A checkout of depth 1 is enough. With `bucket:` in tinystacks.yml an empty disk knows what every other machine does;
without it approvals, rollback and variables are refused here.
)";

view::Report text_report(std::string_view text)
{
    view::Report report;
    report.text = text;
    (*report.result)["text"] = text;
    return report;
}

/// What there is help on below `parent`.
std::vector<std::string> known_topics(const CLI::App& parent)
{
    std::vector<std::string> known;
    if (parent.get_parent() == nullptr) {
        known = {"exit-codes", "environment", "ci"};
    }
    for (const auto* command : parent.get_subcommands({})) {
        known.push_back(command->get_name());
    }
    return known;
}

/// The command below `parent` that a topic names. Throws WrongWord.
const CLI::App& command_below(const CLI::App& parent, const std::string& word)
{
    for (const auto* command : parent.get_subcommands({})) {
        if (command->get_name() == word) {
            return *command;
        }
    }
    throw WrongWord(word, known_topics(parent));
}

}  // namespace

void declare_help(CLI::App& parent, const OnParsed& on_parsed)
{
    static const std::map<std::string, std::string_view> topics = {
        {"exit-codes", exit_codes}, {"environment", environment}, {"ci", ci}};
    auto words = std::make_shared<std::vector<std::string>>();
    auto* command =
        parent.add_subcommand("help", "Explain: exit-codes, environment, ci, or a command.")->group("The rest");
    command->add_option("topic", *words, "exit-codes, environment, ci, or a command.")
        ->type_name("TOPIC")
        ->check(offer(known_topics(parent)));
    // The tree of commands lives as long as parsing does.
    command->callback([words, on_parsed, &parent] {
        if (words->size() == 1 && topics.contains(words->front())) {
            on_parsed([text = topics.at(words->front())](Context&) { return text_report(text); });
            return;
        }
        const CLI::App* topic = &parent;
        for (const auto& word : *words) {
            topic = &command_below(*topic, word);
        }
        on_parsed([text = help_text(*topic)](Context&) { return text_report(text); });
    });
}

}  // namespace tinystacks::app::commands
