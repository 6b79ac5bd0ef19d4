#include "framework/detail/languages.hpp"

namespace tinystacks::framework {

std::optional<Application> detect_python(const Folder& /*folder*/, const Overrides& /*overrides*/)
{
    return std::nullopt;
}

std::vector<std::string> python_frameworks()
{
    return {};
}

}  // namespace tinystacks::framework
