#pragma once

#include "http/transport.hpp"

#include <map>
#include <memory>
#include <string>

namespace tinystacks::http {

/// The real network, through libcurl, which is opened at the first send (its start costs 10 ms).
///
/// TLS 1.2 or newer with the certificate and its name checked; no redirect, cookie, .netrc or decompression. Connecting
/// may take 10 s, a silence (less than a byte a second) 30 s, all of it `Request::timeout`. Several threads may send at
/// once; connections are kept for the next request to the same host. Source: security requirements HC-01 to HC-06,
/// HC-10 and HC-11.
class CurlTransport final : public Transport {
public:
    /// Of `environment` are read: HTTPS_PROXY and NO_PROXY (the lower-case names first, as curl does), and
    /// CURL_CA_BUNDLE, else SSL_CERT_FILE: the certificates to trust instead of the system's.
    explicit CurlTransport(const std::map<std::string, std::string>& environment);
    ~CurlTransport() override;

    Response send(const Request& request, const OnBody& on_body, const Interruption& interruption) override;

private:
    struct Connections;
    std::unique_ptr<Connections> connections_;
};

}  // namespace tinystacks::http
