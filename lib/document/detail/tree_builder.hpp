#pragma once

#include "document/node.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::document {

/// Builds a tree from yaml-cpp's events. What is wrong but lets reading go on is collected; what does not (too deep,
/// too many nodes) is thrown as Error{invalid_input} with all that was found.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(Document& document, const std::string& file, const Limits& limits, std::vector<Problem>& problems);

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override;
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override;

    /// yaml-cpp's place as ours: both count bytes, ours from 1.
    [[nodiscard]] Position position(const YAML::Mark& mark) const;

private:
    /// A sequence or mapping that is still open.
    struct Frame {
        Node node;
        YAML::anchor_t anchor = 0;
        std::size_t nodes_before = 0;
        std::vector<Entry> merges;  ///< values of `<<`, applied at the end: explicit keys win
        Entry entry;
        bool has_key = false;
    };
    struct Anchored {
        Node node;
        std::size_t nodes = 0;
    };

    void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void add(Node node, YAML::anchor_t anchor, std::size_t nodes);
    void add_key(Frame& frame, const Node& node);
    void merge(Frame& frame);
    void count(std::size_t nodes, const Position& where);
    void check_tag(const std::string& tag, const Position& where);
    void check_text(const std::string& text, const Position& where);
    void report(const Position& where, std::string rule, std::string message, std::string hint = {});
    [[noreturn]] void give_up();
    /// What is written at a place, to the end of its line.
    [[nodiscard]] std::string_view text_at(const Position& where) const;
    [[nodiscard]] Position position_of_null(const YAML::Mark& mark) const;

    Document& document_;
    const std::string& file_;
    const Limits& limits_;
    std::vector<Problem>& problems_;
    std::vector<Frame> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t nodes_ = 0;
    std::size_t documents_ = 0;
};

}  // namespace tinystacks::document
