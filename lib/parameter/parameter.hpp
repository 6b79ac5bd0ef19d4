#pragma once

#include "base/error.hpp"
#include "document/node.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::parameter {

/// The types of a parameter. Source: the published contract, `propertyType`.
enum class Type {
    string,
    number,
    boolean,
    secret,
    arn,
    aws_region,
    github_repository_uri,
    s3_bucket,
    vpc,
    ec2_instance_type,
    map,
    integer,
    number_list,
    list,
};

/// Empty for a word we do not know: the contract lets others stand.
[[nodiscard]] std::optional<Type> find_type(std::string_view word);
[[nodiscard]] std::string_view to_string(Type type);

/// Which values a parameter takes, beyond its type.
struct Validation {
    std::string unit;  ///< what is counted, for messages
    std::optional<document::Node> min;
    std::optional<document::Node> max;
    std::vector<std::string> allowed_nodes_types;  ///< the instance types a value is chosen from
    std::vector<document::Entry> extra;            ///< members we do not know, and those given as null or empty
};

/// A parameter of a code source: what it takes. In a stack or a deployment the same with a value.
struct Definition {
    std::string name;
    std::string type;  ///< a word of the contract, or one we do not know
    std::optional<document::Node> value;
    std::optional<document::Node> default_value;
    std::string display_name;
    std::string description;
    std::optional<bool> required;
    std::vector<std::string> categories;  ///< keys of the source's categories
    std::optional<Validation> validation;
    std::vector<document::Entry> extra;  ///< members we do not know, and those given as null or empty
    Position where;                      ///< of the definition; unknown when it comes from no text
};

/// A heading under which parameters are shown.
struct Category {
    std::string key;
    std::string display_name;
    std::string description;
    std::vector<document::Entry> extra;
};

/// nullptr when there is none of that name.
[[nodiscard]] const Definition* find(const std::vector<Definition>& definitions, std::string_view name);

/// Whether the parameter's value must never be shown: a Secret, or one called like a secret.
[[nodiscard]] bool is_secret(const Definition& definition);

/// What is wrong with `value` for the parameter; all of it, empty when nothing is. A message names the parameter, what
/// was given (never the value of a Secret) and what would be right. A value of a type we do not know is never wrong.
/// Rule: `parameter.value`.
[[nodiscard]] std::vector<Problem> find_problems(const Definition& definition, const document::Node& value);

/// What is wrong with `values` (name and value) for a code source that has `definitions`: besides find_problems() of
/// each, a name that is not defined (`parameter.unknown`, with a suggestion), one given twice (`parameter.twice`), and
/// a required one with neither value nor default (`parameter.missing`). null counts as not given.
[[nodiscard]] std::vector<Problem> find_problems(const std::vector<Definition>& definitions,
                                                 const std::vector<document::Entry>& values);

/// The value that `text` of a command line stands for: a number for Number and Integer, true or false for Boolean, an
/// array for List and NumberList (JSON, or parts separated by commas), else the text. What fits no type stays a text,
/// which find_problems() then refuses.
[[nodiscard]] document::Node make_value(const Definition& definition, std::string_view text);

/// `value` as it is sent: a Map written as a mapping becomes JSON text, which is how maps travel.
[[nodiscard]] document::Node as_sent(const Definition& definition, document::Node value);

/// `K=V` of a command line.
struct Assignment {
    std::string name;
    std::string text;
    bool operator==(const Assignment&) const = default;
};
/// Throws Error{usage} without '=' or name.
[[nodiscard]] Assignment parse_assignment(std::string_view argument);

}  // namespace tinystacks::parameter
