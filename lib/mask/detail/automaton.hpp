#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::mask {

/// Finds many texts at once: the automaton of Aho and Corasick (Communications of the ACM 18, 1975), entered only where
/// the shift table of Wu and Manber (TR 94-17, University of Arizona) says that a text may begin.
class Automaton {
public:
    /// `texts`: none empty.
    explicit Automaton(const std::vector<std::string>& texts);

    [[nodiscard]] std::size_t step(std::size_t state, char byte) const;
    /// How many of the bytes read last may be the beginning of a text.
    [[nodiscard]] std::size_t depth(std::size_t state) const { return states_[state].depth; }
    /// The length of the longest text that ends here; 0 when none does.
    [[nodiscard]] std::size_t match(std::size_t state) const { return states_[state].longest; }
    /// The first place at or after `from` where a text may begin, or that is too near the end to say.
    [[nodiscard]] std::size_t skip(std::string_view bytes, std::size_t from) const;

private:
    struct State {
        std::uint32_t fail = 0;
        std::uint32_t first_child = 0;
        std::uint32_t sibling = 0;
        std::uint32_t depth = 0;
        std::uint32_t longest = 0;
        unsigned char byte = 0;
    };

    [[nodiscard]] std::uint32_t child(std::size_t state, unsigned char byte) const;
    void add(std::string_view text);
    void link();
    void make_shifts(const std::vector<std::string>& texts);

    std::vector<State> states_;
    std::array<std::uint32_t, 256> from_root_ = {};
    std::size_t shortest_ = 0;
    std::vector<std::uint8_t> shifts_;  ///< by the last two bytes of the window
};

}  // namespace tinystacks::mask
