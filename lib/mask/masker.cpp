#include "mask/masker.hpp"

#include "mask/detail/automaton.hpp"
#include "mask/detail/forms.hpp"

#include <algorithm>
#include <iterator>

namespace tinystacks::mask {
namespace {

constexpr std::string_view stars = "***";

}  // namespace

void Secrets::add(std::string_view value)
{
    if (value.size() < shortest_secret) {
        return;
    }
    const auto added = forms_of(value);
    std::vector<std::string> all;
    all.reserve(forms_.size() + added.size());
    std::ranges::set_union(forms_, added, std::back_inserter(all));
    forms_ = std::move(all);
    automaton_.reset();
}

std::shared_ptr<const Automaton> Secrets::automaton() const
{
    if (!automaton_) {
        automaton_ = std::make_shared<const Automaton>(forms_);
    }
    return automaton_;
}

bool Secrets::found_in(std::string_view text) const
{
    const auto finder = automaton();
    std::size_t state = 0;
    return std::ranges::any_of(text, [&](char byte) {
        state = finder->step(state, byte);
        return finder->match(state) != 0;
    });
}

std::string Secrets::hide(std::string_view text) const
{
    if (empty()) {
        return std::string(text);
    }
    std::string shown;
    Masker masker(*this);
    masker.feed(text, shown);
    masker.finish(shown);
    return shown;
}

/// Secrets that overlap are hidden as one, written once nothing that may still become a secret reaches into it.
void Masker::feed(std::string_view bytes, std::string& out)
{
    std::string joined;
    auto at = held_.size();
    if (!held_.empty()) {
        joined = std::move(held_);
        joined += bytes;
        bytes = joined;
    }
    std::size_t begin = 0;  // the first byte that is not in `out` yet
    auto secret = secret_;
    while (at < bytes.size()) {
        if (state_ == 0) {
            at = automaton_->skip(bytes, at);
            if (at >= bytes.size()) {
                at = bytes.size();
                break;
            }
        }
        state_ = automaton_->step(state_, bytes[at++]);
        if (secret.end != 0 && at - automaton_->depth(state_) >= secret.end) {
            out.append(bytes.substr(begin, secret.begin - begin)).append(stars);
            begin = secret.end;
            secret = {};
        }
        if (const auto length = automaton_->match(state_); length != 0) {
            secret.begin = secret.end == 0 ? at - length : std::min(secret.begin, at - length);
            secret.end = at;
        }
    }
    if (secret.end == 0) {
        const auto certain = bytes.size() - automaton_->depth(state_);
        out.append(bytes.substr(begin, certain - begin));
        begin = certain;
        secret_ = {};
    } else {
        secret_ = {secret.begin - begin, secret.end - begin};
    }
    held_ = bytes.substr(begin);
}

void Masker::finish(std::string& out)
{
    if (secret_.end != 0) {
        out.append(held_, 0, secret_.begin).append(stars);
    }
    out.append(held_, secret_.end);
    held_.clear();
    secret_ = {};
    state_ = 0;
}

}  // namespace tinystacks::mask
