#include "http/date.hpp"

#include <ctime>
#include <string>

namespace tinystacks::http {

std::optional<Time> find_date(std::string_view text)
{
    const std::string copy(text);
    std::tm parts = {};
    const auto* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    return Time(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace tinystacks::http
