#include "dockerfile/instruction.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace tinystacks::dockerfile {
namespace {

constexpr int highest_port = 65535;
constexpr std::size_t most_ports = 64;  ///< more than anybody looks at

struct Stage {
    std::string name;
    Variables variables;
    std::set<int> ports;
};

int to_port(std::string_view text)
{
    int port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failed == std::errc() && end == text.data() + text.size() && port <= highest_port ? port : 0;
}

void expose(std::string_view arguments, Stage& stage)
{
    for (const auto& word : words_of(expand(arguments, stage.variables))) {
        const auto slash = word.find('/');
        if (slash != std::string::npos && to_lower(word.substr(slash + 1)) != "tcp") {
            continue;
        }
        const auto range = std::string_view(word).substr(0, slash);
        const auto dash = range.find('-');
        const auto first = to_port(range.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : to_port(range.substr(dash + 1));
        for (int port = first; port > 0 && port <= last && stage.ports.size() < most_ports; ++port) {
            stage.ports.insert(port);
        }
    }
}

/// A new stage, with what it inherits when its base is an earlier one.
Stage begin_stage(std::string_view arguments, const std::vector<Stage>& stages, const Variables& globals)
{
    auto words = words_of(expand(arguments, globals));
    std::erase_if(words, [](const auto& word) { return word.starts_with("--"); });
    Stage stage;
    if (!words.empty()) {
        const auto base = std::ranges::find(stages, to_lower(words.front()), &Stage::name);
        if (base != stages.end()) {
            stage = *base;
        }
    }
    stage.name = words.size() == 3 && to_lower(words[1]) == "as" ? to_lower(words[2]) : std::string();
    return stage;
}

}  // namespace

std::vector<int> exposed_ports(std::string_view dockerfile)
{
    std::vector<Stage> stages;
    Variables globals;
    for (const auto& [name, arguments, line] : instructions_of(dockerfile)) {
        if (name == "FROM") {
            stages.push_back(begin_stage(arguments, stages, globals));
        } else if (name == "ARG" && stages.empty()) {
            set_variables(arguments, globals);
        } else if ((name == "ARG" || name == "ENV") && !stages.empty()) {
            set_variables(arguments, stages.back().variables);
        } else if (name == "EXPOSE" && !stages.empty()) {
            expose(arguments, stages.back());
        }
    }
    return stages.empty() ? std::vector<int>()
                          : std::vector<int>(stages.back().ports.begin(), stages.back().ports.end());
}

}  // namespace tinystacks::dockerfile
