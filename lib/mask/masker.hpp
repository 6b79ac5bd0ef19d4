#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::mask {

class Automaton;

/// The secrets a run knows, in every form they are likely to be printed in. Values under six characters are not
/// registered: hiding them would hide ordinary words (security requirement CR-10).
///
/// Forms: as it is, each line of a multi-line value, JSON- and C-escaped, URI-encoded, XML-escaped, base64 in its three
/// alignments (plain and URL alphabet). One automaton finds all of them in one pass over the text. Ids of AWS access
/// keys are hidden too, whether registered or not.
class Secrets {
public:
    void add(std::string_view value);
    [[nodiscard]] bool empty() const { return forms_.empty(); }
    /// Whether `text` holds a registered secret in any form.
    [[nodiscard]] bool found_in(std::string_view text) const;
    /// `text` with every occurrence replaced by ***.
    [[nodiscard]] std::string hide(std::string_view text) const;

private:
    friend class Masker;
    /// Built on first use after a change. Not thread-safe.
    std::shared_ptr<const Automaton> automaton() const;

    std::vector<std::string> forms_;                      ///< sorted, no two equal
    mutable std::shared_ptr<const Automaton> automaton_;  ///< shared by Secrets and the Maskers made from it
};

/// Replaces secrets in a stream, also where they are cut over several writes.
class Masker {
public:
    explicit Masker(const Secrets& secrets) : automaton_(secrets.automaton()) {}

    /// Appends to `out` what of the stream so far is certain; holds back what may be the beginning of a secret.
    void feed(std::string_view bytes, std::string& out);
    /// The stream has ended: appends what was held back.
    void finish(std::string& out);

private:
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;  ///< 0: none
    };

    void hide_secrets(std::string_view bytes, std::string& out);
    void hide_key_ids(std::size_t begin, std::string& out);

    std::shared_ptr<const Automaton> automaton_;
    std::string key_id_;     ///< what may be the beginning of an AWS access key's id
    std::string held_;       ///< what was read and is not certain yet
    std::size_t state_ = 0;  ///< of the automaton, after held_
    Range secret_;           ///< a secret that was found in held_
};

}  // namespace tinystacks::mask
