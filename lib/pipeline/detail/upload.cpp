#include "pipeline/detail/upload.hpp"

#include "aws/region.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "log/journal.hpp"
#include "pipeline/pipeline.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>
#include <variant>
#include <vector>

namespace tinystacks::pipeline {
namespace {

namespace fs = std::filesystem;

std::string name_of(const BuildspecPlace& place)
{
    const std::string channel(to_string(place.channel));
    return place.stage.empty() ? channel : channel + "-" + place.stage;
}

std::string key_of(const Vault& vault, const std::string& kind, const std::string& name)
{
    return fmt::format("tinystacks/{}/{}/{}/{}", vault.stack, kind, vault.run, name);
}

void warn(const Vault& vault, const BuildspecPlace& place, const std::string& message, const std::string& hint)
{
    vault.sink.write({vault.clock(), place.stage, log::Note{Severity::warning, {}, message, hint}});
}

/// Does `work`; what goes wrong with it is a warning that begins with `what`.
void warn_of_failure(const Vault& vault, const BuildspecPlace& place, const std::string& what,
                     const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        warn(vault, place, fmt::format("{}: {}", what, error.message()), error.hint());
    } catch (const fs::filesystem_error& error) {
        warn(vault, place, fmt::format("{}: {}", what, error.what()), {});
    }
}

/// Copies one log out of a journal, page by page.
void write_log(const fs::path& journal, const BuildspecPlace& place, const fs::path& file)
{
    const auto out = open_file(file, O_WRONLY | O_CREAT | O_EXCL);
    log::Cursor cursor;
    while (true) {
        const auto page = log::read_page(journal, cursor, std::chrono::milliseconds(0));
        for (const auto& event : page.events) {
            if (event.stage != place.stage) {
                continue;
            }
            const auto* lines = std::get_if<log::Lines>(&event.body);
            const auto* gap = std::get_if<log::Gap>(&event.body);
            if (lines != nullptr && lines->channel == place.channel) {
                write_all(out.number(), lines->text, file);
            } else if (gap != nullptr && gap->channel == place.channel) {
                write_all(out.number(), fmt::format("\n({} bytes, {} lines were lost here)\n", gap->bytes, gap->lines),
                          file);
            }
        }
        if (page.ended || page.events.empty()) {
            return;
        }
        cursor = page.next;
    }
}

/// The file to read for an entry of the artifacts, or empty: a directory, or a link that leads out of them.
fs::path find_content(const fs::directory_entry& entry, const fs::path& root)
{
    if (!entry.is_symlink()) {
        return entry.is_regular_file() ? entry.path() : fs::path();
    }
    std::error_code broken;
    const auto target = fs::canonical(entry.path(), broken);
    const bool inside =
        !broken && std::mismatch(root.begin(), root.end(), target.begin(), target.end()).first == root.end();
    return inside && fs::is_regular_file(target) ? target : fs::path();
}

/// Keys below the artifacts' and the files to store there, in the keys' order.
std::vector<std::pair<std::string, fs::path>> find_artifacts(const fs::path& directory)
{
    std::vector<std::pair<std::string, fs::path>> files;
    const auto root = fs::canonical(directory);
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (auto content = find_content(entry, root); !content.empty()) {
            files.emplace_back(entry.path().lexically_relative(root).generic_string(), std::move(content));
        }
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace

std::string bucket_region(const project::Project& project, const process::Environment& environment)
{
    if (const auto region = aws::find_region({}, environment)) {
        return region->name;
    }
    for (const auto& stage : project.stages) {
        if (!stage.region.empty()) {
            return stage.region;
        }
    }
    return aws::choose_region({}, environment).name;
}

void store_log(const Vault& vault, const BuildspecPlace& place, const fs::path& journal, const fs::path& work)
{
    const auto key = key_of(vault, "logs", name_of(place) + ".log");
    const auto what = fmt::format("the {} log is not in s3://{}/{}", to_string(place.channel), vault.bucket, key);
    warn_of_failure(vault, place, what, [&] {
        const TempDir directory(work, "log-");
        const auto file = directory.path() / "log";
        write_log(journal, place, file);
        (void)vault.s3.put_file(vault.bucket, key, file, {"text/plain; charset=utf-8", aws::Overwrite::allowed},
                                vault.interruption);
    });
}

void store_artifacts(const Vault& vault, const BuildspecPlace& place, const fs::path& directory)
{
    const auto prefix = key_of(vault, "artifacts", name_of(place));
    const auto what = fmt::format("the artifacts of the {} are not all in s3://{}/{}/", to_string(place.channel),
                                  vault.bucket, prefix);
    if (!fs::exists(directory)) {
        return;  // the buildspec names none
    }
    warn_of_failure(vault, place, what, [&] {
        for (const auto& [name, file] : find_artifacts(directory)) {
            (void)vault.s3.put_file(vault.bucket, fmt::format("{}/{}", prefix, name), file, {}, vault.interruption);
        }
    });
}

}  // namespace tinystacks::pipeline
