// Shows what lib/aws decides, for tests that hold it against botocore.
//
//   aws_probe sign                 headers to add to each JSON request, one a line on stdin
//   aws_probe keys REGION [flag]   the credentials that the environment leads to, or the error
//   aws_probe endpoint REGION SERVICE...
//   aws_probe child REGION         the environment of a child that may use those credentials and nothing else
#include "aws/chain.hpp"
#include "aws/child_environment.hpp"
#include "aws/endpoint.hpp"
#include "aws/sign.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "http/curl_transport.hpp"
#include "process/guarded_launcher.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

#include <unistd.h>

using namespace tinystacks;

namespace {

std::map<std::string, std::string> environment_of_process()
{
    std::map<std::string, std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const auto equals = text.find('='); equals != std::string_view::npos) {
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return environment;
}

void sign_lines()
{
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto request = nlohmann::json::parse(line);
        const auto text = [&](const char* key) { return request.value(key, std::string()); };
        aws::Credentials keys;
        keys.access_key_id = text("access_key_id");
        keys.secret_access_key = Secret(text("secret_access_key"));
        keys.session_token = Secret(text("session_token"));
        const auto payload =
            request.contains("body_file") ? sha256_hex_of_file(text("body_file")) : sha256_hex(text("body"));
        const auto added = aws::sign({text("method"), text("host"), text("path"), request.value("query", aws::Query()),
                                      request.value("headers", http::Headers()), payload},
                                     keys, {text("region"), text("service")}, find_rfc3339(text("time")).value());
        std::cout << nlohmann::json(added).dump() << "\n";
    }
}

aws::Credentials find_keys(const std::string& region, aws::ProfileChoice choice)
{
    const auto environment = environment_of_process();
    http::CurlTransport transport(environment);
    process::GuardedLauncher launcher;
    const auto chain = aws::make_chain(
        {{transport, environment, system_time, http::real_patience()}, launcher, region, "session", choice});
    return chain->get({});
}

nlohmann::json to_json(const aws::Credentials& keys)
{
    return {{"access_key_id", keys.access_key_id},
            {"secret_access_key", keys.secret_access_key.reveal()},
            {"session_token", keys.session_token.reveal()},
            {"source", keys.source}};
}

}  // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        if (arguments.size() == 1 && arguments[0] == "sign") {
            sign_lines();
        } else if (arguments.size() >= 2 && arguments[0] == "keys") {
            const auto choice = arguments.size() > 2 ? aws::ProfileChoice::flag : aws::ProfileChoice::environment;
            std::cout << to_json(find_keys(arguments[1], choice)).dump() << "\n";
        } else if (arguments.size() == 2 && arguments[0] == "child") {
            const auto keys = find_keys(arguments[1], aws::ProfileChoice::environment);
            std::cout << nlohmann::json(aws::child_environment(environment_of_process(), keys, arguments[1])).dump()
                      << "\n";
        } else if (arguments.size() >= 3 && arguments[0] == "endpoint") {
            for (std::size_t i = 2; i < arguments.size(); ++i) {
                std::cout << aws::find_endpoint(arguments[i], arguments[1], environment_of_process()).url << "\n";
            }
        } else {
            return 2;
        }
    } catch (const Error& error) {
        std::cout << nlohmann::json{{"error", error.what()}, {"kind", to_string(error.kind())}}.dump() << "\n";
    }
    return 0;
}
