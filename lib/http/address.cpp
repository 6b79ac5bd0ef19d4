#include "http/address.hpp"

#include "http/transport.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace tinystacks::http {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Network {
    const char* address;
    unsigned bits;
};

constexpr std::array inside_four = {Network{"0.0.0.0", 8},    Network{"10.0.0.0", 8},     Network{"100.64.0.0", 10},
                                    Network{"127.0.0.0", 8},  Network{"169.254.0.0", 16}, Network{"172.16.0.0", 12},
                                    Network{"192.0.0.0", 24}, Network{"192.168.0.0", 16}, Network{"198.18.0.0", 15},
                                    Network{"224.0.0.0", 4},  Network{"240.0.0.0", 4}};

constexpr std::array inside_six = {Network{"::", 128},    Network{"::1", 128},       Network{"fc00::", 7},
                                   Network{"fe80::", 10}, Network{"fec0::", 10},     Network{"ff00::", 8},
                                   Network{"100::", 64},  Network{"64:ff9b:1::", 48}};

/// Networks whose addresses stand for one of IPv4, and the byte at which that begins.
struct Stand {
    Network network;
    std::size_t at;
};
constexpr std::array stands = {Stand{{"::ffff:0:0", 96}, 12}, Stand{{"::", 96}, 12}, Stand{{"64:ff9b::", 96}, 12},
                               Stand{{"2002::", 16}, 2}};

bool is_in(const Bytes& address, const Network& network, int family)
{
    Bytes other = {};
    if (::inet_pton(family, network.address, other.data()) != 1) {
        return false;
    }
    for (unsigned bit = 0; bit < network.bits; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
        if (((address.at(bit / 8) ^ other.at(bit / 8)) & mask) != 0) {
            return false;
        }
    }
    return true;
}

bool is_public_four(const Bytes& address)
{
    return std::ranges::none_of(inside_four, [&](const Network& network) { return is_in(address, network, AF_INET); });
}

bool is_public_six(const Bytes& address)
{
    if (std::ranges::any_of(inside_six, [&](const Network& network) { return is_in(address, network, AF_INET6); })) {
        return false;
    }
    for (const auto& [network, at] : stands) {
        if (is_in(address, network, AF_INET6)) {
            Bytes four = {};
            std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(at), 4, four.begin());
            return is_public_four(four);
        }
    }
    return true;
}

}  // namespace

bool is_public(const sockaddr& address)
{
    Bytes bytes = {};
    if (address.sa_family == AF_INET) {
        sockaddr_in four = {};
        std::memcpy(&four, &address, sizeof four);
        std::memcpy(bytes.data(), &four.sin_addr, sizeof four.sin_addr);
        return is_public_four(bytes);
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 six = {};
        std::memcpy(&six, &address, sizeof six);
        std::memcpy(bytes.data(), &six.sin6_addr, sizeof six.sin6_addr);
        return is_public_six(bytes);
    }
    return false;
}

bool is_inside(std::string_view host)
{
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const std::string text(in_brackets ? host.substr(1, host.size() - 2) : host);
    Bytes bytes = {};
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        return !is_public_four(bytes);
    }
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        return !is_public_six(bytes);
    }
    return is_loopback(host);
}

}  // namespace tinystacks::http
