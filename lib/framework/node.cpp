#include "framework/detail/languages.hpp"

namespace tinystacks::framework {

std::optional<Application> detect_node(const Folder& /*folder*/, const Overrides& /*overrides*/)
{
    return std::nullopt;
}

std::vector<std::string> node_frameworks()
{
    return {};
}

}  // namespace tinystacks::framework
