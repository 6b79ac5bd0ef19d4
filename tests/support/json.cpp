#include "tests/support/json.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::support {

bool same_json(std::string_view left, std::string_view right)
{
    return nlohmann::json::parse(left) == nlohmann::json::parse(right);
}

}  // namespace tinystacks::support
