#include "buildspec/detail/artifacts.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

namespace tinystacks::buildspec {
namespace {

constexpr std::string_view no_files = "CLIENT_ERROR Message: no matching artifact paths found";

/// Whether `path` names something below where it starts: what we create from it stays in its directory.
bool stays_inside(const std::filesystem::path& path)
{
    const auto normal = path.lexically_normal();
    return !normal.is_absolute() && (normal.empty() || *normal.begin() != "..");
}

bool leads_outside(const std::filesystem::path& link, const std::filesystem::path& root)
{
    std::error_code failed;
    const auto target = std::filesystem::weakly_canonical(link, failed);
    const auto relative = target.lexically_relative(std::filesystem::weakly_canonical(root, failed));
    return failed || relative.empty() || *relative.begin() == "..";
}

}  // namespace

std::string expand(const std::string& text, const std::map<std::string, std::string>& environment)
{
    const auto is_name = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
    std::string expanded;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '$' || at + 1 == text.size()) {
            expanded += text[at++];
            continue;
        }
        const bool braces = text[at + 1] == '{';
        const auto begin = at + (braces ? 2 : 1);
        auto end = begin;
        while (end < text.size() && is_name(text[end])) {
            ++end;
        }
        const bool closed = !braces || (end < text.size() && text[end] == '}');
        if (end == begin || !closed) {
            expanded += text[at++];
            continue;
        }
        if (const auto found = environment.find(text.substr(begin, end - begin)); found != environment.end()) {
            expanded += found->second;
        }
        at = end + (braces ? 1 : 0);
    }
    return expanded;
}

std::string Collector::collect(const Artifacts& artifacts, Result& result)
{
    if (options_.artifacts) {
        std::vector<std::string> ids;
        for (const auto& [id, artifact] : artifacts.secondary) {
            ids.push_back(id);
        }
        target_.emplace(*options_.artifacts, ids);
    }
    if (artifacts.primary.files.empty()) {
        return "CLIENT_ERROR Message: no definition for primary artifacts in buildspec";
    }
    auto& files = result.artifacts.emplace();
    const auto own_name = options_.directory.lexically_normal().filename();
    auto failure = collect_one(artifacts.primary, own_name.string(), "primary", files);
    for (const auto& [id, artifact] : artifacts.secondary) {
        const auto message = collect_one(artifact, id, "secondary/" + id, result.secondary_artifacts[id]);
        if (failure.empty() && !message.empty()) {
            failure = fmt::format("{} (secondary artifact {})", message, id);
        }
    }
    return failure;
}

std::string Collector::collect_one(const Artifact& artifact, const std::string& default_name, const std::string& place,
                                   ArtifactFiles& result)
{
    const auto name = artifact.name.empty() ? default_name : shell_.evaluate(artifact.name);
    result.name = log_.secrets().hide(name);
    if (!stays_inside(name)) {
        return fmt::format("CLIENT_ERROR Message: the artifact's name '{}' leads outside", name);
    }
    const auto base = expand(artifact.base_directory, environment_);
    log_.say(fmt::format("Expanding base directory path: {}", base.empty() ? "." : base));
    log_.say("Assembling file list");
    const auto bases = glob_directories(options_.directory, base.empty() ? "." : base);
    if (bases.empty()) {
        return fmt::format("CLIENT_ERROR Message: no matching base directory path found for {}", base);
    }
    const auto files = find(artifact, bases);
    if (files.empty()) {
        return std::string(no_files);
    }
    log_.say(fmt::format("Found {} file(s)", files.size()));
    for (const auto& [relative, path] : files) {
        result.files.push_back(log_.secrets().hide(relative));
    }
    if (target_) {
        copy(artifact, files, place);
    }
    return {};
}

Collector::Files Collector::find(const Artifact& artifact, const std::vector<std::filesystem::path>& bases)
{
    Files files;
    for (const auto& pattern : artifact.files) {
        const auto text = expand(pattern.text, environment_);
        log_.say(fmt::format("Expanding {}", text));
        bool any = false;
        for (const auto& base : bases) {
            for (const auto& found :
                 find_files(base, text, target_ ? target_->identities() : std::vector<Identity>())) {
                any = true;
                take(artifact, found, files);
            }
        }
        if (any) {
            continue;
        }
        log_.say(fmt::format("Skipping invalid file path {}", text));
        std::error_code ignored;
        if (!text.empty() && std::filesystem::is_directory(bases.front() / text, ignored)) {
            log_.say(fmt::format("'{0}' is a directory; '{0}/**/*' takes the files in it", text));
        }
    }
    return files;
}

void Collector::take(const Artifact& artifact, const Found& found, Files& files)
{
    for (const auto& pattern : artifact.exclude_paths) {
        if (is_excluded(found.relative, expand(pattern.text, environment_))) {
            return;
        }
    }
    const auto name =
        artifact.discard_paths ? std::filesystem::path(found.relative).filename().string() : found.relative;
    auto& path = files[name];
    const auto before = std::exchange(path, found.path);
    if (!before.empty() && artifact.discard_paths && before != found.path) {
        log_.warn(artifact.where,
                  fmt::format("two files are called '{}' once their paths are discarded; the last one wins", name));
    }
}

void Collector::copy(const Artifact& artifact, const Files& files, const std::string& place) const
{
    for (const auto& [relative, path] : files) {
        const bool keep_link =
            artifact.enable_symlinks && std::filesystem::is_symlink(path) && !leads_outside(path, options_.directory);
        if (keep_link) {
            target_->copy_link(path, place, relative);
        } else {
            target_->copy(path, place, relative);
        }
    }
}

}  // namespace tinystacks::buildspec
