#pragma once

#include "base/secret.hpp"
#include "process/launcher.hpp"

#include <optional>
#include <string>

namespace tinystacks::connection::detail {

/// The desktop's keyring (freedesktop.org's Secret Service), through the program secret-tool: three seconds for each
/// question, secrets by standard input and output only. Source: secret-tool(1); security requirements CR-02, CR-04.
class Keyring {
public:
    Keyring(const process::Environment& environment, const process::MakeLauncher& make_launcher)
        : environment_(environment), make_launcher_(make_launcher)
    {}

    /// Whether the session has a message bus and this machine the program.
    [[nodiscard]] bool is_there() const;

    /// Whether it could be stored: not when the keyring is locked, missing or silent.
    [[nodiscard]] bool store(const std::string& name, const Secret& secret) const;
    /// Empty when it has none of this name. Throws Error{unavailable} when it does not answer.
    [[nodiscard]] std::optional<Secret> find(const std::string& name) const;
    void clear(const std::string& name) const;

private:
    [[nodiscard]] process::Finished run(std::vector<std::string> words, const std::string& name,
                                        const std::string& input) const;

    const process::Environment& environment_;
    const process::MakeLauncher& make_launcher_;
};

}  // namespace tinystacks::connection::detail
