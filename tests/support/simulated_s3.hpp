#pragma once

#include "base/time.hpp"
#include "http/transport.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace tinystacks::support {

/// One bucket as S3 answers for it, in virtual time: strongly consistent, creates with If-None-Match: * and lists in
/// the order of keys. Only what a ledger asks. Source: Amazon S3 API Reference, PutObject, GetObject, ListObjectsV2.
class SimulatedS3 {
public:
    [[nodiscard]] http::Response answer(const http::Request& request, std::string& body);

    Time now;
    std::map<std::string, std::string> objects;
    std::size_t requests = 0;

private:
    [[nodiscard]] http::Response put(const http::Request& request, const std::string& key, std::string& body);
    [[nodiscard]] std::string list(const std::map<std::string, std::string>& query) const;
};

/// An answer of S3 that refuses, with its body.
[[nodiscard]] http::Response refuse(int status, const std::string& code, std::string& body);

}  // namespace tinystacks::support
