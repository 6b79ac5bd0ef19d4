#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks {

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

/// The word of `known` that `word` was probably meant to be: at most a third of its letters differ.
[[nodiscard]] std::optional<std::string> find_nearest(std::string_view word, const std::vector<std::string>& known);
/// What to write instead, to stand after "try:": "'x'", or "one of a, b, c" when nothing is near.
[[nodiscard]] std::string suggest(std::string_view word, const std::vector<std::string>& known);

/// Whether the name can be a shell variable: a letter or '_', then letters, digits, '_'. Source: POSIX, XBD 3.230.
[[nodiscard]] bool is_variable_name(std::string_view name);
/// Whether `text` is well-formed UTF-8 (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text);
/// `text` with every ill-formed byte replaced by U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view text);
/// `text` as one word of a POSIX shell, in single quotes where it needs any.
[[nodiscard]] std::string shell_quote(std::string_view text);
/// The same, quoted whatever it holds.
[[nodiscard]] std::string shell_quote_always(std::string_view text);
/// `text` with control characters, escape sequences and bidi controls made visible, so that outside text cannot
/// steer a terminal (security requirement LG-02). Newline and tab stay.
[[nodiscard]] std::string printable(std::string_view text);
/// The same in one line, for a message that quotes `text`: a newline becomes `\n`.
[[nodiscard]] std::string printable_line(std::string_view text);

/// Whether a variable of this name usually holds a secret: its last words are PASSWORD, SECRET, TOKEN, PRIVATE_KEY,
/// SSH_KEY, ACCESS_KEY, SECRET_KEY, CONNECTION_STRING, API_KEY or the like, in any case.
[[nodiscard]] bool names_a_secret(std::string_view name);

/// What kind of credential a text looks like ("AWS access key", "GitHub token", "private key"), if any.
/// Source: the prefixes the issuers publish (IAM unique identifiers, GitHub and GitLab token formats, PEM).
[[nodiscard]] std::optional<std::string_view> find_credential_kind(std::string_view text);

}  // namespace tinystacks
