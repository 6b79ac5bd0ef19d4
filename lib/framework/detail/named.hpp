#pragma once

#include "framework/detail/languages.hpp"
#include "framework/pin.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Languages that are known by name: one function each says what is seen of it, or nothing.
namespace tinystacks::framework {

/// What was seen of a language for which no Dockerfile is written.
struct Seen {
    std::string language;
    std::string title;  ///< "Gleam"
    std::string file;
    std::string manager = "none";
    std::string framework = "none";
    std::string start;
    std::vector<Pin> pins;           ///< of its own files
    std::vector<std::string> tools;  ///< what tool managers call it
    int score = by_manifest;
};

/// A file's text, empty when there is none.
[[nodiscard]] std::string text_of(const Folder& folder, std::string_view name);
/// The first file of the folder itself whose name ends so.
[[nodiscard]] std::string first_ending(const Folder& folder, std::string_view ending);
/// A file's name without its ending.
[[nodiscard]] std::string stem_of(std::string_view path);
/// What the first group of `pattern` finds in a file, as a pin.
void pin_line(const Folder& folder, const std::string& file, const char* pattern, const std::string& rule,
              std::vector<Pin>& pins);
void pin_file(const Folder& folder, const std::string& file, std::vector<Pin>& pins);
/// `directory/name` as a shell starts it; empty without a name.
[[nodiscard]] std::string program(const std::string& directory, const std::string& name);

struct Named {
    std::string_view part;
    std::string_view name;
};
/// The name of the first whose part stands in `text`, else "none".
[[nodiscard]] std::string framework_in(const std::string& text, const std::vector<Named>& known);

[[nodiscard]] std::optional<Seen> see_gleam(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_dart(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_swift(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_haskell(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_crystal(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_zig(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_nim(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_ocaml(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_cobol(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_clojure(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_scheme(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_r(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_julia(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_perl(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_erlang(const Folder& folder);
[[nodiscard]] std::optional<Seen> see_lua(const Folder& folder);

}  // namespace tinystacks::framework
