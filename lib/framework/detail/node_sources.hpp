#pragma once

#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the sources say: at most 48 of them are read, the entry first, then the nearest to the root.
namespace tinystacks::framework::node {

class Sources {
public:
    /// `entry` relative to the folder; empty when there is none.
    Sources(const Folder& folder, const std::string& entry);

    [[nodiscard]] bool empty() const { return texts_.empty(); }
    [[nodiscard]] bool complete() const { return complete_; }
    /// The file that imports a package, relative to the folder; empty when none of those read does.
    [[nodiscard]] std::string importer(const std::string& package) const;
    /// Whether anything listens on a port.
    [[nodiscard]] bool listens() const;
    /// The port in `listen(8000)`, `PORT || 8000`.
    [[nodiscard]] std::optional<int> port() const;
    /// The file that listens on localhost, where nothing outside the container comes; empty when none does.
    [[nodiscard]] std::string local_listener() const;
    /// A route like /health.
    [[nodiscard]] std::string health_path() const;
    /// Names read from the environment, sorted.
    [[nodiscard]] std::vector<std::string> variables() const;
    /// Of those and of .env.example and its like (names only), the ones with a prefix that the build puts into what
    /// browsers load.
    [[nodiscard]] std::vector<std::string> with_prefix(const std::string& prefix) const;

private:
    struct Source {
        std::string file;
        const std::string* text;
    };
    const Folder folder_;
    std::vector<Source> texts_;
    bool complete_ = true;
};

/// JavaScript without its comments.
[[nodiscard]] std::string without_js_comments(std::string_view text);
/// The text of the first of `stem`.js, .mjs, .cjs, .ts, .mts, .cts, without comments; empty when there is none.
[[nodiscard]] std::string config_text(const Folder& folder, const std::vector<std::string>& stems);
[[nodiscard]] std::string config_file(const Folder& folder, const std::vector<std::string>& stems);

}  // namespace tinystacks::framework::node
