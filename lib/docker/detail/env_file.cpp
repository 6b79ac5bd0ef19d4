#include "docker/detail/env_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace tinystacks::docker::detail {
namespace {

constexpr std::size_t line_limit = 65'000;  ///< docker reads at most 64 KiB a line

bool is_name(const std::string& name)
{
    const auto is_wrong = [](unsigned char c) { return c <= ' ' || c == '=' || c == 0x7F; };
    return !name.empty() && name.front() != '#' && std::ranges::none_of(name, is_wrong) && is_utf8(name);
}

}  // namespace

std::string env_file(const std::map<std::string, std::string>& environment)
{
    std::string text;
    for (const auto& [name, value] : environment) {
        if (!is_name(name)) {
            throw Error(ErrorKind::invalid_input, "'{}' cannot be the name of a container's variable", printable(name));
        }
        if (value.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
            throw Error(ErrorKind::invalid_input,
                        "variable '{}' holds a line break, which docker's --env-file cannot carry", name);
        }
        if (!is_utf8(value)) {
            throw Error(ErrorKind::invalid_input,
                        "variable '{}' is not UTF-8 text, and docker's --env-file takes nothing else", name);
        }
        if (name.size() + value.size() > line_limit) {
            throw Error(ErrorKind::invalid_input,
                        "variable '{}' is longer than {} bytes, which docker's --env-file cannot carry", name,
                        line_limit);
        }
        text += name + "=" + value + "\n";
    }
    return text;
}

}  // namespace tinystacks::docker::detail
