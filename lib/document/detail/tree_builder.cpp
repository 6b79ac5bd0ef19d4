#include "document/detail/tree_builder.hpp"

#include "base/text.hpp"
#include "document/detail/characters.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tinystacks::document {
namespace {

/// What yaml-cpp calls a node without a tag, and one that is no plain scalar.
constexpr std::array<std::string_view, 3> untagged = {"", "?", "!"};

bool is_core_tag(std::string_view tag)
{
    constexpr std::string_view prefix = "tag:yaml.org,2002:";
    constexpr std::array<std::string_view, 7> core = {"str", "int", "float", "bool", "null", "seq", "map"};
    return std::ranges::find(untagged, tag) != untagged.end() ||
           (tag.starts_with(prefix) && std::ranges::find(core, tag.substr(prefix.size())) != core.end());
}

}  // namespace

TreeBuilder::TreeBuilder(Document& document, const std::string& file, const Limits& limits,
                         std::vector<Problem>& problems)
    : document_(document), file_(file), limits_(limits), problems_(problems)
{}

Position TreeBuilder::position(const YAML::Mark& mark) const
{
    return {file_, static_cast<std::size_t>(std::max(0, mark.line)) + 1,
            static_cast<std::size_t>(std::max(0, mark.column)) + 1};
}

std::string_view TreeBuilder::text_at(const Position& where) const
{
    const auto line = document_.line(where.line);
    return line.substr(std::min(line.size(), where.column - 1));
}

/// yaml-cpp reports an item that is missing altogether at the token that follows it.
Position TreeBuilder::position_of_null(const YAML::Mark& mark) const
{
    auto where = position(mark);
    if (text_at(where).starts_with('~') || to_lower(text_at(where)).starts_with("null")) {
        return where;
    }
    for (auto line = where.line; line > 0 && line + 100 > where.line; --line) {
        const auto text = document_.line(line);
        const auto begin = text.find_first_not_of(' ');
        if (begin == std::string_view::npos || text[begin] != '-') {
            continue;
        }
        const auto rest = trim(text.substr(begin + 1));
        if (rest.empty() || rest.starts_with('#')) {
            return {file_, line, begin + 1};
        }
    }
    return where;
}

void TreeBuilder::report(const Position& where, std::string rule, std::string message, std::string hint)
{
    problems_.push_back({Severity::error, where, "document." + std::move(rule), std::move(message), std::move(hint)});
}

void TreeBuilder::give_up()
{
    throw Error::invalid(problems_);
}

void TreeBuilder::count(std::size_t nodes, const Position& where)
{
    nodes_ += nodes;
    if (nodes_ > limits_.nodes) {
        report(where, "too_many_nodes", fmt::format("more than {} values, with aliases written out", limits_.nodes));
        give_up();
    }
}

void TreeBuilder::check_tag(const std::string& tag, const Position& where)
{
    if (!is_core_tag(tag)) {
        report(where, "tag", fmt::format("the tag '{}' is not known here", printable(tag)), "leave the tag out");
    }
}

