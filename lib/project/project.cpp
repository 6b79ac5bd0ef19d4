#include "project/project.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::project {

const stage::Stage& Project::stage(std::string_view name) const
{
    const auto found = std::ranges::find(stages, name, [](const stage::Stage& stage) { return stage.name.str(); });
    if (found != stages.end()) {
        return *found;
    }
    std::vector<std::string> names;
    std::ranges::transform(stages, std::back_inserter(names),
                           [](const stage::Stage& stage) { return stage.name.str(); });
    throw Error(ErrorKind::not_found, "stack '{}' has no stage '{}'", stack, printable(name))
        .with_hint(suggest(name, names));
}

std::string Project::previous(std::string_view name) const
{
    const auto& wanted = stage(name);
    return &wanted == &stages.front() ? "latest" : (&wanted - 1)->name.str();
}

stage::Variables Project::runtime_of(const stage::Stage& stage) const
{
    auto variables = stage.runtime;  // insert() keeps what is there: the stage's own win
    variables.insert(runtime.begin(), runtime.end());
    return variables;
}

}  // namespace tinystacks::project
