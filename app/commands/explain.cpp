#include "commands/commands.hpp"

#include "base/text.hpp"
#include "commands/values.hpp"
#include "correction.hpp"
#include "view/cause.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

struct Options {
    std::string id;
    bool markdown = false;
};

std::vector<std::string> ids()
{
    std::vector<std::string> all;
    for (const auto& cause : deployment::causes()) {
        all.emplace_back(cause.id);
    }
    return all;
}

[[noreturn]] void refuse(const std::string& id, const CommandLine& line)
{
    const auto known = ids();
    std::vector<std::string> near;
    if (const auto nearest = find_nearest(id, known)) {
        near.push_back(*nearest);
    }
    // Whoever remembers a part of an id is helped by those that hold it.
    constexpr std::size_t most = 4;
    for (const auto& each : known) {
        if (near.size() < most && each.find(to_lower(id)) != std::string::npos &&
            std::ranges::find(near, each) == near.end()) {
            near.push_back(each);
        }
    }
    const std::string all = "tinystacks explain";
    throw Error(ErrorKind::not_found, "there is no cause '{}'{}", printable(id),
                near.empty() ? std::string() : fmt::format("; near it is {}", enumerate(near)))
        .with_hint(near.empty() ? all : corrected(line, id, near.front(), all));
}

view::Report run(const Options& options, const CommandLine& line)
{
    if (options.markdown) {
        view::Report report;
        report.text = view::causes_document();
        (*report.result)["text"] = report.text;
        return report;
    }
    if (options.id.empty()) {
        return view::causes_result();
    }
    const auto* cause = deployment::find_cause(options.id);
    if (cause == nullptr) {
        refuse(options.id, line);
    }
    return view::cause_result(*cause);
}

}  // namespace

void declare_explain(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("explain", "Explain a cause that a verdict names; alone: list them.")->group("The rest");
    auto* id = command->add_option("id", options->id, "The cause's id, such as ecs.oom.")
                   ->type_name("ID")
                   ->check(offer(ids()))
                   ->check(a_value());
    command->add_flag("--markdown", options->markdown, "Print all of them as docs/causes.md.")->excludes(id);
    command->callback([options, on_parsed] {
        on_parsed([options](Context& context) { return run(*options, context.services.options().line); });
    });
}

}  // namespace tinystacks::app::commands
