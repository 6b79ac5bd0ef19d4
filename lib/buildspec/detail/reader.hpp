#pragma once

#include "buildspec/buildspec.hpp"
#include "document/node.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::buildspec {

/// Reads typed values out of a document's tree and collects what is wrong or odd about them. `key` in messages is the
/// path of keys that leads to the value, such as `phases.build.commands`.
class Reader {
public:
    explicit Reader(const document::Document& document) : document_(document) {}

    void error(const Position& where, std::string_view rule, std::string message, std::string hint = {});
    void warn(const Position& where, std::string_view rule, std::string message, std::string hint = {});

    /// Warns of keys that are none of `known`.
    void check_keys(const document::Node& mapping, const std::string& key, const std::vector<std::string>& known);
    /// `node` as a mapping: nullptr when it is missing or null; anything else is an error.
    [[nodiscard]] const document::Node* mapping(const document::Node* node, const std::string& key);
    /// A text; empty when the node is missing or null.
    [[nodiscard]] std::string text(const document::Node* node, const std::string& key);
    /// yes or no; anything else is a warning and means no.
    [[nodiscard]] bool yes(const document::Node* node, const std::string& key);
    /// A list of texts, or one text alone. Nulls are left out.
    [[nodiscard]] std::vector<Pattern> list(const document::Node* node, const std::string& key);
    /// The list items that `commands` and `finally` hold.
    [[nodiscard]] std::vector<ShellCommand> commands(const document::Node* node, const std::string& key);

    [[nodiscard]] const document::Document& document() const { return document_; }
    /// Everything found, in the order of the text.
    [[nodiscard]] std::vector<Problem> take_problems();
    [[nodiscard]] bool has_errors() const;

private:
    void refuse_command(const document::Node& item, std::size_t index, const std::string& key);
    void look_for_lost_comment(const document::Node& item);

    const document::Document& document_;
    std::vector<Problem> problems_;
};

/// What a phase does after a failure. Throws Error{invalid_input}.
[[nodiscard]] FailurePolicy parse_failure_policy(std::string_view text);

void parse_env(const document::Node& root, Reader& reader, Buildspec& spec);
void parse_phases(const document::Node& root, Reader& reader, Buildspec& spec);
void parse_artifacts(const document::Node& root, Reader& reader, Buildspec& spec);
void parse_reports_and_cache(const document::Node& root, Reader& reader, Buildspec& spec);
/// `run-as`, of the whole file or of a phase: a user's name.
[[nodiscard]] std::string parse_user(const document::Node* node, const std::string& key, Reader& reader);

}  // namespace tinystacks::buildspec
