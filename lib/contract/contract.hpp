#pragma once

#include "document/node.hpp"
#include "source/source.hpp"
#include "stack/stack.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The published contract's JSON, to and from the domain: the only place that knows its words. T is one of
/// source::Source, ParameterChange, Version, Use; stack::Stack, ParameterChange, Deployment, Output, Resource, Event,
/// LogLine, UserStack.
namespace tinystacks::contract {

/// Reads one T. Throws Error{invalid_input} with every member of a wrong type (rule `contract.type`): its JSON pointer
/// below `pointer` in the message, its line in the place. Members and words we do not know are kept.
template <typename T>
[[nodiscard]] T read(const document::Node& node, std::string_view pointer = {});

/// Reads an array of T. Throws as read().
template <typename T>
[[nodiscard]] std::vector<T> read_list(const document::Node& node);

/// The tree that read() was given: equal to it but for the order of members, and the places.
template <typename T>
[[nodiscard]] document::Node write(const T& value);

/// Reads a code source somebody wrote, to be created. Besides what read() refuses: a name, the repository's clone URL
/// or the format that are missing (`contract.missing`), a name or clone URL that breaks our rules (`contract.name`,
/// `contract.clone_url`), a parameter's default or value that is none of its type. Every problem in one throw.
/// `origins` are those of source::find_clone_url_refusal().
[[nodiscard]] source::Source read_new_source(const document::Node& payload,
                                             const std::vector<std::string>& origins = {});

/// Reads a stack somebody wrote, to be created. Besides what read() refuses: a name or the code source's name that is
/// missing, names of stack or stages that break our rules. Every problem in one throw.
[[nodiscard]] stack::Stack read_new_stack(const document::Node& payload);

/// What a server says when it refuses.
struct Refusal {
    std::string name;
    std::string message;
    int status = 0;  ///< 0 when not given
    std::string
        type;  ///< Unauthorized, Unauthenticated, Validation, NotFound, Conflict, InternalServerError or another
    bool operator==(const Refusal&) const = default;
};

/// Empty when `body` is no refusal of the contract, such as a proxy's page. Texts are as they came: not yet printable.
[[nodiscard]] std::optional<Refusal> find_refusal(std::string_view body);

}  // namespace tinystacks::contract
