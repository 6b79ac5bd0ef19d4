#pragma once

#include "base/error.hpp"
#include "document/node.hpp"
#include "stage/stage.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::project::detail {

using Check = bool (*)(std::string_view);

/// Reads typed values of a document and remembers every problem instead of stopping at the first.
class Reader {
public:
    void error(const Position& where, std::string rule, std::string message, std::string hint = {});
    void warning(const Position& where, std::string rule, std::string message, std::string hint = {});

    /// Whether `node` is a mapping; reports it when not, and its keys that are none of `known`.
    /// `what` names the place, as in "unknown key 'x' in a stage".
    bool check_mapping(const document::Node& node, std::string_view what, const std::vector<std::string>& known);
    /// The value of `key`; reports it as missing at `parent`.
    const document::Node* require(const document::Node& parent, std::string_view what, std::string_view key);
    /// The text of `key` when it is there and passes `check`; `meant` says what it must be, with an example.
    std::string find_text(const document::Node& parent, std::string_view key, Check check, std::string_view meant);
    /// The text of a scalar; reports anything else, and credentials.
    std::optional<std::string> find_scalar(const document::Node& node, std::string_view key);
    /// A whole number from `least` to `most`, not in quotes; 0 after a report.
    int parse_number(const document::Node& node, std::string_view key, int least, int most);
    /// A stage's or stack's name.
    std::optional<stage::Name> find_name(const document::Node& node, std::string_view key);
    /// The repository of images under `key`, when it is there.
    std::string find_repository(const document::Node& parent, std::string_view key);
    /// Variables under `key`; their values are kept as written.
    stage::Variables find_variables(const document::Node& parent, std::string_view key, stage::VariableUse use);

    /// Throws Error{invalid_input} with all problems when one is an error; otherwise the warnings.
    [[nodiscard]] std::vector<Problem> finish();

private:
    void refuse_credential(const document::Node& node, std::string_view key);

    std::vector<Problem> problems_;
};

}  // namespace tinystacks::project::detail
