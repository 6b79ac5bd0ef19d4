#include "framework/detail/path.hpp"

#include "base/text.hpp"

#include <vector>

namespace tinystacks::framework {

std::optional<std::string> resolve_path(const std::string& directory, const std::string& relative)
{
    std::vector<std::string> parts;
    for (const auto& path : {directory, relative}) {
        for (const auto part : split(path, '/')) {
            if (part == "..") {
                if (parts.empty()) {
                    return std::nullopt;
                }
                parts.pop_back();
            } else if (!part.empty() && part != ".") {
                parts.emplace_back(part);
            }
        }
    }
    return join(parts, "/");
}

}  // namespace tinystacks::framework
