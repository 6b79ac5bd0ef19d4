#include "deployment/runtime.hpp"

#include "base/error.hpp"
#include "deployment/detail/reply.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using nlohmann::json;
using reply::list;
using reply::member;
using reply::text;

bool is_of(const std::string& image, const std::string& repository)
{
    return !repository.empty() && image.starts_with(repository) &&
           (image.size() == repository.size() || image[repository.size()] == ':' || image[repository.size()] == '@');
}

bool is_essential(const json& container)
{
    return !container.contains("essential") || reply::truth(container, "essential");  // true is the default
}

json& container_of(json& task_definition, const std::string& repository)
{
    const auto found = task_definition.find("containerDefinitions");
    if (found != task_definition.end() && found->is_array()) {
        auto& containers = found->get_ref<json::array_t&>();
        auto container =
            std::ranges::find_if(containers, [&](const json& each) { return is_of(text(each, "image"), repository); });
        if (container == containers.end()) {
            container = std::ranges::find_if(containers, is_essential);
        }
        if (container != containers.end()) {
            return *container;
        }
    }
    throw Error(ErrorKind::failed, "the task definition has no essential container");
}

/// One of the two lists of variables that a container definition has.
struct VariableList {
    const char* member;  ///< of the container definition
    const char* value;   ///< the member of an entry that has the value
    bool plain;          ///< whether it holds plain values

    [[nodiscard]] bool holds(const RuntimeValue& wanted) const
    {
        return (wanted.kind == Variable::Kind::plain) == plain;
    }
};

/// What a list is with `wanted` in it and without `gone`: a name stays where it stands, a new one follows.
json changed(const json& entries, const VariableList& where, const RuntimeVariables& wanted,
             const std::set<std::string>& gone)
{
    auto out = json::array();
    std::set<std::string> set;
    for (auto entry : entries) {
        const auto name = text(entry, "name");
        const auto found = wanted.find(name);
        const bool is_wanted = found != wanted.end();
        const bool stays = is_wanted ? where.holds(found->second) && set.insert(name).second : !gone.contains(name);
        if (!stays) {
            continue;
        }
        if (is_wanted) {
            entry[where.value] = found->second.value;
        }
        out.push_back(std::move(entry));
    }
    for (const auto& [name, value] : wanted) {
        if (where.holds(value) && !set.contains(name)) {
            out.push_back({{"name", name}, {where.value, value.value}});
        }
    }
    return out;
}

/// ECS takes any other name for one of a parameter.
void require_arns_of_secrets(const RuntimeVariables& wanted)
{
    for (const auto& [name, value] : wanted) {
        if (value.kind == Variable::Kind::secret && !value.value.starts_with("arn:")) {
            throw Error(ErrorKind::invalid_input, "the variable '{}' names a secret without its ARN, which ECS wants",
                        name)
                .with_hint("aws secretsmanager describe-secret --query ARN --secret-id NAME");
        }
    }
}

}  // namespace

std::optional<json> with_variables(json task_definition, const std::string& repository, const RuntimeVariables& wanted,
                                   const std::set<std::string>& gone)
{
    require_arns_of_secrets(wanted);
    auto& container = container_of(task_definition, repository);
    bool differs = false;
    for (const auto& where :
         {VariableList{"environment", "value", true}, VariableList{"secrets", "valueFrom", false}}) {
        const json before = list(container, where.member);
        if (auto after = changed(before, where, wanted, gone); after != before) {
            container[where.member] = std::move(after);
            differs = true;
        }
    }
    return differs ? std::optional(std::move(task_definition)) : std::nullopt;
}

std::optional<json> with_function_variables(const json& configuration, const RuntimeVariables& wanted,
                                            const std::set<std::string>& gone)
{
    const auto& environment = member(configuration, "Environment");
    if (const auto& error = member(environment, "Error"); !error.is_null()) {
        throw Error(ErrorKind::not_allowed, "the function's variables cannot be read: {}: {}", text(error, "ErrorCode"),
                    text(error, "Message"));
    }
    auto before = member(environment, "Variables");
    if (!before.is_object()) {
        before = json::object();
    }
    auto after = before;
    for (const auto& name : gone) {
        after.erase(name);
    }
    for (const auto& [name, value] : wanted) {
        if (value.kind != Variable::Kind::plain) {
            throw Error(ErrorKind::invalid_input,
                        "the variable '{}' is a {}: Lambda takes plain values only, so let the function read it", name,
                        value.kind == Variable::Kind::secret ? "secret" : "parameter");
        }
        after[name] = value.value;
    }
    return after == before ? std::nullopt : std::optional(std::move(after));
}

}  // namespace tinystacks::deployment
