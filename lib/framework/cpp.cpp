#include "framework/detail/languages.hpp"

namespace tinystacks::framework {

std::optional<Application> detect_cpp(const Folder& /*folder*/, const Overrides& /*overrides*/)
{
    return std::nullopt;
}

}  // namespace tinystacks::framework
