#include "http/transport.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tinystacks::http {

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
            throw Error(ErrorKind::failed, "the answer is larger than {} bytes", limit);
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
    std::string text(host);
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
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

}  // namespace tinystacks::http
