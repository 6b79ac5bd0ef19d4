#include "base/error.hpp"

#include <algorithm>

namespace tinystacks {
namespace {

std::string with_position(const Position& where, const std::string& message)
{
    const auto place = to_string(where);
    return place.empty() ? message : place + ": " + message;
}

}  // namespace

std::string to_string(const Position& where)
{
    auto text = where.file;
    if (where.line != 0) {
        text += fmt::format("{}{}", text.empty() ? "line " : ":", where.line);
        if (where.column != 0) {
            text += fmt::format(":{}", where.column);
        }
    }
    return text;
}

Error::Error(ErrorKind kind, Made text) : Error(kind, std::move(text.text), {}, {}, {}) {}

Error::Error(ErrorKind kind, std::string message, std::string hint, Position where, std::vector<Problem> problems)
    : std::runtime_error(with_position(where, message)), kind_(kind), message_(std::move(message)),
      hint_(std::move(hint)), where_(std::move(where)), problems_(std::move(problems))
{}

Error Error::invalid(std::vector<Problem> problems)
{
    const auto first = std::ranges::find(problems, Severity::error, &Problem::severity);
    const auto& shown = first == problems.end() ? problems.front() : *first;
    return {ErrorKind::invalid_input, shown.message, shown.hint, shown.where, std::move(problems)};
}

Error Error::while_doing(std::string_view doing) const
{
    return {kind_, fmt::format("{}: {}", doing, message_), hint_, where_, problems_};
}

Error Error::with_hint(std::string hint) const
{
    return {kind_, message_, std::move(hint), where_, problems_};
}

Error Error::at(Position where) const
{
    return {kind_, message_, hint_, std::move(where), problems_};
}

int exit_code(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::failed:
    case ErrorKind::unavailable:
        return 1;
    case ErrorKind::usage:
        return 2;
    case ErrorKind::invalid_input:
        return 3;
    case ErrorKind::unauthenticated:
    case ErrorKind::not_allowed:
        return 4;
    case ErrorKind::not_found:
        return 5;
    case ErrorKind::conflict:
        return 6;
    }
    return 70;
}

std::string_view to_string(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::failed:
        return "failed";
    case ErrorKind::usage:
        return "usage";
    case ErrorKind::invalid_input:
        return "invalid_input";
    case ErrorKind::unauthenticated:
        return "unauthenticated";
    case ErrorKind::not_allowed:
        return "not_allowed";
    case ErrorKind::not_found:
        return "not_found";
    case ErrorKind::conflict:
        return "conflict";
    case ErrorKind::unavailable:
        return "unavailable";
    }
    return "failed";
}

std::string_view to_string(Severity severity)
{
    return severity == Severity::error ? "error" : "warning";
}

}  // namespace tinystacks
