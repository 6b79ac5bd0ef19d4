#pragma once

#include "deployment/entry.hpp"

#include <map>
#include <string>

namespace tinystacks::deployment {

/// What a runtime variable is to be: a value, or where AWS keeps it.
struct RuntimeValue {
    Variable::Kind kind = Variable::Kind::plain;
    std::string value;
    bool operator==(const RuntimeValue&) const = default;
};
using RuntimeVariables = std::map<std::string, RuntimeValue>;

}  // namespace tinystacks::deployment
