#include "framework/detail/elixir_version.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// The five newest lines get security fixes. Source: Elixir's "Compatibility and deprecations".
constexpr std::array<Release, 10> elixir_lines = {{{"1.19", "1.19", "", ""},
                                                   {"1.18", "1.18", "", ""},
                                                   {"1.17", "1.17", "", ""},
                                                   {"1.16", "1.16", "", ""},
                                                   {"1.15", "1.15", "", ""},
                                                   {"1.14", "1.14", "2025-10-16", ""},
                                                   {"1.13", "1.13", "2024-12-19", ""},
                                                   {"1.12", "1.12", "2024-06-12", ""},
                                                   {"1.11", "1.11", "2023-12-22", ""},
                                                   {"1.10", "1.10", "2023-06-19", ""}}};
constexpr Releases elixir_releases = {"elixir", "2026-11-30", "1.18", elixir_lines};

struct Compatible {
    std::string_view elixir;
    std::array<std::string_view, 4> erlang;
};

/// Majors of Erlang/OTP with an image for each line. Source: the same page, and the tags of Docker's official image.
constexpr std::array<Compatible, 6> compatible = {{{"1.19", {"28", "27", "26", ""}},
                                                   {"1.18", {"27", "26", "25", ""}},
                                                   {"1.17", {"27", "26", "25", ""}},
                                                   {"1.16", {"26", "25", "24", ""}},
                                                   {"1.15", {"26", "25", "24", ""}},
                                                   {"1.14", {"25", "24", "23", ""}}}};

/// A line of elixir_buildpack.config, "elixir_version=1.15.7"; what older deployments were made with.
std::optional<Pin> buildpack_pin(const Folder& folder, std::string_view key)
{
    const auto* text = folder.text("elixir_buildpack.config");
    std::size_t number = 0;
    for (const auto line : split(text == nullptr ? std::string_view() : std::string_view(*text), '\n')) {
        ++number;
        const auto equals = line.find('=');
        if (equals != std::string_view::npos && trim(line.substr(0, equals)) == key) {
            auto value = std::string(trim(line.substr(equals + 1)));
            std::erase_if(value, [](char c) { return c == '(' || c == ')' || c == 'v' || c == '"'; });
            return Pin{value, {folder.in_tree("elixir_buildpack.config"), number, 1}, "elixir_buildpack.config"};
        }
    }
    return std::nullopt;
}

}  // namespace

Runtime choose_elixir(const Folder& folder, const Overrides& overrides, const std::string& code,
                      std::vector<std::string>& warnings)
{
    std::vector<Pin> pins;
    if (!overrides.version.empty()) {
        pins.push_back({overrides.version, {}, std::string(said_version)});
    }
    for (auto& pin : tool_pins(folder, {"elixir"})) {
        pins.push_back(std::move(pin));
    }
    for (const auto* name : {".elixir-version", ".exenv-version"}) {
        if (auto pin = file_pin(folder, name)) {
            pins.push_back(std::move(*pin));
        }
    }
    auto asked = find_match(code, R"re(^[^#\n]*\belixir:\s*"([^"\n]+)")re");
    if (const auto attribute = find_match(code, R"re(^[^#\n]*\belixir:\s*@(\w+))re"); attribute && !asked) {
        for (const auto& set : find_matches(code, R"re(^\s*@(\w+\s+"[^"\n]+)")re")) {  // @version "~> 1.18"
            const auto quote = set.find('"');
            if (trim(set.substr(0, quote)) == *attribute) {
                asked = set.substr(quote + 1);
            }
        }
    }
    if (asked) {
        pins.push_back({*asked, {folder.in_tree("mix.exs"), line_of(code, "\"" + *asked), 1}, "mix.exs, elixir"});
    }
    if (auto pin = buildpack_pin(folder, "elixir_version")) {
        pins.push_back(std::move(*pin));
    }
    return choose_runtime(pins, elixir_releases, warnings);
}

/// Erlang as it is pinned, or as the pin of Elixir says it: "1.16.2-otp-26".
std::string choose_erlang(const Folder& folder, const Runtime& runtime, std::vector<std::string>& warnings)
{
    auto pins = tool_pins(folder, {"erlang"});
    if (auto pin = file_pin(folder, ".erlang-version")) {
        pins.push_back(std::move(*pin));
    }
    if (auto pin = buildpack_pin(folder, "erlang_version")) {
        pins.push_back(std::move(*pin));
    }
    std::string major;
    if (!pins.empty()) {
        major = find_match(pins.front().text, R"(^(?:OTP-)?(\d+))").value_or("");
    } else if (runtime.pin) {
        major = find_match(runtime.pin->text, R"(-otp-(\d+)$)").value_or("");
    }
    if (major.empty()) {
        return {};
    }
    const auto* line = find_line(runtime.release, elixir_releases);
    const auto known =
        line == nullptr ? compatible.end() : std::ranges::find(compatible, line->line, &Compatible::elixir);
    if (known != compatible.end() && std::ranges::find(known->erlang, major) != known->erlang.end()) {
        return major;
    }
    warnings.push_back(
        fmt::format("Erlang/OTP {} is pinned, for which there is no image of Elixir {}: the image's own is taken",
                    major, runtime.release));
    return {};
}

}  // namespace tinystacks::framework
