#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace tinystacks::http {

/// How long the network may keep us waiting, whatever a request allows.
struct NetworkLimits {
    std::chrono::milliseconds connect = std::chrono::seconds(10);  ///< name, connection and TLS
    std::chrono::seconds stall = std::chrono::seconds(30);         ///< with less than 1 KiB a second
};

/// The real network, through libcurl, which is opened at the first send (its start costs 10 ms).
///
/// TLS 1.2 or newer with the certificate and its name checked; no redirect, cookie, .netrc or decompression. Connecting
/// may take 10 s, a stall 30 s, all of it `Request::timeout`. Of a URL that a server named, every address is looked at
/// when it is connected to. Several threads may send at once; connections are kept for the next request to the same
/// host. Source: security requirements HC-01 to HC-06 and HC-09 to HC-11.
class CurlTransport final : public Transport {
public:
    /// Of `environment` are read: HTTPS_PROXY and NO_PROXY (the lower-case names first, as curl does),
    /// CURL_CA_BUNDLE, else SSL_CERT_FILE: the certificates to trust instead of the system's, and
    /// TINYSTACKS_ALLOW_HOSTS: names, with commas between them, to which a server's URLs may lead anyhow.
    explicit CurlTransport(const std::map<std::string, std::string>& environment, const NetworkLimits& limits = {});
    ~CurlTransport() override;

    Response send(const Request& request, const OnBody& on_body, const Interruption& interruption) override;

private:
    struct Connections;
    std::unique_ptr<Connections> connections_;
};

}  // namespace tinystacks::http
