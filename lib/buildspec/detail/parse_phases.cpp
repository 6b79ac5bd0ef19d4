#include "base/text.hpp"
#include "buildspec/detail/phases.hpp"
#include "buildspec/detail/reader.hpp"

#include <charconv>
#include <regex>

namespace tinystacks::buildspec {
namespace {

constexpr int most_attempts = 100;

[[noreturn]] void refuse_policy(std::string_view text)
{
    throw Error(ErrorKind::invalid_input, "'{}' is no value of on-failure", printable(text))
        .with_hint("write ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex");
}

void parse_runtimes(const document::Node* node, const std::string& key, Reader& reader, Phase& phase)
{
    if (node != nullptr && node->is_sequence()) {
        reader.warn(node->where, "type", fmt::format("'{}' must be a mapping of runtimes to versions", key));
        return;
    }
    const auto* mapping = reader.mapping(node, key);
    if (mapping == nullptr) {
        return;
    }
    for (const auto& entry : mapping->entries) {
        phase.runtime_versions[entry.key] = reader.text(&entry.value, key + "." + entry.key);
    }
}

void parse_phase(const document::Node* node, PhaseName name, Reader& reader, Phase& phase)
{
    const auto key = fmt::format("phases.{}", to_string(name));
    phase.defined = true;
    const auto* mapping = reader.mapping(node, key);
    if (mapping == nullptr) {
        return;
    }
    std::vector<std::string> known = {"run-as", "on-failure", "commands", "finally"};
    if (name == PhaseName::install) {
        known.emplace_back("runtime-versions");
    }
    reader.check_keys(*mapping, key, known);
    phase.run_as = parse_user(mapping->find("run-as"), key + ".run-as", reader);
    phase.commands = reader.commands(mapping->find("commands"), key + ".commands");
    phase.finally = reader.commands(mapping->find("finally"), key + ".finally");
    parse_runtimes(mapping->find("runtime-versions"), key + ".runtime-versions", reader, phase);
    const auto* on_failure = mapping->find("on-failure");
    if (on_failure == nullptr || on_failure->is_null()) {
        return;
    }
    try {
        phase.on_failure = parse_failure_policy(reader.text(on_failure, key + ".on-failure"));
    } catch (const Error& error) {
        reader.error(on_failure->where, "on_failure", error.message(), error.hint());
    }
}

}  // namespace

FailurePolicy parse_failure_policy(std::string_view text)
{
    FailurePolicy policy;
    const auto word = to_upper(text.substr(0, text.find('-')));
    if (to_upper(text) == "ABORT") {
        policy.action = OnFailure::abort;
    } else if (to_upper(text) == "CONTINUE") {
        policy.action = OnFailure::proceed;
    } else if (word == "RETRY") {
        policy.action = OnFailure::retry;
    } else {
        refuse_policy(text);
    }
    if (policy.action != OnFailure::retry || text.size() == word.size()) {
        return policy;
    }
    auto rest = text.substr(word.size() + 1);
    // Digits followed by the end or another '-' are the count; everything else is the pattern.
    int count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (digits > 0 && rest.front() != '-' && (digits == rest.size() || rest[digits] == '-')) {
        if (error != std::errc() || count > most_attempts) {
            throw Error(ErrorKind::invalid_input, "on-failure: at most {} attempts, not {}", most_attempts,
                        rest.substr(0, digits));
        }
        policy.attempts = count;
        rest = digits == rest.size() ? std::string_view() : rest.substr(digits + 1);
    }
    if (!rest.empty()) {
        policy.pattern = rest;
        (void)compile_pattern(policy.pattern);
    }
    return policy;
}

void parse_phases(const document::Node& root, Reader& reader, Buildspec& spec)
{
    const auto* node = root.find("phases");
    const auto* phases = reader.mapping(node, "phases");
    if (phases == nullptr) {
        if (node == nullptr || node->is_null()) {
            reader.error(node == nullptr ? root.where : node->where, "phases",
                         node == nullptr ? "'phases' is missing: there is nothing to run"
                                         : "'phases' is empty: there is nothing to run",
                         "phases: { build: { commands: [ ... ] } }");
        }
        return;
    }
    for (const auto& entry : phases->entries) {
        bool found = false;
        for (const auto name : phase_names) {
            if (entry.key == to_string(name)) {
                parse_phase(&entry.value, name, reader, spec.phases[name]);
                found = true;
            }
        }
        if (!found) {
            reader.warn(entry.key_where, "unknown_phase",
                        fmt::format("'{}' is no phase, so nothing of it runs", printable(entry.key)),
                        suggest(entry.key, {"install", "pre_build", "build", "post_build"}));
        }
    }
}

}  // namespace tinystacks::buildspec
