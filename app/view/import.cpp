#include "view/import.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::view {

nlohmann::json to_json(const project::Imported& imported)
{
    auto remarks = nlohmann::json::array();
    for (const auto& each : imported.remarks) {
        remarks.push_back({{"fate", project::to_string(each.fate)},
                           {"file", to_utf8(each.where.file)},
                           {"line", each.where.line == 0 ? nlohmann::json(nullptr) : nlohmann::json(each.where.line)},
                           {"rule", each.rule},
                           {"what", to_utf8(each.what)},
                           {"instead", to_utf8(each.instead)}});
    }
    return {{"service", to_utf8(imported.service)}, {"type", imported.type}, {"remarks", std::move(remarks)}};
}

std::string remarks_text(const project::Imported& imported)
{
    std::string text;
    for (const auto& each : imported.remarks) {
        text += fmt::format("{}: {}: {}\n", to_string(Position{each.where.file, each.where.line, 0}),
                            project::to_string(each.fate), each.what);
        for (const auto line : split(each.instead, '\n')) {
            text += line.empty() ? std::string() : fmt::format("  try: {}\n", line);
        }
    }
    return printable(text);
}

}  // namespace tinystacks::app::view
