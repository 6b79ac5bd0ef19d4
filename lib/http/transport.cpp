#include "http/transport.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

namespace tinystacks::http {
namespace {

std::string without_brackets(std::string_view host)
{
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    return std::string(in_brackets ? host.substr(1, host.size() - 2) : host);
}

}  // namespace

std::optional<std::string> Response::find_header(std::string_view name) const
{
    const auto wanted = to_lower(name);
    for (const auto& [key, value] : headers) {
        if (to_lower(key) == wanted) {
            return value;
        }
    }
    return std::nullopt;
}

OnBody keep_body(std::string& body, std::size_t limit)
{
    return [&body, limit](std::string_view piece) {
        if (piece.size() > limit - body.size()) {
            throw Error(ErrorKind::failed, "the answer is larger than {} MiB", static_cast<double>(limit) / (1 << 20));
        }
        body += piece;
    };
}

Exchange fetch(Transport& transport, const Request& request, const Interruption& interruption, std::size_t limit)
{
    Exchange exchange;
    exchange.response = transport.send(request, keep_body(exchange.body, limit), interruption);
    return exchange;
}

bool is_loopback(std::string_view host)
{
    const auto text = without_brackets(host);
    in_addr four = {};
    if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
        return (ntohl(four.s_addr) >> 24U) == 127;
    }
    in6_addr six = {};
    if (::inet_pton(AF_INET6, text.c_str(), &six) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&six);
    }
    return to_lower(text) == "localhost";
}

bool is_credentials_endpoint(std::string_view host)
{
    const auto text = without_brackets(host);
    if (text == "169.254.169.254" || text == "169.254.170.2" || text == "169.254.170.23") {
        return true;
    }
    in6_addr address = {};
    if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) {
        return false;
    }
    return std::ranges::any_of(std::array{"fd00:ec2::254", "fd00:ec2::23"}, [&](const char* known) {
        in6_addr other = {};
        return ::inet_pton(AF_INET6, known, &other) == 1 && IN6_ARE_ADDR_EQUAL(&address, &other);
    });
}

}  // namespace tinystacks::http
