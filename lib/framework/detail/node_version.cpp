#include "framework/detail/node_version.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>

namespace tinystacks::framework::node {
namespace {

/// Source: Node.js' release schedule. The minors are well known ones of each line, not always its last.
constexpr std::array<Release, 17> node_lines = {{{"26", "26.1", "2029-04-30", "", true},
                                                 {"25", "25.2", "2026-06-01", "", false},
                                                 {"24", "24.11", "2028-04-30", "krypton", true},
                                                 {"23", "23.11", "2025-06-01", "", false},
                                                 {"22", "22.21", "2027-04-30", "jod", true},
                                                 {"21", "21.7", "2024-06-01", "", false},
                                                 {"20", "20.19", "2026-04-30", "iron", true},
                                                 {"19", "19.9", "2023-06-01", "", false},
                                                 {"18", "18.20", "2025-04-30", "hydrogen", true},
                                                 {"17", "17.9", "2022-06-01", "", false},
                                                 {"16", "16.20", "2023-09-11", "gallium", true},
                                                 {"15", "15.14", "2021-06-01", "", false},
                                                 {"14", "14.21", "2023-04-30", "fermium", true},
                                                 {"13", "13.14", "2020-06-01", "", false},
                                                 {"12", "12.22", "2022-04-30", "erbium", true},
                                                 {"10", "10.24", "2021-04-30", "dubnium", true},
                                                 {"8", "8.17", "2019-12-31", "carbon", true}}};
constexpr Releases node_releases = {"node", "2026-11-30", "24", node_lines};

/// Source: Bun's releases; it supports its newest line only and names no end.
constexpr std::array<Release, 4> bun_lines = {{{"1.3", "1.3", "", "", false},
                                               {"1.2", "1.2", "", "", false},
                                               {"1.1", "1.1", "", "", false},
                                               {"1.0", "1.0", "", "", false}}};
constexpr Releases bun_releases = {"bun", "2026-11-30", "1.3", bun_lines};

void add(std::vector<Pin>& pins, std::optional<Pin> pin)
{
    if (pin) {
        pins.push_back(std::move(*pin));
    }
}

/// engines and the like, of the application, then of the workspace it belongs to.
void add_manifest(std::vector<Pin>& pins, const Manifest& manifest, std::string_view name)
{
    add(pins, node_pin(manifest.at({"engines", name}), fmt::format("engines.{}", name)));
    const auto* runtime = manifest.at({"devEngines", "runtime"});
    runtime =
        runtime != nullptr && runtime->is_sequence() && !runtime->items.empty() ? &runtime->items.front() : runtime;
    if (text_at(runtime, {"name"}) == name) {
        add(pins, node_pin(find_path(runtime, {"version"}), "devEngines.runtime"));
    }
    add(pins, node_pin(manifest.at({"volta", name}), fmt::format("volta.{}", name)));
}

std::vector<Pin> pins_of(const Workspace& workspace, const Manifest& manifest, std::string_view name,
                         const std::vector<std::string>& tools, const std::vector<std::string>& files)
{
    auto pins = tool_pins(manifest.folder(), tools);
    for (const auto& file : files) {
        add(pins, file_pin(manifest.folder(), file));
    }
    add_manifest(pins, manifest, name);
    if (!workspace.member.empty()) {
        add_manifest(pins, Manifest(workspace.folder), name);
    }
    return pins;
}

}  // namespace

Runtimes choose_runtimes(const Workspace& workspace, const Manifest& manifest, const Manager& manager,
                         const Overrides& overrides, bool runs_on_bun, std::vector<std::string>& warnings)
{
    auto node_pins = pins_of(workspace, manifest, "node", {"node", "nodejs"}, {".nvmrc", ".node-version"});
    auto bun_pins = pins_of(workspace, manifest, "bun", {"bun"}, {".bun-version"});
    if (manager.name == "bun" && !manager.version.empty() && bun_pins.empty()) {
        bun_pins.push_back({manager.version, manager.evidence.where, "packageManager"});
    }
    const auto node_is_pinned = !node_pins.empty();
    if (!overrides.version.empty()) {
        auto& pins = runs_on_bun && !node_is_pinned ? bun_pins : node_pins;
        pins.insert(pins.begin(), {overrides.version, {}, std::string(said_version)});
    }
    Runtimes runtimes;
    runtimes.node = choose_runtime(node_pins, node_releases, warnings);
    std::vector<std::string> of_bun;
    runtimes.bun = choose_runtime(bun_pins, bun_releases, of_bun);
    if (runs_on_bun) {
        warnings.insert(warnings.end(), of_bun.begin(), of_bun.end());
    }
    runtimes.node_is_pinned = node_is_pinned;
    return runtimes;
}

int major_of(const std::string& release)
{
    int major = 0;
    std::from_chars(release.data(), release.data() + release.size(), major);
    return major;
}

/// Source: the official image's tags: a Debian release is in the tags of what came out after it.
std::string image_of(const std::string& release)
{
    const auto major = major_of(release);
    const auto since = [&](std::string_view first) { return compare_versions(release, first) >= 0; };
    const auto is_line = release.find('.') == release.rfind('.');  // 18.20, whose newest patch is meant
    const auto bookworm = major > 20 || (major == 20 && since("20.4")) || (major == 18 && since("18.17")) ||
                          (major == 16 && since(is_line ? "16.20" : "16.20.2"));
    const auto bullseye = major == 19 || major == 17 || major > 17 || (major == 16 && since("16.7")) ||
                          (major == 14 && since("14.18")) || (major == 12 && since(is_line ? "12.22" : "12.22.6"));
    return fmt::format("node:{}-{}-slim", release, bookworm ? "bookworm" : bullseye ? "bullseye" : "buster");
}

}  // namespace tinystacks::framework::node
