#include "view/fence.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <random>
#include <utility>

namespace tinystacks::app::view {
namespace {

/// A token that nobody can guess.
std::string random_token()
{
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

/// The runner takes `::name::` at the beginning of a line, and `##[name]` anywhere.
bool commands(std::string_view line)
{
    return trim(line).starts_with("::") || line.find("##[") != std::string_view::npos;
}

}  // namespace

void Fence::begin()
{
    if (github_ && token_.empty()) {
        token_ = random_token();
        out_.write(fmt::format("::stop-commands::{}\n", token_));
    }
}

void Fence::end()
{
    if (!token_.empty()) {
        out_.write(fmt::format("::{}::\n", std::exchange(token_, {})));
    }
}

std::string without_commands(std::string text)
{
    const auto lines = split(text, '\n');
    if (std::ranges::none_of(lines, commands)) {
        return text;
    }
    const auto token = random_token();
    return fmt::format("::stop-commands::{0}\n{1}{2}::{0}::\n", token, text, text.ends_with('\n') ? "" : "\n");
}

}  // namespace tinystacks::app::view
