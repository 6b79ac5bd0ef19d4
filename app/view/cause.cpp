#include "view/cause.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::view {
namespace {

using deployment::Cause;
using deployment::Gravity;
using deployment::Owner;

constexpr std::size_t width = 96;  ///< of a line of prose

std::string wrapped(std::string_view prose)
{
    std::string text;
    std::size_t column = 0;
    for (const auto word : split(prose, ' ')) {
        const bool fits = column == 0 || column + 1 + word.size() <= width;
        text += column == 0 ? "" : fits ? " " : "\n";
        column = fits ? column + (column == 0 ? 0 : 1) + word.size() : word.size();
        text += word;
    }
    return text + "\n";
}

nlohmann::json text_or_null(const std::string& text)
{
    return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(text);
}

nlohmann::json to_json(const Cause& cause)
{
    return {{"id", cause.id},
            {"owner", deployment::to_string(cause.owner)},
            {"gravity", deployment::to_string(cause.gravity)},
            {"certainty", deployment::to_string(cause.certainty)},
            {"place", deployment::to_string(cause.place)},
            {"sentence", cause.sentence},
            {"hint", text_or_null(with_names(cause.hint))},
            {"explanation", cause.explanation},
            {"source", cause.source}};
}

std::string_view when(deployment::Certainty certainty)
{
    using deployment::Certainty;
    switch (certainty) {
    case Certainty::first:
        return "at once";
    case Certainty::second:
        return "when it comes twice";
    case Certainty::third:
        return "when it comes three times";
    case Certainty::persistent:
        return "when two minutes later nothing has moved";
    case Certainty::symptom:
        break;
    }
    return "never by itself";
}

std::string rows(std::string_view heading, const auto& belongs)
{
    std::size_t column = 0;
    for (const auto& cause : deployment::causes()) {
        column = std::max(column, cause.id.size() + 2);
    }
    std::string text;
    for (const auto& cause : deployment::causes()) {
        if (belongs(cause)) {
            text += fmt::format("  {:<{}}{}\n", cause.id, column, cause.sentence);
        }
    }
    return fmt::format("{}\n{}\n", heading, text);
}

}  // namespace

std::string with_names(std::string_view hint)
{
    std::string text;
    for (std::size_t at = 0; at < hint.size();) {
        const auto end = hint.find('}', at);
        const auto name = hint[at] == '{' && end != std::string_view::npos ? hint.substr(at + 1, end - at - 1) : "";
        const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
        text += is_name ? to_upper(name) : std::string(1, hint[at]);
        at = is_name ? end + 1 : at + 1;
    }
    return text;
}

Report cause_result(const Cause& cause)
{
    Report report;
    report.text = fmt::format("{}: {}\n\n{}\n", cause.id, cause.sentence, wrapped(cause.explanation));
    if (cause.gravity != Gravity::noise) {
        report.text +=
            fmt::format("owner:    {}\ncertain:  {}{}\n", deployment::to_string(cause.owner), when(cause.certainty),
                        cause.gravity == Gravity::wait ? "; it may pass by itself" : "");
    }
    report.text += fmt::format("source:   {}\n", cause.source);
    if (!cause.hint.empty()) {
        report.text += fmt::format("try:      {}\n", with_names(cause.hint));
    }
    (*report.result)["cause"] = to_json(cause);
    return report;
}

Report causes_result()
{
    Report report;
    for (const auto owner : {Owner::application, Owner::infrastructure, Owner::operator_, Owner::undecided}) {
        const auto name = deployment::to_string(owner);
        report.text += rows(fmt::format("{}:", name), [&](const Cause& cause) {
            return cause.owner == owner && cause.gravity != Gravity::noise;
        });
    }
    report.text += rows("no fault, seen in good rollouts too:",
                        [](const Cause& cause) { return cause.gravity == Gravity::noise; });
    report.text.pop_back();
    auto all = nlohmann::json::array();
    for (const auto& cause : deployment::causes()) {
        all.push_back(to_json(cause));
    }
    (*report.result)["causes"] = std::move(all);
    return report;
}

}  // namespace tinystacks::app::view
