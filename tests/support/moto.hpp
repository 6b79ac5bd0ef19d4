#pragma once

#include "tests/support/server.hpp"

#include <map>
#include <memory>
#include <string>

namespace tinystacks::support {

/// moto with signatures and policies checked: tests/support/verifying_moto.py.
class Moto {
public:
    /// nullptr, and the reason on standard error, when moto is not installed.
    [[nodiscard]] static std::unique_ptr<Moto> start();

    /// The environment of the user who may do anything.
    [[nodiscard]] std::map<std::string, std::string> admin() const { return environment(0); }
    /// That of one who may call STS only.
    [[nodiscard]] std::map<std::string, std::string> guest() const { return environment(1); }
    /// May be assumed by the admin with the external id "shop/1", and may call ECS and S3.
    [[nodiscard]] const std::string& role() const { return role_; }

private:
    explicit Moto(process::Command command);
    [[nodiscard]] std::map<std::string, std::string> environment(std::size_t user) const;

    Server server_;
    std::vector<std::pair<std::string, std::string>> keys_;
    std::string role_;
};

}  // namespace tinystacks::support
