#include "parameter/detail/shape.hpp"

#include "aws/region.hpp"
#include "base/text.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <cmath>

namespace tinystacks::parameter::detail {
namespace {

bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_lower_or_digit(char c)
{
    return is_lower(c) || is_digit(c);
}

/// Whether `text` is letters, digits and characters of `punctuation`, and not empty.
bool is_word(std::string_view text, std::string_view punctuation)
{
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || punctuation.find(c) != std::string_view::npos;
    });
}

bool is_whole(const document::Node& value)
{
    const auto number = document::find_number(value);
    return number && std::floor(*number) == *number;
}

bool is_json_object(const document::Node& value)
{
    if (!document::is_string(value)) {
        return value.is_mapping();
    }
    try {
        return document::parse_json(value.text, {}).root.is_mapping();
    } catch (const Error&) {
        return false;
    }
}

bool is_list(const document::Node& value)
{
    return value.is_sequence() && std::ranges::all_of(value.items, [](const document::Node& item) {
               return document::is_string(item) || document::is_number(item);
           });
}

/// For the types whose values are texts of a form.
bool has_form(Type type, std::string_view text)
{
    switch (type) {
    case Type::arn:
        return is_arn(text);
    case Type::aws_region:
        return aws::is_region(text);
    case Type::github_repository_uri:
        return is_github_repository(text);
    case Type::s3_bucket:
        return is_bucket(text);
    case Type::vpc:
        return is_vpc(text);
    case Type::ec2_instance_type:
        return is_instance_type(text);
    default:
        return true;
    }
}

}  // namespace

bool is_arn(std::string_view text)
{
    const auto parts = split(text, ':');
    if (parts.size() < 6 || parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2].empty()) {
        return false;
    }
    const bool account_fits =
        parts[4].empty() || parts[4] == "aws" || (parts[4].size() == 12 && std::ranges::all_of(parts[4], is_digit));
    return account_fits && std::ranges::all_of(parts[1], [](char c) { return is_lower(c) || c == '-'; }) &&
           is_word(parts[2], "-") && (parts[3].empty() || aws::is_region(parts[3])) &&
           (!parts[5].empty() || parts.size() > 6) &&
           std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c != 0x7F; });
}

bool is_github_repository(std::string_view text)
{
    for (const std::string_view prefix : {"https://github.com/", "ssh://git@github.com/", "git@github.com:"}) {
        if (!text.starts_with(prefix)) {
            continue;
        }
        const auto parts = split(text.substr(prefix.size()), '/');
        return parts.size() == 2 && is_word(parts[0], "-") && is_word(parts[1], "-_.") && parts[1] != "." &&
               parts[1] != ".." && parts[1] != ".git";
    }
    return false;
}

bool is_bucket(std::string_view text)
{
    const auto looks_like_an_address =
        split(text, '.').size() == 4 && std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
    return text.size() >= 3 && text.size() <= 63 && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
           text.find("..") == std::string_view::npos && !looks_like_an_address &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
}

bool is_vpc(std::string_view text)
{
    constexpr std::string_view prefix = "vpc-";
    const auto digits = text.starts_with(prefix) ? text.substr(prefix.size()) : std::string_view();
    return (digits.size() == 8 || digits.size() == 17) &&
           std::ranges::all_of(digits, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_instance_type(std::string_view text)
{
    const auto parts = split(text, '.');
    const auto is_part = [](std::string_view part) {
        return !part.empty() && is_lower_or_digit(part.front()) &&
               std::ranges::all_of(part, [](char c) { return is_lower_or_digit(c) || c == '-'; });
    };
    return parts.size() == 2 && is_lower(text.front()) && std::ranges::all_of(parts, is_part);
}

std::string_view wanted(Type type)
{
    switch (type) {
    case Type::string:
    case Type::secret:
        return "a text";
    case Type::number:
        return "a number";
    case Type::boolean:
        return "true or false";
    case Type::arn:
        return "an ARN such as arn:aws:iam::123456789012:role/deploy";
    case Type::aws_region:
        return "a region such as us-east-1";
    case Type::github_repository_uri:
        return "a repository such as https://github.com/OWNER/NAME";
    case Type::s3_bucket:
        return "a bucket's name: 3 to 63 of a-z, 0-9, '.' and '-'";
    case Type::vpc:
        return "the id of a VPC such as vpc-0123456789abcdef0";
    case Type::ec2_instance_type:
        return "an instance type such as t3.micro";
    case Type::map:
        return "a JSON object";
    case Type::integer:
        return "a whole number";
    case Type::number_list:
        return "a list of numbers";
    case Type::list:
        return "a list of texts or numbers";
    }
    return {};
}

bool fits(Type type, const document::Node& value)
{
    switch (type) {
    case Type::number:
        return document::find_number(value).has_value();
    case Type::boolean:
        return document::is_boolean(value);
    case Type::map:
        return is_json_object(value);
    case Type::integer:
        return is_whole(value);
    case Type::number_list:
        return value.is_sequence() && std::ranges::all_of(value.items, [](const document::Node& item) {
                   return document::find_number(item).has_value();
               });
    case Type::list:
        return is_list(value);
    default:
        return document::is_string(value) && has_form(type, value.text);
    }
}

}  // namespace tinystacks::parameter::detail
