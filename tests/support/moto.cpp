#include "tests/support/moto.hpp"

#include "base/text.hpp"

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace tinystacks::support {
namespace {

process::Command moto_command()
{
    process::Command command;
    command.argv = {"python3", "-u", TS_SUPPORT "/verifying_moto.py"};
    for (const auto* name : {"PATH", "HOME"}) {
        if (const char* value = std::getenv(name); value != nullptr) {
            command.environment[name] = value;
        }
    }
    return command;
}

}  // namespace

std::unique_ptr<Moto> Moto::start()
{
    try {
        return std::unique_ptr<Moto>(new Moto(moto_command()));
    } catch (const std::runtime_error& error) {
        const std::string_view words(error.what());
        const auto at = words.find("skipped: ");
        if (at == std::string_view::npos) {
            throw;
        }
        std::cerr << words.substr(at) << "\n";
        return nullptr;
    }
}

Moto::Moto(process::Command command) : server_(std::move(command))
{
    if (!server_.prints("ready\n")) {
        throw std::runtime_error("moto did not get ready: " + server_.printed());
    }
    const auto printed = server_.printed();
    for (const auto line : split(printed, '\n')) {
        const auto words = split(line, ' ');
        if (words.size() == 3 && words[0] == "key") {
            keys_.emplace_back(words[1], words[2]);
        } else if (words.size() == 2 && words[0] == "role") {
            role_ = words[1];
        }
    }
}

std::map<std::string, std::string> Moto::environment(std::size_t user) const
{
    const auto& [id, secret] = keys_.at(user);
    return {{"HOME", "/nonexistent"},
            {"AWS_ACCESS_KEY_ID", id},
            {"AWS_SECRET_ACCESS_KEY", secret},
            {"AWS_ENDPOINT_URL", "http://" + server_.host()},
            {"AWS_EC2_METADATA_DISABLED", "true"}};
}

}  // namespace tinystacks::support
