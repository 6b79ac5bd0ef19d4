#pragma once

#include "document/node.hpp"
#include "parameter/parameter.hpp"

#include <string_view>

namespace tinystacks::parameter::detail {

/// What a value of the type is, to stand after "must be".
[[nodiscard]] std::string_view wanted(Type type);
/// Whether `value` is a value of the type.
[[nodiscard]] bool fits(Type type, const document::Node& value);

/// Source: Amazon Resource Names, "ARN format".
[[nodiscard]] bool is_arn(std::string_view text);
/// `https://github.com/OWNER/NAME`, with or without `.git`, or the same as `git@github.com:OWNER/NAME`.
/// Source: GitHub's rules for names of accounts and repositories.
[[nodiscard]] bool is_github_repository(std::string_view text);
/// Source: Amazon S3 User Guide, "General purpose bucket naming rules".
[[nodiscard]] bool is_bucket(std::string_view text);
/// Source: Amazon EC2 User Guide, "Resource IDs": eight or seventeen hexadecimal digits.
[[nodiscard]] bool is_vpc(std::string_view text);
/// Source: Amazon EC2 Instance Types, "Naming conventions".
[[nodiscard]] bool is_instance_type(std::string_view text);

}  // namespace tinystacks::parameter::detail
