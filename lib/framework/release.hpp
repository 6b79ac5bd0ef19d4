#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tinystacks::framework {

/// A release line of a language, as of the date its table carries.
struct Release {
    std::string_view line;      ///< "22", "3.13"
    std::string_view newest;    ///< of that line, as far as an image's tag names it: "22.14"
    std::string_view ends;      ///< the last day of support, "2027-04-30"; empty when none is known
    std::string_view codename;  ///< "jod"; empty for most
    bool long_term = false;     ///< what "lts" means
};

/// All lines of a language, the newest first.
struct Releases {
    std::string_view language;
    std::string_view as_of;  ///< the day the table was right
    std::string_view usual;  ///< the line that is taken when nothing is pinned
    std::span<const Release> lines;
};

/// The release that a pin means: the pin itself when it is exact; for a range the usual line when that is inside, else
/// the newest supported one inside, else the newest inside. Takes the ranges of npm, PEP 440, RubyGems, Composer, Cargo
/// and Hex, `lts`, `lts/*`, `lts/iron`, `latest`, `stable`, `node`, `v20`, `3.12.x`, and vendors in front
/// (`temurin-21`, `cpython-3.12`). Empty when it is not understood, or no known release is inside.
[[nodiscard]] std::optional<std::string> find_release(std::string_view pin, const Releases& releases);

/// Whether a pin allows a release. What is not understood allows nothing.
[[nodiscard]] bool allows(std::string_view pin, std::string_view release, const Releases& releases);

/// The line a release belongs to; nullptr when the table has none.
[[nodiscard]] const Release* find_line(std::string_view release, const Releases& releases);

/// Whether a release was out of support on the day of the table.
[[nodiscard]] bool is_past_end(std::string_view release, const Releases& releases);

/// -1, 0 or 1: dotted numbers, a missing part being 0.
[[nodiscard]] int compare_versions(std::string_view left, std::string_view right);

}  // namespace tinystacks::framework
