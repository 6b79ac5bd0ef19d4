#include "mask/detail/automaton.hpp"

#include <algorithm>

namespace tinystacks::mask {
namespace {

constexpr std::size_t pairs = 65536;
constexpr std::size_t longest_window = 32;  ///< a longer one skips hardly more

std::size_t pair_at(std::string_view bytes, std::size_t at)
{
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]) << 8U) |
           static_cast<unsigned char>(bytes[at + 1]);
}

}  // namespace

Automaton::Automaton(const std::vector<std::string>& texts)
{
    states_.emplace_back();
    for (const auto& text : texts) {
        add(text);
    }
    link();
    make_shifts(texts);
}

std::uint32_t Automaton::child(std::size_t state, unsigned char byte) const
{
    if (state == 0) {
        return from_root_[byte];
    }
    auto next = states_[state].first_child;
    while (next != 0 && states_[next].byte != byte) {
        next = states_[next].sibling;
    }
    return next;
}

void Automaton::add(std::string_view text)
{
    std::size_t at = 0;
    for (const unsigned char byte : text) {
        auto next = child(at, byte);
        if (next == 0) {
            next = static_cast<std::uint32_t>(states_.size());
            State state;
            state.byte = byte;
            state.depth = states_[at].depth + 1;
            state.sibling = states_[at].first_child;
            states_.push_back(state);
            states_[at].first_child = next;
            if (at == 0) {
                from_root_[byte] = next;
            }
        }
        at = next;
    }
    states_[at].longest = static_cast<std::uint32_t>(text.size());
}

/// Breadth first, so that a state's failure link is set before its children need it.
void Automaton::link()
{
    std::vector<std::uint32_t> queue;
    for (auto state = states_[0].first_child; state != 0; state = states_[state].sibling) {
        queue.push_back(state);
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const auto parent = queue[i];
        for (auto state = states_[parent].first_child; state != 0; state = states_[state].sibling) {
            const auto fail =
                static_cast<std::uint32_t>(step(states_[parent].fail, static_cast<char>(states_[state].byte)));
            states_[state].fail = fail;
            states_[state].longest = std::max(states_[state].longest, states_[fail].longest);
            queue.push_back(state);
        }
    }
}

void Automaton::make_shifts(const std::vector<std::string>& texts)
{
    shortest_ = longest_window;
    for (const auto& text : texts) {
        shortest_ = std::min(shortest_, text.size());
    }
    if (texts.empty() || shortest_ < 2) {
        shortest_ = 0;
        return;
    }
    shifts_.assign(pairs, static_cast<std::uint8_t>(shortest_ - 1));
    for (const auto& text : texts) {
        for (std::size_t at = 0; at + 1 < shortest_; ++at) {
            auto& shift = shifts_[pair_at(text, at)];
            shift = std::min(shift, static_cast<std::uint8_t>(shortest_ - 2 - at));
        }
    }
}

std::size_t Automaton::step(std::size_t state, char byte) const
{
    const auto value = static_cast<unsigned char>(byte);
    while (true) {
        if (const auto next = child(state, value); next != 0) {
            return next;
        }
        if (state == 0) {
            return 0;
        }
        state = states_[state].fail;
    }
}

std::size_t Automaton::skip(std::string_view bytes, std::size_t from) const
{
    if (shortest_ == 0) {
        return states_.size() == 1 ? bytes.size() : from;
    }
    while (from + shortest_ <= bytes.size()) {
        const auto shift = shifts_[pair_at(bytes, from + shortest_ - 2)];
        if (shift == 0) {
            return from;
        }
        from += shift;
    }
    return from;
}

}  // namespace tinystacks::mask
