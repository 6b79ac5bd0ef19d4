#include "aws/sign.hpp"

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

namespace tinystacks::aws {
namespace {

bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Without space around it, and with single spaces within.
std::string collapsed(std::string_view value)
{
    std::string text;
    bool gap = false;
    for (const char c : value) {
        if (is_blank(c)) {
            gap = !text.empty();
            continue;
        }
        if (gap) {
            text += ' ';
        }
        gap = false;
        text += c;
    }
    return text;
}

/// Without ".", ".." and empty segments. Source: RFC 3986, section 5.2.4; AWS also drops double slashes.
std::string without_dot_segments(std::string_view path)
{
    std::vector<std::string> kept;
    for (const auto segment : split(path, '/')) {
        if (segment == "..") {
            if (!kept.empty()) {
                kept.pop_back();
            }
        } else if (!segment.empty() && segment != ".") {
            kept.emplace_back(segment);
        }
    }
    const bool folder = path.ends_with('/') && !kept.empty();
    return "/" + join(kept, "/") + (folder ? "/" : "");
}

std::string canonical_path(const std::string& path, const Scope& scope)
{
    if (scope.service == "s3") {
        return path.empty() ? "/" : path;
    }
    return http::percent_encode(without_dot_segments(path), http::Slash::keep);
}

bool is_signed(std::string_view name)
{
    constexpr std::array changed_on_the_way = {"authorization",
                                               "connection",
                                               "expect",
                                               "keep-alive",
                                               "proxy-authenticate",
                                               "proxy-authorization",
                                               "te",
                                               "trailer",
                                               "upgrade",
                                               "user-agent",
                                               "transfer-encoding",
                                               "x-amzn-trace-id"};
    return std::ranges::find(changed_on_the_way, name) == changed_on_the_way.end();
}

/// Lower-case names in order, each with its values joined.
std::map<std::string, std::string> canonical_headers(const Signable& request, const http::Headers& added)
{
    std::map<std::string, std::string> canonical;
    for (const auto* headers : {&request.headers, &added}) {
        for (const auto& [key, value] : *headers) {
            const auto name = to_lower(key);
            if (!is_signed(name)) {
                continue;
            }
            const auto [entry, is_new] = canonical.emplace(name, collapsed(value));
            if (!is_new) {
                entry->second += "," + collapsed(value);
            }
        }
    }
    canonical.emplace("host", request.host);  // unless it is there
    return canonical;
}

/// 20150830T123600Z
std::string basic_time(Time time)
{
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts = {};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string signing_key(const Secret& secret, const std::string& day, const Scope& scope)
{
    const auto of_day = hmac_sha256("AWS4" + secret.reveal(), day);
    return hmac_sha256(hmac_sha256(hmac_sha256(of_day, scope.region), scope.service), "aws4_request");
}

}  // namespace

http::Headers sign(const Signable& request, const Credentials& keys, const Scope& scope, Time now)
{
    const auto time = basic_time(now);
    const auto day = time.substr(0, 8);
    http::Headers added = {{"X-Amz-Date", time}};
    if (!keys.session_token.empty()) {
        added.emplace_back("X-Amz-Security-Token", keys.session_token.reveal());
    }
    if (scope.service == "s3") {
        added.emplace_back("X-Amz-Content-Sha256", request.payload);
    }
    std::string lines;
    std::string names;
    for (const auto& [name, value] : canonical_headers(request, added)) {
        lines += name + ":" + value + "\n";
        names += (names.empty() ? "" : ";") + name;
    }
    const auto canonical =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", to_upper(request.method), canonical_path(request.path, scope),
                    canonical_query(request.query), lines, names, request.payload);
    const auto where = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
    const auto to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, where, sha256_hex(canonical));
    const auto signature = to_hex(hmac_sha256(signing_key(keys.secret_access_key, day, scope), to_sign));
    added.emplace_back("Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                                    keys.access_key_id, where, names, signature));
    return added;
}

std::string canonical_query(const Query& query)
{
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : query) {
        encoded.emplace_back(http::percent_encode(name), http::percent_encode(value));
    }
    std::ranges::sort(encoded);
    std::string text;
    for (const auto& [name, value] : encoded) {
        text += (text.empty() ? "" : "&") + name + "=" + value;
    }
    return text;
}

}  // namespace tinystacks::aws
