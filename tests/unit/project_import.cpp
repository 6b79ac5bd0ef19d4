#include "project/import/import.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "project/project.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace tinystacks;

namespace {

/// A repository and what is expected of it, from a file of tests/fixtures/import: lines "key: value" below
/// `== expect ==`, then the files, each below `== path ==`.
struct Case {
    std::vector<std::pair<std::string, std::string>> expected;
    std::vector<std::pair<std::string, std::string>> files;
};

Case read_case(const std::filesystem::path& path)
{
    Case read;
    const auto text = read_file(path, 1 << 16);
    bool expects = false;
    for (const auto line : split(text, '\n')) {
        if (line.starts_with("== ") && line.ends_with(" ==")) {
            const auto name = std::string(line.substr(3, line.size() - 6));
            expects = name == "expect";
            if (!expects) {
                read.files.emplace_back(name, "");
            }
        } else if (expects) {
            const auto colon = line.find(": ");
            REQUIRE(colon != std::string_view::npos);
            read.expected.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        } else if (!read.files.empty()) {
            read.files.back().second += std::string(line) + "\n";
        }
    }
    return read;
}

void write_files(const Case& from, const std::filesystem::path& root)
{
    for (const auto& [path, text] : from.files) {
        std::filesystem::create_directories((root / path).parent_path());
        replace_file(root / path, text);
    }
}

std::string value_of(const Case& of, std::string_view key)
{
    const auto found = std::ranges::find(of.expected, key, [](const auto& pair) { return pair.first; });
    return found == of.expected.end() ? std::string() : found->second;
}

project::ImportRequest request_of(const Case& of)
{
    project::ImportRequest request;
    request.directory_name = "My App";
    request.schema = "/s.json";
    for (const auto& [key, value] : of.expected) {
        const auto parts = split(value, '=');
        if (key != "request") {
            continue;
        }
        if (parts[0] == "ecs_service") {
            request.ecs_services[std::string(parts[1])] = parts[2];
        } else {
            (parts[0] == "service"   ? request.service
             : parts[0] == "account" ? request.account
                                     : request.region) = parts[1];
        }
    }
    return request;
}

project::Imported import(const Case& from, const std::filesystem::path& root)
{
    const framework::Tree tree(root);
    return value_of(from, "from") == "compose" ? project::import_compose(tree, request_of(from))
                                               : project::import_copilot(tree, request_of(from));
}

std::string text_of(const project::Remark& remark)
{
    return fmt::format("{} {} {} {} | {}", to_string(remark.fate),
                       to_string(Position{remark.where.file, remark.where.line, 0}), remark.rule, remark.what,
                       remark.instead);
}

std::string text_of(const Error& error)
{
    std::string text = fmt::format("{} {} | {}", to_string(error.kind()), error.what(), error.hint());
    for (const auto& problem : error.problems()) {
        text += fmt::format(" | {}: {}", to_string(problem.where), problem.message);
    }
    return text;
}

bool has_line(const std::string& text, std::string_view wanted)
{
    const auto lines = split(text, '\n');
    return std::ranges::find(lines, wanted) != lines.end();
}

void check_error(const Case& of, const std::filesystem::path& root)
{
    try {
        (void)import(of, root);
        FAIL("expected an Error");
    } catch (const Error& error) {
        const auto text = text_of(error);
        CAPTURE(text);
        for (const auto& [key, value] : of.expected) {
            CAPTURE(value);
            CHECK((key != "error" || text.find(value) != std::string::npos));
        }
    }
}

void check_one(const project::Imported& imported, const std::string& key, const std::string& value)
{
    CAPTURE(key, value);
    const auto& files = imported.files;
    const auto any_remark = [&](const auto& remark) { return text_of(remark).find(value) != std::string::npos; };
    if (key == "service" || key == "type" || key == "dockerfile" || key == "context" || key == "start") {
        CHECK(value == (key == "service"      ? imported.service
                        : key == "type"       ? imported.type
                        : key == "dockerfile" ? imported.dockerfile
                        : key == "context"    ? imported.context
                                              : imported.start));
    } else if (key == "port") {
        CHECK(std::to_string(imported.port) == value);
    } else if (key == "line" || key == "build") {
        CHECK(has_line(files[key == "line" ? 0 : 1].text, value));
    } else if (key == "test") {
        CHECK(has_line(files.back().text, value));
    } else if (key == "file") {
        CHECK(std::ranges::find(files, value, [](const auto& file) { return file.path.string(); }) != files.end());
    } else if (key == "remark") {
        CHECK(std::ranges::any_of(imported.remarks, any_remark));
    } else if (key == "absent") {
        CHECK(std::ranges::none_of(imported.remarks, any_remark));
        CHECK(std::ranges::none_of(files, [&](const auto& file) {
            return file.path == "tinystacks.yml" && file.text.find(value) != std::string::npos;
        }));
        CHECK(files[1].text.find(value) == std::string::npos);
    }
}

}  // namespace

TEST_CASE("import makes a project of what others wrote", "[project]")
{
    std::size_t cases = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TS_FIXTURES "/import")) {
        const auto from = read_case(entry.path());
        const TempDir directory;
        write_files(from, directory.path());
        INFO(entry.path().filename().string());
        ++cases;
        if (!value_of(from, "error").empty()) {
            check_error(from, directory.path());
            continue;
        }
        const auto imported = import(from, directory.path());
        REQUIRE(imported.files.size() >= 3);
        CAPTURE(imported.files[0].text, imported.files[1].text);
        std::vector<std::string> remarks;
        for (const auto& remark : imported.remarks) {
            remarks.push_back(text_of(remark));
            CHECK_FALSE(remark.what.empty());
            CHECK_FALSE(remark.instead.empty());
            CHECK_FALSE(remark.where.file.empty());
        }
        CAPTURE(join(remarks, "\n"));
        CHECK(project::parse(imported.files[0].text, "tinystacks.yml").problems.empty());
        for (const auto& [key, value] : from.expected) {
            check_one(imported, key, value);
        }
    }
    CHECK(cases >= 25);
}

TEST_CASE("import reads nothing through links that lead out of the repository", "[project]")
{
    const TempDir outside;
    const TempDir directory;
    replace_file(outside.path() / "compose.yml", "services: { app: { build: ., ports: ['80:80'] } }\n");
    std::filesystem::create_symlink(outside.path() / "compose.yml", directory.path() / "compose.yml");
    try {
        (void)project::import_compose(framework::Tree(directory.path()), {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(error.message() == "'compose.yml' is a link that leads out of the repository: not read");
        CHECK(error.where().file == "compose.yml");
    }
}

TEST_CASE("import refuses what is no text of a sensible size", "[project]")
{
    const TempDir directory;
    const auto text = GENERATE(as<std::string>(), std::string(5U << 20U, 'a'), std::string("services: \xFF\n"),
                               std::string("- a\n"), std::string("a: &a [*a]\n"),
                               std::string("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                                           "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n"
                                           "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e]\n"));
    replace_file(directory.path() / "compose.yaml", text);
    try {
        (void)project::import_compose(framework::Tree(directory.path()), {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        CHECK(text_of(error).find("compose.yaml") != std::string::npos);
    }
}
