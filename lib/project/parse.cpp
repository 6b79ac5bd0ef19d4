#include "project/project.hpp"

#include "project/detail/grammar.hpp"
#include "project/detail/reader.hpp"
#include "project/detail/stage.hpp"

namespace tinystacks::project {
namespace {

using detail::Reader;

constexpr std::size_t comfortable_stack_name = 20;

const std::vector<std::string> project_keys = {"version",   "stack",  "image",      "bucket",      "control",
                                               "variables", "stages", "build_file", "release_file"};

void read_stack(Reader& reader, const document::Node& root, Project& project)
{
    const auto* node = reader.require(root, "the file", "stack");
    const auto name = node == nullptr ? std::nullopt : reader.find_name(*node, "stack");
    if (!name) {
        return;
    }
    project.stack = name->str();
    if (project.stack.size() > comfortable_stack_name) {
        reader.warning(
            node->where, "long_stack",
            fmt::format("the stack's name '{}' is longer than {} characters: names on AWS that start with it "
                        "may be cut",
                        project.stack, comfortable_stack_name));
    }
}

void read_file_names(Reader& reader, const document::Node& root, Project& project)
{
    constexpr auto meant = "a path inside the repository";
    if (root.find("build_file") != nullptr) {
        project.build_file = reader.find_text(root, "build_file", detail::is_inner_path, meant);
    }
    if (root.find("release_file") != nullptr) {
        project.release_file = reader.find_text(root, "release_file", detail::is_inner_path, meant);
    }
}

void read_variables(Reader& reader, const document::Node& root, Project& project)
{
    const auto* variables = root.find("variables");
    if (variables != nullptr && reader.check_mapping(*variables, "'variables'", {"build", "runtime"})) {
        project.build = reader.find_variables(*variables, "build", stage::VariableUse::build);
        project.runtime = reader.find_variables(*variables, "runtime", stage::VariableUse::runtime);
    }
}

}  // namespace

Checked parse(std::string_view text, const std::string& file)
{
    const auto document = document::parse_yaml(text, file);
    const auto& root = document.root;
    Reader reader;
    Project project;
    if (reader.check_mapping(root, "the file", project_keys)) {
        if (const auto* version = reader.require(root, "the file", "version")) {
            (void)reader.parse_number(*version, "version", 1, 1);
        }
        read_stack(reader, root, project);
        project.image = reader.find_repository(root, "image");
        project.bucket = reader.find_text(root, "bucket", detail::is_bucket, "the name of an S3 bucket");
        project.control =
            reader.find_text(root, "control", detail::is_control, "'embedded' or an https URL without user and query");
        read_variables(reader, root, project);
        read_file_names(reader, root, project);
        if (const auto* stages = reader.require(root, "the file", "stages")) {
            project.stages = detail::read_stages(reader, *stages);
        }
    }
    auto warnings = reader.finish();
    return {std::move(project), std::move(warnings)};
}

}  // namespace tinystacks::project
