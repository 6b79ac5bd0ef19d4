#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::mask {

/// The secrets a run knows, in every form they are likely to be printed in. Values under six characters are not
/// registered: hiding them would hide ordinary words (CR-10).
///
/// Forms: as it is, each line of a multi-line value, JSON- and C-escaped, URI-encoded, XML-escaped, base64 in its three
/// alignments (plain and URL alphabet). One automaton finds all of them in one pass over the text.
class Secrets {
public:
    Secrets();
    Secrets(const Secrets&);
    Secrets(Secrets&&) noexcept;
    Secrets& operator=(Secrets);
    ~Secrets();

    void add(std::string_view value);
    [[nodiscard]] bool empty() const;
    /// Whether `text` holds a registered secret in any form.
    [[nodiscard]] bool found_in(std::string_view text) const;
    /// `text` with every occurrence replaced by ***.
    [[nodiscard]] std::string hide(std::string_view text) const;

private:
    friend class Masker;
    struct Automaton;
    std::shared_ptr<const Automaton> automaton() const;  ///< built on first use after a change

    std::vector<std::string> forms_;
    mutable std::shared_ptr<const Automaton> automaton_;  ///< shared by Secrets and the Maskers made from it
};

/// Replaces secrets in a stream, also where they are cut over several writes.
class Masker {
public:
    explicit Masker(const Secrets& secrets);
    Masker(Masker&&) noexcept;
    ~Masker();

    /// Appends to `out` what of the stream so far is certain; holds back at most the longest form's length.
    void feed(std::string_view bytes, std::string& out);
    /// Appends what was held back: the stream has paused or ended. A secret cut exactly here and completed by
    /// later writes is still hidden from the cut on: its rest counts as a continuation.
    void flush(std::string& out);

private:
    std::shared_ptr<const Secrets::Automaton> automaton_;
    std::string held_;
    std::size_t state_ = 0;
};

}  // namespace tinystacks::mask
