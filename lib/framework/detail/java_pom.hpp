#pragma once

#include "framework/application.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// A text of a POM, its properties resolved, and where it stands.
struct PomText {
    std::string text;
    Position where;
};

/// A POM and its parents as far as they are in the tree.
/// Source: Maven's documentation, "POM Reference" and "Introduction to the POM".
class Pom {
public:
    /// Of a directory of the tree. Throws Error{invalid_input} for what is not XML.
    [[nodiscard]] static std::optional<Pom> read(const Tree& tree, const std::string& directory);

    [[nodiscard]] const document::Element& root() const { return *chain_.front().element; }
    [[nodiscard]] const std::string& directory() const { return chain_.front().directory; }
    [[nodiscard]] std::string file() const;
    [[nodiscard]] std::string packaging() const;
    [[nodiscard]] std::string artifact() const;
    /// The file's name without its ending; `*` stands for what cannot be told.
    [[nodiscard]] std::string final_name() const;
    /// Modules, as directories of the tree.
    [[nodiscard]] std::vector<std::string> modules() const;
    /// groupId:artifactId:version of the parent; empty without one.
    [[nodiscard]] std::string parent() const;
    [[nodiscard]] Position parent_where() const;

    /// `${…}` replaced; what nothing defines stays.
    [[nodiscard]] std::string resolved(std::string text) const;
    [[nodiscard]] std::optional<PomText> property(std::string_view name) const;
    /// The plugin of that artifactId, the nearest first; of pluginManagement behind those.
    [[nodiscard]] std::vector<const document::Element*> plugins(std::string_view artifact) const;
    /// Whether this POM itself or a parent in the tree uses it (pluginManagement does not count).
    [[nodiscard]] bool uses(std::string_view artifact) const;
    [[nodiscard]] bool uses_itself(std::string_view artifact) const;
    /// The first of a plugin's configurations, those of executions included, that has `path`.
    [[nodiscard]] std::optional<PomText> configuration(std::string_view artifact, std::string_view path) const;
    /// "groupId:artifactId" of all dependencies but those of the tests.
    [[nodiscard]] std::vector<std::string> dependencies() const;

private:
    struct Level {
        const document::Element* element;
        std::string directory;
    };
    std::vector<Level> chain_;
};

}  // namespace tinystacks::framework
