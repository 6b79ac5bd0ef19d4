#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks {

/// What the reader of an error can do about it. Decides the exit code.
enum class ErrorKind {
    failed,
    usage,
    invalid_input,
    unauthenticated,
    not_allowed,
    not_found,
    conflict,
    unavailable,  ///< a program or service that cannot be had
};

/// A place in a text somebody wrote. Line and column count from 1, columns in bytes; 0 means unknown.
struct Position {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;

    bool operator==(const Position&) const = default;
};

/// "file:line:column", leaving out what is unknown.
[[nodiscard]] std::string to_string(const Position& where);

enum class Severity { error, warning };

/// One thing wrong with an input. `rule` is a stable identifier such as `buildspec.unknown_key`.
struct Problem {
    Severity severity = Severity::error;
    Position where;
    std::string rule;
    std::string message;
    std::string hint;

    bool operator==(const Problem&) const = default;
};

/// Everything that goes wrong in lib/ and is not an expected outcome.
///
/// Messages are lower case, without full stop, and quote the user's text with '…'. what() starts with
/// "file:line:column: " where a position is known.
class Error : public std::runtime_error {
public:
    template <typename... Args>
    explicit Error(ErrorKind kind, fmt::format_string<Args...> text, Args&&... args)
        : Error(kind, Made{fmt::format(text, std::forward<Args>(args)...)})
    {}

    /// An error of kind invalid_input that carries every problem a parser found; at least one of severity error.
    [[nodiscard]] static Error invalid(std::vector<Problem> problems);

    [[nodiscard]] ErrorKind kind() const { return kind_; }
    /// The message without its position.
    [[nodiscard]] const std::string& message() const { return message_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }
    [[nodiscard]] const Position& where() const { return where_; }
    /// Every problem a parser found, in the order of the text; empty for an error that no parser threw.
    [[nodiscard]] std::span<const Problem> problems() const { return problems_; }

    /// Puts the user's task in front: "deploy 'web': read buildspec: ...".
    [[nodiscard]] Error while_doing(std::string_view doing) const;
    /// Adds a next step the user can type.
    [[nodiscard]] Error with_hint(std::string hint) const;
    /// Says where: file, line and column.
    [[nodiscard]] Error at(Position where) const;

private:
    struct Made {
        std::string text;
    };
    Error(ErrorKind kind, Made text);
    Error(ErrorKind kind, std::string message, std::string hint, Position where, std::vector<Problem> problems);

    ErrorKind kind_;
    std::string message_;
    std::string hint_;
    Position where_;
    std::vector<Problem> problems_;
};

/// Ctrl-C or SIGTERM. Not an Error, so that no handler of errors swallows it.
class Interrupted : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }
};

/// The exit code of a command that ended with an error of this kind (docs/interface.md).
[[nodiscard]] int exit_code(ErrorKind kind);
/// The kind's name as the JSON document spells it, such as "invalid_input".
[[nodiscard]] std::string_view to_string(ErrorKind kind);
[[nodiscard]] std::string_view to_string(Severity severity);

}  // namespace tinystacks