void TreeBuilder::check_text(const std::string& text, const Position& where)
{
    if (text.find('\0') != std::string::npos) {
        report(where, "nul", "a NUL character cannot stand in a value");
    }
    if (has_bidi_control(text)) {
        report(where, "bidi", "a control character that reverses the direction of text hides what is written");
    }
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark)
{
    if (++documents_ > 1) {
        report(position(mark), "second_document", "more than one document in the file",
               "keep one document, without '---' after it");
        give_up();
    }
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor)
{
    Node node;
    node.where = position_of_null(mark);
    const auto written = text_at(node.where);
    // Kept for a key such as `NULL:`; a null value has no text.
    if (!open_.empty() && open_.back().node.is_mapping() && !open_.back().has_key &&
        to_lower(written).starts_with("null")) {
        node.kind = Kind::scalar;
        node.text = written.substr(0, 4);
    }
    add(std::move(node), anchor, 1);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor)
{
    const auto where = position(mark);
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) {
        report(where, "alias_cycle", "an alias cannot stand inside itself: the value it names would never end");
        give_up();
    }
    auto node = target->second.node;
    node.where = where;
    const auto nodes = target->second.nodes;
    add(std::move(node), 0, nodes);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value)
{
    Node node;
    node.kind = Kind::scalar;
    node.text = value;
    node.where = position(mark);
    if (tag == "!") {
        const auto written = text_at(node.where);
        node.style = written.starts_with('|') || written.starts_with('>') ? Style::block : Style::quoted;
    }
    check_tag(tag, node.where);
    check_text(value, node.where);
    add(std::move(node), anchor, 1);
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value)
{
    open(Kind::sequence, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value)
{
    open(Kind::mapping, mark, tag, anchor);
}

void TreeBuilder::OnSequenceEnd()
{
    close();
}

void TreeBuilder::OnMapEnd()
{
    merge(open_.back());
    close();
}

void TreeBuilder::open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor)
{
    Frame frame;
    frame.node.kind = kind;
    frame.node.where = position(mark);
    frame.anchor = anchor;
    frame.nodes_before = nodes_;
    check_tag(tag, frame.node.where);
    if (open_.size() >= limits_.depth) {
        report(frame.node.where, "too_deep", fmt::format("nested deeper than {} levels", limits_.depth));
        give_up();
    }
    open_.push_back(std::move(frame));
}

void TreeBuilder::close()
{
    auto frame = std::move(open_.back());
    open_.pop_back();
    const auto inside = nodes_ - frame.nodes_before;
    nodes_ = frame.nodes_before;
    add(std::move(frame.node), frame.anchor, inside + 1);
}

void TreeBuilder::add(Node node, YAML::anchor_t anchor, std::size_t nodes)
{
    count(nodes, node.where);
    if (anchor != 0) {
        anchors_[anchor] = {node, nodes};
    }
    if (open_.empty()) {
        document_.root = std::move(node);
        return;
    }
    auto& frame = open_.back();
    if (frame.node.is_sequence()) {
        frame.node.items.push_back(std::move(node));
    } else if (!frame.has_key) {
        add_key(frame, node);
    } else {
        if (node.is_null()) {
            node.where = frame.entry.key_where;
        }
        frame.entry.value = std::move(node);
        auto& entries = frame.entry.merged ? frame.merges : frame.node.entries;
        entries.push_back(std::exchange(frame.entry, {}));
        frame.has_key = false;
    }
}

void TreeBuilder::add_key(Frame& frame, const Node& node)
{
    frame.has_key = true;
    frame.entry.key = node.text;
    frame.entry.key_where = node.where;
    if (!node.is_scalar()) {
        report(node.where, "key", "a key must be a text");
        return;
    }
    frame.entry.merged = node.text == "<<" && node.style == Style::plain;
    if (frame.entry.merged) {
        document_.merge_keys.push_back(node.where);
        return;
    }
    const auto twin = std::ranges::find(frame.node.entries, node.text, &Entry::key);
    if (twin != frame.node.entries.end()) {
        report(node.where, "duplicate_key",
               fmt::format("the key '{}' stands here twice, first on line {}", printable(node.text),
                           twin->key_where.line));
    }
}

void TreeBuilder::merge(Frame& frame)
{
    const auto take = [&](const Node& from, const Position& where) {
        if (!from.is_mapping()) {
            report(where, "merge", "'<<' takes a mapping or a list of mappings");
        }
        for (auto entry : from.entries) {
            if (frame.node.find(entry.key) == nullptr) {
                entry.merged = true;
                frame.node.entries.push_back(std::move(entry));
            }
        }
    };
    for (const auto& [key, where, value, merged] : frame.merges) {
        if (!value.is_sequence()) {
            take(value, where);
            continue;
        }
        for (const auto& item : value.items) {
            take(item, where);
        }
    }
}

}  // namespace tinystacks::document
