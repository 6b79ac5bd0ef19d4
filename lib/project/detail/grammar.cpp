#include "project/detail/grammar.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::project::detail {
namespace {

bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c)
{
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

/// Whether `text` has `least` to `most` characters, all letters, digits or of `punctuation`.
bool is_word(std::string_view text, std::string_view punctuation, std::size_t least, std::size_t most)
{
    return text.size() >= least && text.size() <= most && std::ranges::all_of(text, [&](char c) {
               return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
           });
}

bool is_digits(std::string_view text, std::size_t least, std::size_t most)
{
    return text.size() >= least && text.size() <= most && std::ranges::all_of(text, is_digit);
}

bool has_blank_or_control(std::string_view text)
{
    return std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

bool is_host(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && !is_digits(text.substr(colon + 1), 1, 5)) {
        return false;
    }
    return std::ranges::all_of(split(text.substr(0, colon), '.'),
                               [](auto label) { return is_word(label, "-", 1, 63); });
}

}  // namespace

bool is_account(std::string_view text)
{
    return is_digits(text, 12, 12);
}

bool is_region(std::string_view text)
{
    const auto parts = split(text, '-');
    return parts.size() >= 3 && parts.front().size() == 2 && is_digits(parts.back(), 1, 2) &&
           std::all_of(parts.begin(), parts.end() - 1,
                       [](auto part) { return !part.empty() && std::ranges::all_of(part, is_lower); });
}

std::optional<Arn> find_arn(std::string_view text, std::string_view service)
{
    auto parts = split(text, ':');
    if (parts.size() < 6 || parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != service) {
        return std::nullopt;
    }
    const auto resource = text.substr(static_cast<std::size_t>(parts[5].data() - text.data()));
    const auto partition_fits = std::ranges::all_of(parts[1], [](char c) { return is_lower(c) || c == '-'; });
    if (!partition_fits || !is_account(parts[4]) || !(service == "iam" ? parts[3].empty() : is_region(parts[3]))) {
        return std::nullopt;
    }
    return Arn{std::string(parts[3]), std::string(parts[4]), std::string(resource)};
}

bool is_role(std::string_view text)
{
    const auto arn = find_arn(text, "iam");
    return arn && arn->resource.starts_with("role/") && is_word(arn->resource.substr(5), "_+=,.@/-", 1, 576);
}

bool is_external_id(std::string_view text)
{
    return is_word(text, "_+=,.@:/-", 2, 1224);
}

bool is_bucket(std::string_view text)
{
    const auto fits = [](char c) { return is_lower(c) || is_digit(c); };
    return text.size() >= 3 && text.size() <= 63 && fits(text.front()) && fits(text.back()) &&
           std::ranges::all_of(text, [&](char c) { return fits(c) || c == '.' || c == '-'; });
}

bool is_control(std::string_view text)
{
    if (text == "embedded") {
        return true;
    }
    const auto is_secure = text.starts_with("https://");
    if (!is_secure && !text.starts_with("http://")) {
        return false;
    }
    const auto rest = text.substr(is_secure ? 8 : 7);
    const auto slash = rest.find('/');
    const auto authority = rest.substr(0, slash);
    const auto path = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    if (!is_word(path, "._/-", 1, 1024)) {
        return false;
    }
    if (authority.starts_with("[::1]")) {
        const auto port = authority.substr(5);
        return !is_secure && (port.empty() || (port.front() == ':' && is_digits(port.substr(1), 1, 5)));
    }
    const auto host = authority.substr(0, authority.find(':'));
    return is_host(authority) && (is_secure || host == "localhost" || host == "127.0.0.1");
}

bool is_inner_path(std::string_view text)
{
    return !text.empty() && text.front() != '/' && text.find('\\') == std::string_view::npos &&
           !has_blank_or_control(text) &&
           std::ranges::none_of(split(text, '/'), [](auto part) { return part == ".."; });
}

bool is_url_path(std::string_view text)
{
    return text.starts_with('/') && !has_blank_or_control(text);
}

bool is_ecs_cluster(std::string_view text)
{
    const auto arn = find_arn(text, "ecs");
    return is_word(text, "_-", 1, 255) ||
           (arn && arn->resource.starts_with("cluster/") && is_word(arn->resource.substr(8), "_-", 1, 255));
}

bool is_ecs_service(std::string_view text)
{
    const auto arn = find_arn(text, "ecs");
    return is_word(text, "_-", 1, 255) ||
           (arn && arn->resource.starts_with("service/") && is_word(arn->resource.substr(8), "_/-", 1, 511));
}

bool is_lambda_function(std::string_view text)
{
    const auto arn = find_arn(text, "lambda");
    return is_word(text, "_-", 1, 64) ||
           (arn && arn->resource.starts_with("function:") && is_word(arn->resource.substr(9), "_-", 1, 64));
}

}  // namespace tinystacks::project::detail
