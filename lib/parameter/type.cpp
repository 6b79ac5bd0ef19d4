#include "base/text.hpp"
#include "parameter/parameter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::parameter {
namespace {

constexpr std::array<std::pair<std::string_view, Type>, 14> words = {{
    {"String", Type::string},
    {"Number", Type::number},
    {"Boolean", Type::boolean},
    {"Secret", Type::secret},
    {"Arn", Type::arn},
    {"AwsRegion", Type::aws_region},
    {"GithubRepositoryUri", Type::github_repository_uri},
    {"S3Bucket", Type::s3_bucket},
    {"Vpc", Type::vpc},
    {"Ec2InstanceType", Type::ec2_instance_type},
    {"Map", Type::map},
    {"Integer", Type::integer},
    {"NumberList", Type::number_list},
    {"List", Type::list},
}};

}  // namespace

std::optional<Type> find_type(std::string_view word)
{
    const auto found = std::ranges::find(words, word, &std::pair<std::string_view, Type>::first);
    return found == words.end() ? std::nullopt : std::optional(found->second);
}

std::string_view to_string(Type type)
{
    return std::ranges::find(words, type, &std::pair<std::string_view, Type>::second)->first;
}

const Definition* find(const std::vector<Definition>& definitions, std::string_view name)
{
    const auto found = std::ranges::find(definitions, name, &Definition::name);
    return found == definitions.end() ? nullptr : &*found;
}

bool is_secret(const Definition& definition)
{
    return find_type(definition.type) == Type::secret || names_a_secret(definition.name);
}

}  // namespace tinystacks::parameter
