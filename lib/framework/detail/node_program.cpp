#include "framework/detail/node_program.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/node_image.hpp"

namespace tinystacks::framework::node {
namespace {

bool looks_like_deno(const std::string& text)
{
    return matches(text, R"(\bDeno\.|from\s+['"](https://|jsr:|npm:))");
}

std::string find_program(const Folder& folder)
{
    const auto start = find_entry(folder, Manifest(folder), false);
    return start.found() ? start.argv.back() : std::string();
}

}  // namespace

std::optional<Application> detect_program(const Folder& folder, const Overrides& overrides)
{
    const auto file = find_program(folder);
    const auto* text = file.empty() ? nullptr : folder.text(file);
    if (text == nullptr || looks_like_deno(*text)) {
        return std::nullopt;
    }
    const Sources sources(folder, file);
    const auto on_node =
        sources.listens() || matches(*text, R"(\brequire\(|\bprocess\.|^#!.*\b(node|bun)\b|from ['"]node:)");
    if (folder.has_file("index.html") && !on_node) {
        return std::nullopt;
    }
    Application application;
    application.language = "node";
    application.score = by_stray_file;
    const auto on_bun = matches(*text, R"(\bBun\.|from ['"]bun['":]|^#!.*\bbun\b)");
    application.evidence.push_back({{folder.in_tree(file), 0, 0}, "a program without a package.json"});
    application.entry = file;
    application.start_command = fmt::format("{} {}", on_bun ? "bun" : "node", shell_quote(file));
    Findings found{
        Workspace{folder, {}, {}}, Manifest(folder), {}, {}, {}, {}, {}, {}, {}, {}, sources.health_path(), on_bun};
    found.start.argv = {on_bun ? "bun" : "node", file};
    found.start.entry = file;
    found.runtimes =
        choose_runtimes(found.workspace, found.manifest, found.manager, overrides, on_bun, application.warnings);
    application.runtime = on_bun && !found.runtimes.node_is_pinned ? found.runtimes.bun : found.runtimes.node;
    application.variables = sources.variables();
    constexpr int usual_port = 3000;
    application.port = overrides.port != 0 ? overrides.port
                       : sources.listens() ? sources.port().value_or(usual_port)
                                           : 0;
    write_recipe(found, overrides, application);
    return application;
}

}  // namespace tinystacks::framework::node
