#include "framework/detect.hpp"

#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "dockerfile/write.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace tinystacks;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_case = std::size_t{1} << 20;

/// An application as one text: `== path ==` begins a file, `== expect ==` what detection should say of it.
struct Case {
    std::vector<std::pair<std::string, std::string>> expected;
    std::vector<std::pair<std::string, std::string>> files;
};

Case read_case(const fs::path& path)
{
    Case read;
    const auto text = read_file(path, largest_case);
    std::string section;
    for (const auto line : split(text, '\n')) {
        if (line.starts_with("== ") && line.ends_with(" ==")) {
            section = line.substr(3, line.size() - 6);
            if (section != "expect") {
                read.files.emplace_back(section, "");
            }
        } else if (section == "expect") {
            const auto colon = line.find(": ");
            if (!trim(line).empty()) {
                REQUIRE(colon != std::string_view::npos);
                read.expected.emplace_back(line.substr(0, colon), line.substr(colon + 2));
            }
        } else if (!section.empty()) {
            read.files.back().second += std::string(line) + "\n";
        }
    }
    return read;
}

std::string json_of(const std::vector<std::string>& words)
{
    std::string text;
    for (const auto& word : words) {
        std::string escaped;
        for (const auto c : word) {
            escaped += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
        }
        text += (text.empty() ? "\"" : ",\"") + escaped + "\"";
    }
    return "[" + text + "]";
}

using Line = std::pair<std::string, std::string>;

/// Everything detection says, as lines of the same form.
std::vector<Line> said(const framework::Tree& tree)
{
    const auto detection = framework::detect(tree);
    const auto& found = detection.application;
    std::vector<Line> lines = {
        {"language", found.language},
        {"framework", found.framework},
        {"package_manager", found.package_manager},
        {"package_manager_version", found.package_manager_version},
        {"version", found.runtime.version()},
        {"release", found.runtime.release},
        {"start_command", found.start_command},
        {"command", json_of(found.recipe.command)},
        {"port", std::to_string(found.port)},
        {"delivery", found.delivery == framework::Delivery::files ? "static" : "process"},
        {"root", found.root},
        {"entry", found.entry},
        {"install", found.install},
        {"build", found.build},
        {"output", found.output},
        {"refusal", found.refusal},
    };
    for (const auto& each : found.warnings) {
        lines.emplace_back("warning", each);
    }
    for (const auto& each : tree.notes()) {
        lines.emplace_back("warning", each);
    }
    for (const auto& each : found.questions) {
        lines.emplace_back("question", join({each.text, join(each.answers, " | ")}, " | "));
    }
    for (const auto& each : found.evidence) {
        lines.emplace_back("evidence", to_string(Position{each.where.file, each.where.line, 0}) + ": " + each.rule);
    }
    for (const auto& each : detection.alternatives) {
        lines.emplace_back("alternative", each.language + " " + each.framework + " " + each.root + " " + each.reason);
    }
    if (!found.recipe.stages.empty()) {
        const auto dockerfile = dockerfile::write(found.recipe);
        for (const auto line : split(dockerfile, '\n')) {
            lines.emplace_back("dockerfile", trim(line));
        }
    }
    return lines;
}

/// Of these a part is enough.
bool is_partial(const std::string& key)
{
    return key == "warning" || key == "question" || key == "evidence" || key == "alternative" || key == "dockerfile" ||
           key == "refusal";
}

}  // namespace

TEST_CASE("detect says of each application of the fixtures what it is", "[framework]")
{
    std::size_t count = 0;
    const auto known = framework::known_frameworks();  // what is found can be said with --framework
    for (const auto& entry : fs::directory_iterator(fs::path(TS_FIXTURES) / "framework")) {
        const auto name = entry.path().filename().string();
        CAPTURE(name);
        const auto wanted = read_case(entry.path());
        REQUIRE_FALSE(wanted.expected.empty());
        const TempDir directory;
        for (const auto& [path, text] : wanted.files) {
            fs::create_directories((directory.path() / path).parent_path());
            replace_file(directory.path() / path, text);
        }
        const framework::Tree tree(directory.path());
        const auto lines = said(tree);
        const auto framework = std::ranges::find(lines, "framework", &Line::first)->second;
        const auto refused = !std::ranges::find(lines, "refusal", &Line::first)->second.empty();
        CHECK((framework == "none" || refused || std::ranges::find(known, framework) != known.end()));
        for (const auto& [key, value] : wanted.expected) {
            const auto fits = [&, key = key, value = value](const auto& line) {
                return line.first == key &&
                       (is_partial(key) ? line.second.find(value) != std::string::npos : line.second == value);
            };
            const auto fitting = std::ranges::any_of(lines, fits);
            std::string instead;
            for (const auto& line : lines) {
                instead += !fitting && line.first == key ? "\n  " + line.second : "";
            }
            INFO(key << " should be: " << value << ", is:" << instead);
            CHECK(fitting);
        }
        ++count;
    }
    CHECK(count >= 1);
}
