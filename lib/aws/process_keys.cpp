#include "aws/process_keys.hpp"

#include "aws/detail/json.hpp"
#include "aws/detail/key_json.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "mask/masker.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace tinystacks::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t output_limit = 64 << 10;
constexpr std::size_t shown_limit = 500;

/// The end of what a program said, in one line, without what is or may be a secret.
std::string shown(const process::Finished& finished, const process::Environment& environment)
{
    mask::Secrets secrets;
    for (const auto& [name, value] : environment) {
        if (names_a_secret(name)) {
            secrets.add(value);
        }
    }
    if (const auto object = detail::find_json_object(finished.out)) {
        for (const auto& [name, value] : object->items()) {
            if (name != "Version" && value.is_string()) {
                secrets.add(value.get<std::string>());
            }
        }
    }
    auto words = secrets.hide(trim(finished.err));
    if (words.size() > shown_limit) {
        words = "…" + words.substr(words.size() - shown_limit);
    }
    for (auto& c : words) {
        c = c == '\n' || c == '\t' ? ' ' : c;
    }
    return printable(to_utf8(words));
}

}  // namespace

std::vector<std::string> split_command(std::string_view text)
{
    std::vector<std::string> words;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (quote == '\0' && blank) {
            in_word = false;
            continue;
        }
        if (!in_word) {
            words.emplace_back();
            in_word = true;
        }
        const bool has_next = at + 1 < text.size();
        const bool escapes =
            c == '\\' && has_next && (quote == '\0' || (quote == '"' && (text[at + 1] == '"' || text[at + 1] == '\\')));
        if (escapes) {
            words.back() += text[++at];
        } else if (c == quote && quote != '\0') {
            quote = '\0';
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else {
            words.back() += c;
        }
    }
    if (quote != '\0') {
        throw Error(ErrorKind::invalid_input, "a command with a quote that does not end");
    }
    return words;
}

ProcessKeys::ProcessKeys(process::Launcher& launcher, process::Environment environment, std::vector<std::string> argv,
                         std::string source)
    : launcher_(launcher), environment_(std::move(environment)), argv_(std::move(argv)), source_(std::move(source))
{
    if (argv_.empty()) {
        throw Error(ErrorKind::unauthenticated, "{} is empty", source_);
    }
}

process::Finished ProcessKeys::run(const std::vector<std::string>& argv, const Interruption& interruption)
{
    process::Command command;
    command.argv = argv;
    command.environment = environment_;
    command.timeout = 1min;
    return process::run_and_keep(launcher_, command, interruption, output_limit);
}

void ProcessKeys::fail(const std::string& why, const Interruption& interruption)
{
    const auto error = Error(ErrorKind::unauthenticated, "{}{}", source_, why);
    const auto step = hint(interruption);
    throw step.empty() ? error : error.with_hint(step);
}

Credentials ProcessKeys::get(const Interruption& interruption)
{
    process::Finished finished{process::Exited{0}, {}, {}};
    try {
        finished = run(argv_, interruption);
    } catch (const Error& error) {
        fail(": " + error.message(), interruption);
    }
    if (!finished.succeeded()) {
        const auto words = shown(finished, environment_);
        fail(fmt::format(" failed ({}){}", process::to_string(finished.outcome), words.empty() ? "" : ": " + words),
             interruption);
    }
    const auto object = detail::find_json_object(finished.out);
    if (!object) {
        throw Error(ErrorKind::unauthenticated, "{} printed no JSON object", source_);
    }
    if (const auto version = object->find("Version"); version == object->end() || *version != 1) {
        throw Error(ErrorKind::unauthenticated, "{} printed no keys of \"Version\": 1", source_);
    }
    return detail::read_keys(*object, "SessionToken", source_);
}

std::string ProcessKeys::hint(const Interruption&)
{
    return {};
}

SignedInKeys::SignedInKeys(process::Launcher& launcher, process::Environment environment, std::string profile,
                           const std::string& key)
    : ProcessKeys(launcher, std::move(environment),
                  {"aws", "configure", "export-credentials", "--profile", profile, "--format", "process"},
                  fmt::format("profile '{}' ({}; aws configure export-credentials)", printable(profile), key)),
      profile_(std::move(profile)), sign_in_(key == "login_session" ? "aws login" : "aws sso login")
{}

std::string SignedInKeys::hint(const Interruption& interruption)
{
    bool is_new = false;
    try {
        const auto version = run({"aws", "--version"}, interruption);
        is_new = !(version.out + version.err).starts_with("aws-cli/1.");
    } catch (const Error&) {  // there is none
    }
    return is_new ? sign_in_ + " --profile " + shell_quote(profile_)
                  : "install version 2 of the AWS CLI, which this profile needs: "
                    "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";
}

}  // namespace tinystacks::aws
