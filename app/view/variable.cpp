#include "view/variable.hpp"

#include "base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace tinystacks::app::view {
namespace {

using deployment::Variable;

/// A project file may hold what it should not.
std::string shown(const Variable& variable)
{
    const bool hidden = variable.kind == Variable::Kind::plain && names_a_secret(variable.name);
    return hidden ? "***" : printable(variable.value.value_or(""));
}

std::string_view use_of(const Variable& variable)
{
    return variable.use == Variable::Use::build ? "build" : "runtime";
}

std::string_view kind_of(const Variable& variable)
{
    return variable.kind == Variable::Kind::plain       ? "plain"
           : variable.kind == Variable::Kind::parameter ? "parameter"
                                                        : "secret";
}

}  // namespace

nlohmann::json to_json(const Variable& variable)
{
    using nlohmann::json;
    return {{"name", variable.name},
            {"value", variable.value ? json(to_utf8(shown(variable))) : json(nullptr)},
            {"kind", kind_of(variable)},
            {"use", use_of(variable)},
            {"stage", variable.stage.empty() ? json(nullptr) : json(variable.stage)}};
}

std::string line_of(const Variable& variable)
{
    return fmt::format("{}={}  {}, {}{}", variable.name, shown(variable),
                       variable.stage.empty() ? "every stage" : "stage " + variable.stage, use_of(variable),
                       variable.kind == Variable::Kind::plain
                           ? std::string()
                           : fmt::format(", kept as a {} by AWS", kind_of(variable)));
}

}  // namespace tinystacks::app::view
