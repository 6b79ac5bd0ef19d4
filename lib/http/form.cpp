#include "http/form.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace tinystacks::http {
namespace {

std::string decoded(std::string_view text)
{
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return find_percent_decoded(spaced).value_or(spaced);
}

}  // namespace

std::string form_encode(const Form& form)
{
    std::string text;
    for (const auto& [name, value] : form) {
        text += (text.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    }
    return text;
}

Form parse_form(std::string_view text)
{
    Form form;
    for (const auto part : split(text, '&')) {
        const auto equals = std::min(part.find('='), part.size());
        if (!part.empty()) {
            form.emplace_back(decoded(part.substr(0, equals)), decoded(part.substr(std::min(equals + 1, part.size()))));
        }
    }
    return form;
}

std::optional<std::string> find_value(const Form& form, std::string_view name)
{
    const auto found = std::ranges::find(form, name, [](const auto& pair) { return std::string_view(pair.first); });
    return found == form.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tinystacks::http
