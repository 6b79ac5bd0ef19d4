#include "view/detection.hpp"

#include "base/text.hpp"
#include "view/table.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::view {
namespace {

constexpr std::string_view signature = "tinystacks init: ";

nlohmann::json or_null(const std::string& text)
{
    return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(to_utf8(text));
}

nlohmann::json place(const Position& where)
{
    return {{"file", or_null(where.file)},
            {"line", where.line == 0 ? nlohmann::json(nullptr) : nlohmann::json(where.line)}};
}

nlohmann::json evidence_of(const framework::Application& application)
{
    auto list = nlohmann::json::array();
    for (const auto& each : application.evidence) {
        auto item = place(each.where);
        item["rule"] = to_utf8(each.rule);
        list.push_back(std::move(item));
    }
    return list;
}

nlohmann::json runtime_of(const framework::Runtime& runtime)
{
    auto pin = nlohmann::json(nullptr);
    if (runtime.pin) {
        pin = place(runtime.pin->where);
        pin["text"] = to_utf8(runtime.pin->text);
        pin["rule"] = to_utf8(runtime.pin->rule);
    }
    return {{"name", or_null(runtime.name)},
            {"release", or_null(runtime.release)},
            {"end_of_life", runtime.end_of_life},
            {"pin", std::move(pin)}};
}

nlohmann::json questions_of(const framework::Application& application)
{
    auto list = nlohmann::json::array();
    for (const auto& each : application.questions) {
        list.push_back({{"text", to_utf8(each.text)}, {"answers", each.answers}});
    }
    return list;
}

std::string one_line(const Position& where)
{
    return printable_line(to_string(Position{where.file, where.line, 0}));
}

std::string delivery_of(const framework::Application& application)
{
    return application.delivery == framework::Delivery::files ? "static" : "process";
}

}  // namespace

nlohmann::json to_json(const framework::Detection& detection, const std::vector<std::string>& notes)
{
    const auto& found = detection.application;
    auto alternatives = nlohmann::json::array();
    for (const auto& each : detection.alternatives) {
        alternatives.push_back({{"language", each.language},
                                {"framework", each.framework},
                                {"root", to_utf8(each.root)},
                                {"reason", to_utf8(each.reason)}});
    }
    auto warnings = nlohmann::json::array();
    for (const auto* list : {&found.warnings, &notes}) {
        for (const auto& each : *list) {
            warnings.push_back(to_utf8(each));
        }
    }
    return {{"language", found.language},
            {"framework", found.framework},
            {"package_manager", found.package_manager},
            {"package_manager_version", or_null(found.package_manager_version)},
            {"version", found.runtime.name.empty() ? nlohmann::json(nullptr) : or_null(found.runtime.version())},
            {"runtime", runtime_of(found.runtime)},
            {"root", found.root.empty() ? "." : to_utf8(found.root)},
            {"entry", or_null(found.entry)},
            {"install", or_null(found.install)},
            {"build", or_null(found.build)},
            {"start_command", or_null(found.start_command)},
            {"command", found.recipe.command},
            {"port", found.port == 0 ? nlohmann::json(nullptr) : nlohmann::json(found.port)},
            {"delivery", delivery_of(found)},
            {"output", or_null(found.output)},
            {"variables", found.variables},
            {"dockerfile", or_null(detection.dockerfile)},
            {"evidence", evidence_of(found)},
            {"alternatives", std::move(alternatives)},
            {"questions", questions_of(found)},
            {"warnings", std::move(warnings)},
            {"refusal", or_null(found.refusal)}};
}

std::string summary(const framework::Application& application)
{
    const auto& runtime = application.runtime;
    auto text = application.framework == "none" ? application.language : application.framework;
    if (!runtime.name.empty()) {
        text += fmt::format(" ({} {}{})", runtime.name, runtime.release,
                            application.package_manager == "none" ? "" : ", " + application.package_manager);
    }
    if (!application.root.empty()) {
        text += " in " + application.root;
    }
    if (application.delivery == framework::Delivery::files) {
        text += fmt::format(": serves the files of {}", application.output.empty() ? "." : application.output);
    } else if (!application.start_command.empty()) {
        text += ": " + application.start_command;
    }
    if (application.port != 0) {
        text += fmt::format(", on port {}", application.port);
    }
    return printable_line(text);
}

std::string explanation(const framework::Detection& detection)
{
    const auto& found = detection.application;
    std::string text = summary(found) + "\n";
    Table because({"WHERE", "WHY"});
    if (found.runtime.pin) {
        because.add({one_line(found.runtime.pin->where),
                     fmt::format("{} {}, as {} asks for '{}'", found.runtime.name, found.runtime.release,
                                 found.runtime.pin->rule, found.runtime.pin->text)});
    } else if (!found.runtime.name.empty()) {
        because.add({"", fmt::format("{} {}, since nothing pins it", found.runtime.name, found.runtime.release)});
    }
    for (const auto& each : found.evidence) {
        because.add({one_line(each.where), each.rule});
    }
    text += because.text();
    Table instead({"COULD BE", "IN", "BUT"});
    for (const auto& each : detection.alternatives) {
        instead.add({each.framework == "none" ? each.language : each.framework, each.root.empty() ? "." : each.root,
                     each.reason});
    }
    text += instead.text();
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"install", found.install},
                                      {"build", found.build},
                                      {"start", join(found.recipe.command, " ")}}) {
        text += value.empty() ? "" : fmt::format("{}: {}\n", name, printable_line(value));
    }
    return text;
}

std::string decided(const framework::Application& application)
{
    auto text = std::string(signature) + summary(application);
    const auto& pin = application.runtime.pin;
    text += pin ? fmt::format("; {} from {}", application.runtime.name,
                              one_line(pin->where.file.empty() ? Position{pin->rule} : pin->where))
                : fmt::format("; nothing pins {}", application.runtime.name);
    if (!application.evidence.empty()) {
        text +=
            fmt::format("; {}: {}", one_line(application.evidence.front().where), application.evidence.front().rule);
    }
    return printable_line(text);
}

bool is_ours(std::string_view dockerfile)
{
    constexpr std::size_t first_lines = 400;
    return dockerfile.substr(0, first_lines).find("# " + std::string(signature)) != std::string_view::npos;
}

}  // namespace tinystacks::app::view
