#include "framework/detail/node_member.hpp"

#include "base/text.hpp"
#include "framework/detail/node_framework.hpp"
#include "framework/detail/node_start.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

bool serves(const Workspace& workspace, const std::string& member)
{
    const Manifest manifest(workspace.folder.child(member));
    const auto start = manifest.script("start");
    const auto inside = manifest.folder();
    if (has_framework(manifest) && (!manifest.has("vite") || inside.has_file("index.html") || !start.empty() ||
                                    !manifest.script_mentions("vite"))) {
        return true;
    }
    const auto library = std::ranges::any_of(
        std::array<const char*, 7>{"express", "fastify", "koa", "@hapi/hapi", "hono", "@nestjs/core", "polka"},
        [&](const auto* name) { return manifest.has_in_production(name); });
    if (manifest.at({"bin"}) != nullptr && !library) {
        return false;  // a tool that is published
    }
    return (!start.empty() && !resolve(workspace, start, member).development) ||
           (library && find_entry(inside, manifest, false).found());
}

}  // namespace

std::vector<std::string> deployable_members(const Workspace& workspace)
{
    std::vector<std::string> found;
    std::ranges::copy_if(workspace.members, std::back_inserter(found),
                         [&](const auto& member) { return serves(workspace, member); });
    return found;
}

/// The member in which a file of the workspace lies; the directory itself when it is none.
std::string member_of(const Workspace& workspace, const std::string& directory, const std::string& file)
{
    const auto path = normal_path(directory, file).value_or("");
    for (const auto& member : workspace.members) {
        if (path.starts_with(member + "/")) {
            return member;
        }
    }
    return directory;
}

void ask_which(const Workspace& workspace, const std::vector<std::string>& members, Application& application)
{
    Question question{"the workspace has several applications: which one?", {}};
    for (const auto& member : members) {
        question.answers.push_back("--root " + shell_quote(workspace.folder.in_tree(member)));
    }
    application.questions.push_back(std::move(question));
}

}  // namespace tinystacks::framework::node
