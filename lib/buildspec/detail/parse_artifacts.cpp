#include "base/text.hpp"
#include "buildspec/detail/reader.hpp"

#include <algorithm>

namespace tinystacks::buildspec {
namespace {

const std::vector<std::string> report_formats = {"CUCUMBERJSON", "JUNITXML",        "NUNITXML",  "NUNIT3XML",
                                                 "TESTNGXML",    "VISUALSTUDIOTRX", "CLOVERXML", "COBERTURAXML",
                                                 "JACOCOXML",    "SIMPLECOV"};

bool leads_outside(std::string_view path)
{
    const auto parts = split(path, '/');
    return std::ranges::find(parts, "..") != parts.end();
}

void check_inside(const std::vector<Pattern>& patterns, const std::string& key, Reader& reader)
{
    for (const auto& [text, where] : patterns) {
        if (leads_outside(text)) {
            reader.warn(where, "outside",
                        fmt::format("'{}': '{}' leads outside the source directory", key, printable(text)));
        }
    }
}

void check_inside(const document::Node* node, const std::string& text, const std::string& key, Reader& reader)
{
    if (!text.empty()) {
        check_inside({{text, node->where}}, key, reader);
    }
}

Artifact parse_artifact(const document::Node& mapping, const std::string& key, Reader& reader)
{
    const auto of = [&](std::string_view name) { return fmt::format("{}.{}", key, name); };
    Artifact artifact;
    artifact.where = mapping.where;
    artifact.files = reader.list(mapping.find("files"), of("files"));
    artifact.exclude_paths = reader.list(mapping.find("exclude-paths"), of("exclude-paths"));
    artifact.base_directory = reader.text(mapping.find("base-directory"), of("base-directory"));
    artifact.name = reader.text(mapping.find("name"), of("name"));
    artifact.s3_prefix = reader.text(mapping.find("s3-prefix"), of("s3-prefix"));
    artifact.discard_paths = reader.yes(mapping.find("discard-paths"), of("discard-paths"));
    artifact.enable_symlinks = reader.yes(mapping.find("enable-symlinks"), of("enable-symlinks"));
    check_inside(artifact.files, of("files"), reader);
    check_inside(mapping.find("base-directory"), artifact.base_directory, of("base-directory"), reader);
    check_inside(mapping.find("name"), artifact.name, of("name"), reader);
    if (artifact.files.empty()) {
        reader.warn(
            mapping.where, "no_files",
            fmt::format("'{}.files' is missing, so UPLOAD_ARTIFACTS will fail: no definition for primary artifacts",
                        key),
            "files: [ '**/*' ]");
    }
    return artifact;
}

void parse_report(const document::Node& node, const std::string& key, Reader& reader, Report& report)
{
    const auto* mapping = reader.mapping(&node, key);
    if (mapping == nullptr) {
        return;
    }
    reader.check_keys(*mapping, key, {"files", "file-format", "base-directory", "discard-paths"});
    report.files = reader.list(mapping->find("files"), key + ".files");
    report.base_directory = reader.text(mapping->find("base-directory"), key + ".base-directory");
    report.file_format = reader.text(mapping->find("file-format"), key + ".file-format");
    report.discard_paths = reader.yes(mapping->find("discard-paths"), key + ".discard-paths");
    if (report.files.empty()) {
        reader.warn(mapping->where, "no_files", fmt::format("'{}.files' is missing: the report stays empty", key));
    }
    if (!report.file_format.empty() &&
        std::ranges::find(report_formats, to_upper(report.file_format)) == report_formats.end()) {
        reader.warn(mapping->find("file-format")->where, "report_format",
                    fmt::format("'{}' is no format of a report", printable(report.file_format)),
                    suggest(report.file_format, report_formats));
    }
}

}  // namespace

void parse_artifacts(const document::Node& root, Reader& reader, Buildspec& spec)
{
    const auto* mapping = reader.mapping(root.find("artifacts"), "artifacts");
    if (mapping == nullptr) {
        return;
    }
    std::vector<std::string> known = {
        "files", "name", "discard-paths", "base-directory", "exclude-paths", "enable-symlinks", "s3-prefix", "type"};
    auto known_here = known;
    known_here.emplace_back("secondary-artifacts");
    reader.check_keys(*mapping, "artifacts", known_here);
    auto& artifacts = spec.artifacts.emplace();
    artifacts.primary = parse_artifact(*mapping, "artifacts", reader);
    const auto* secondary = reader.mapping(mapping->find("secondary-artifacts"), "artifacts.secondary-artifacts");
    if (secondary == nullptr) {
        return;
    }
    for (const auto& entry : secondary->entries) {
        const auto key = fmt::format("artifacts.secondary-artifacts.{}", printable(entry.key));
        // The identifier names a directory below --artifacts.
        if (entry.key.empty() || entry.key.find('/') != std::string::npos || entry.key == "." || entry.key == "..") {
            reader.error(entry.key_where, "artifact_id",
                         fmt::format("'{}' cannot identify an artifact", printable(entry.key)));
            continue;
        }
        if (const auto* artifact = reader.mapping(&entry.value, key)) {
            reader.check_keys(*artifact, key, known);
            artifacts.secondary[entry.key] = parse_artifact(*artifact, key, reader);
        }
    }
}

void parse_reports_and_cache(const document::Node& root, Reader& reader, Buildspec& spec)
{
    if (const auto* reports = reader.mapping(root.find("reports"), "reports")) {
        for (const auto& entry : reports->entries) {
            parse_report(entry.value, fmt::format("reports.{}", printable(entry.key)), reader, spec.reports[entry.key]);
        }
    }
    if (const auto* cache = reader.mapping(root.find("cache"), "cache")) {
        reader.check_keys(*cache, "cache", {"paths", "key", "fallback-keys", "action"});
        const auto paths = reader.list(cache->find("paths"), "cache.paths");
        check_inside(paths, "cache.paths", reader);
        spec.has_cache = !paths.empty();
    }
}

}  // namespace tinystacks::buildspec
