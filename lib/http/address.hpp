#pragma once

#include <string_view>

#include <sys/socket.h>

namespace tinystacks::http {

/// Whether an address lies in the public network: not this machine, a private, shared, link-local, site-local or
/// benchmarking network, a group of hosts, or one of these inside an IPv6 address that stands for it. What is neither
/// IPv4 nor IPv6 is not. Source: IANA's registries of special-purpose addresses; RFC 4291, 6052, 3056; security
/// requirement HC-09.
[[nodiscard]] bool is_public(const sockaddr& address);

/// Whether `host`, without port, IPv6 with or without brackets, is an address that is not public, or localhost. Other
/// names are known only when they are connected to.
[[nodiscard]] bool is_inside(std::string_view host);

}  // namespace tinystacks::http
