#include "dockerfile/recipe.hpp"

namespace tinystacks::dockerfile {

void move_context(Recipe& recipe, const std::string& directory)
{
    if (directory.empty()) {
        return;
    }
    for (auto& stage : recipe.stages) {
        for (auto& step : stage.steps) {
            auto* copy = std::get_if<Copy>(&step);
            if (copy == nullptr || !copy->from.empty()) {
                continue;
            }
            for (auto& source : copy->sources) {
                const auto path = source.starts_with("./") ? source.substr(2) : source;
                source = path.empty() || path == "." ? directory + "/" : directory + "/" + path;
            }
        }
    }
    for (auto& line : recipe.ignored) {
        const auto kept = line.starts_with('!');
        const auto pattern = line.substr(kept ? 1 : 0);
        line = (kept ? "!" : "") + (pattern.starts_with("**/") ? pattern : directory + "/" + pattern);
    }
}

}  // namespace tinystacks::dockerfile
