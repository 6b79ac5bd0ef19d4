#include "base/text.hpp"
#include "buildspec/detail/reader.hpp"
#include "buildspec/detail/shell.hpp"

#include <algorithm>
#include <cctype>

namespace tinystacks::buildspec {
namespace {

void parse_shell(const document::Node* node, Reader& reader, Buildspec& spec)
{
    spec.shell = reader.text(node, "env.shell");
    if (spec.shell.find_first_of(" \t\r\n") != std::string::npos || spec.shell.starts_with('-')) {
        reader.error(node->where, "shell", fmt::format("the shell '{}' must be the name of one program", spec.shell),
                     "shell: bash");
    } else if (is_windows_shell(spec.shell)) {
        reader.warn(node->where, "windows_shell",
                    fmt::format("the shell '{}' runs on Windows only; tinystacks cannot run this file", spec.shell));
    }
}

void check_variable(const document::Entry& entry, Reader& reader)
{
    const auto& name = entry.key;
    if (!is_variable_name(name)) {
        reader.warn(entry.key_where, "variable_name",
                    fmt::format("'{}' is no name of a shell variable; it is left out", printable(name)));
    } else if (name.starts_with("CODEBUILD_")) {
        reader.warn(entry.key_where, "reserved_name",
                    fmt::format("'{}': names that start with CODEBUILD_ are reserved by AWS CodeBuild", name));
    } else if (name.starts_with("TINYSTACKS_")) {
        reader.warn(entry.key_where, "reserved_name",
                    fmt::format("'{}': names that start with TINYSTACKS_ are reserved by tinystacks", name));
    }
    if (entry.value.is_null()) {
        reader.warn(entry.key_where, "null_variable", fmt::format("'{}' has no value; it is the empty text", name),
                    fmt::format("{}: \"\"", name));
    } else if (const auto kind = find_credential_kind(entry.value.text)) {
        reader.warn(
            entry.value.where, "plain_secret",
            fmt::format("the value of '{}' looks like a credential ({}); keep it in parameter-store or secrets-manager",
                        printable(name), *kind),
            fmt::format("parameter-store: {{ {}: /path/name }}", printable(name)));
    }
}

void parse_variables(const document::Node* node, const std::string& key, Reader& reader, Buildspec& spec)
{
    const auto* variables = reader.mapping(node, key);
    if (variables == nullptr) {
        return;
    }
    for (const auto& entry : variables->entries) {
        check_variable(entry, reader);
        spec.variables.emplace_back(entry.key, reader.text(&entry.value, key + "." + entry.key));
    }
}

/// Source: AWS Systems Manager API reference, GetParameters, "Names".
bool is_parameter_name(std::string_view name)
{
    const bool letters = std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("_.-/:").find(static_cast<char>(c)) != std::string_view::npos;
    });
    const auto parts = split(name, '/');
    return !name.empty() && letters && std::ranges::find(parts, "..") == parts.end();
}

using References = std::map<std::string, Reference>;

template <typename Check>
void parse_references(const document::Node* node, const std::string& key, Reader& reader, References& references,
                      Check&& check)
{
    const auto* mapping = reader.mapping(node, key);
    if (mapping == nullptr) {
        return;
    }
    for (const auto& entry : mapping->entries) {
        const auto reference = reader.text(&entry.value, key + "." + entry.key);
        if (!is_variable_name(entry.key)) {
            reader.warn(entry.key_where, "variable_name",
                        fmt::format("'{}' is no name of a shell variable; it is left out", printable(entry.key)));
            continue;
        }
        check(entry, reference);
        references[entry.key] = {reference, entry.value.where};
    }
}

void parse_exported(const document::Node* node, Reader& reader, Buildspec& spec)
{
    for (const auto& [name, where] : reader.list(node, "env.exported-variables")) {
        spec.exported_variables.push_back(name);
        if (spec.parameter_store.contains(name) || spec.secrets_manager.contains(name)) {
            reader.warn(where, "exported_secret",
                        fmt::format("'{}' holds a secret, so it is not exported", printable(name)));
        } else if (name.starts_with("AWS_")) {
            reader.warn(where, "exported_name",
                        fmt::format("'{}': names that start with AWS_ cannot be exported", printable(name)));
        }
    }
}

}  // namespace

std::string parse_user(const document::Node* node, const std::string& key, Reader& reader)
{
    auto user = reader.text(node, key);
    // Source: useradd(8); an upper-case letter or a dot is unusual but exists.
    const auto is_part = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; };
    if (!user.empty() && (user.front() == '-' || !std::ranges::all_of(user, is_part))) {
        reader.error(node->where, "run_as", fmt::format("'{}': '{}' is no user's name", key, printable(user)));
    }
    return user;
}

void parse_env(const document::Node& root, Reader& reader, Buildspec& spec)
{
    if (const auto* old = reader.mapping(root.find("environment_variables"), "environment_variables")) {
        reader.check_keys(*old, "environment_variables", {"plaintext"});
        parse_variables(old->find("plaintext"), "environment_variables.plaintext", reader, spec);
    }
    const auto* env = reader.mapping(root.find("env"), "env");
    if (env == nullptr) {
        return;
    }
    reader.check_keys(
        *env, "env",
        {"shell", "variables", "parameter-store", "secrets-manager", "exported-variables", "git-credential-helper"});
    parse_shell(env->find("shell"), reader, spec);
    parse_variables(env->find("variables"), "env.variables", reader, spec);
    parse_references(env->find("parameter-store"), "env.parameter-store", reader, spec.parameter_store,
                     [&](const document::Entry& entry, const std::string& name) {
                         if (!is_parameter_name(name)) {
                             reader.error(entry.value.where, "parameter",
                                          fmt::format("'{}' cannot be the name of a parameter", printable(name)),
                                          fmt::format("{}: /path/to/parameter", entry.key));
                         }
                     });
    parse_references(env->find("secrets-manager"), "env.secrets-manager", reader, spec.secrets_manager,
                     [&](const document::Entry& entry, const std::string& text) {
                         try {
                             (void)parse_secret_reference(text);
                         } catch (const Error& error) {
                             reader.error(entry.value.where, "secret", error.message(), error.hint());
                         }
                     });
    parse_exported(env->find("exported-variables"), reader, spec);
    spec.git_credential_helper = reader.yes(env->find("git-credential-helper"), "env.git-credential-helper");
}

}  // namespace tinystacks::buildspec
