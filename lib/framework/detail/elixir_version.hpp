#pragma once

#include "framework/application.hpp"
#include "framework/detect.hpp"
#include "framework/tree.hpp"

#include <string>
#include <vector>

namespace tinystacks::framework {

/// By the pins of all files, the strongest first; `project` is the text of mix.exs, empty for none.
[[nodiscard]] Runtime choose_elixir(const Folder& folder, const Overrides& overrides, const std::string& project,
                                    std::vector<std::string>& warnings);

/// The major of Erlang/OTP that was pinned, when there is an image of this Elixir with it; empty for the usual one.
[[nodiscard]] std::string choose_erlang(const Folder& folder, const Runtime& runtime,
                                        std::vector<std::string>& warnings);

}  // namespace tinystacks::framework
