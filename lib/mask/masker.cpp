#include "mask/masker.hpp"

#include "mask/detail/automaton.hpp"
#include "mask/detail/forms.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tinystacks::mask {
namespace {

constexpr std::string_view stars = "***";

/// An AWS access key's id. Source: IAM User Guide, "Unique identifiers".
constexpr std::size_t key_id_size = 20;

/// Whether `text` can be the beginning of a key's id, or all of it.
bool begins_key_id(std::string_view text)
{
    constexpr std::string_view long_term = "AKIA";
    constexpr std::string_view temporary = "ASIA";
    const auto kind = text.substr(0, long_term.size());
    return (long_term.starts_with(kind) || temporary.starts_with(kind)) &&
           std::ranges::all_of(text.substr(kind.size()),
                               [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

}  // namespace

void Secrets::add(std::string_view value)
{
    if (value.size() < shortest_secret) {
        return;
    }
    const auto added = forms_of(value);
    if (std::ranges::includes(forms_, added)) {
        return;  // the automaton stays
    }
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
    std::string shown;
    Masker masker(*this);
    masker.feed(text, shown);
    masker.finish(shown);
    return shown;
}

void Masker::feed(std::string_view bytes, std::string& out)
{
    const auto begin = out.size();
    out += std::exchange(key_id_, {});
    hide_secrets(bytes, out);
    hide_key_ids(begin, out);
}

/// Holds back what may be the beginning of a key's id.
void Masker::hide_key_ids(std::size_t begin, std::string& out)
{
    for (auto at = out.find('A', begin); at != std::string::npos; at = out.find('A', at)) {
        const auto candidate = std::string_view(out).substr(at, key_id_size);
        if (!begins_key_id(candidate)) {
            ++at;
        } else if (candidate.size() < key_id_size) {
            key_id_ = candidate;
            out.resize(at);
        } else {
            out.replace(at, key_id_size, stars);
            at += stars.size();
        }
    }
}

/// Secrets that overlap are hidden as one, written once nothing that may still become a secret reaches into it.
void Masker::hide_secrets(std::string_view bytes, std::string& out)
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
    const auto begin = out.size();
    out += std::exchange(key_id_, {});
    if (secret_.end != 0) {
        out.append(held_, 0, secret_.begin).append(stars);
    }
    out.append(held_, secret_.end);
    hide_key_ids(begin, out);
    out += std::exchange(key_id_, {});
    held_.clear();
    secret_ = {};
    state_ = 0;
}

}  // namespace tinystacks::mask
