#include "aws/detail/environment.hpp"

namespace tinystacks::aws::detail {

std::string value_of(const std::map<std::string, std::string>& environment, const std::string& name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

std::filesystem::path in_home(const std::string& path, const std::map<std::string, std::string>& environment)
{
    if (path != "~" && !path.starts_with("~/")) {
        return path;
    }
    return value_of(environment, "HOME") + path.substr(1);
}

}  // namespace tinystacks::aws::detail
