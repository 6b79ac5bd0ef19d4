#include "base/text.hpp"
#include "buildspec/buildspec.hpp"
#include "buildspec/detail/reader.hpp"

#include <algorithm>

namespace tinystacks::buildspec {
namespace {

void parse_version(const document::Node& root, Reader& reader, Buildspec& spec)
{
    const auto* node = root.find("version");
    const auto text = reader.text(node, "version");
    if (text == "0.1") {
        spec.version = Version::v0_1;
    } else if (node == nullptr || node->is_null()) {
        reader.error(node == nullptr ? root.where : node->where, "version", "'version' is missing", "version: 0.2");
    } else if (text != "0.2") {
        reader.error(node->where, "version", fmt::format("'{}' is no version of the buildspec format", printable(text)),
                     "version: 0.2");
    }
}

bool has_command(const Buildspec& spec)
{
    return std::ranges::any_of(
        spec.phases, [](const auto& phase) { return !phase.second.commands.empty() || !phase.second.finally.empty(); });
}

}  // namespace

Checked parse(std::string_view text, const std::string& file)
{
    const auto document = document::parse_yaml(text, file);
    const auto& root = document.root;
    Reader reader(document);
    Buildspec spec;
    if (!root.is_mapping()) {
        reader.error(root.where, "type", "a buildspec is a mapping of keys to values, beginning with 'version: 0.2'");
        throw Error::invalid(reader.take_problems());
    }
    reader.check_keys(root, "",
                      {"version", "run-as", "env", "environment_variables", "proxy", "batch", "phases", "reports",
                       "artifacts", "cache"});
    for (const auto& where : document.merge_keys) {
        reader.warn(where, "merge_key", "AWS CodeBuild may not apply the merge key '<<'; tinystacks does",
                    "write the merged keys out");
    }
    parse_version(root, reader, spec);
    spec.run_as = parse_user(root.find("run-as"), "run-as", reader);
    parse_env(root, reader, spec);
    parse_phases(root, reader, spec);
    parse_reports_and_cache(root, reader, spec);
    parse_artifacts(root, reader, spec);
    const auto* batch = root.find("batch");
    spec.has_batch = batch != nullptr && !batch->is_null();
    if (!reader.has_errors() && !has_command(spec)) {
        reader.warn(root.find("phases")->where, "nothing_to_run", "no phase has a command: this build does nothing");
    }
    if (reader.has_errors()) {
        throw Error::invalid(reader.take_problems());
    }
    return {std::move(spec), reader.take_problems()};
}

}  // namespace tinystacks::buildspec
