#include "tests/support/aws_desk.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <cstdlib>

namespace tinystacks::support {

AwsDesk::AwsDesk() : now(*find_rfc3339("2026-11-24T10:00:00Z"))
{
    const char* path = std::getenv("PATH");
    environment = {{"HOME", home.path()},
                   {"PATH", home.path().string() + "/bin:" + (path == nullptr ? "/usr/bin:/bin" : path)}};
}

void AwsDesk::write(const std::string& name, const std::string& text, unsigned mode)
{
    create_private_directories((home.path() / name).parent_path());
    replace_file(home.path() / name, text, mode);
}

void AwsDesk::set_keys()
{
    environment["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
    environment["AWS_SECRET_ACCESS_KEY"] = "SENTINEL-SECRET";
    environment["AWS_SESSION_TOKEN"] = "SENTINEL-TOKEN";
}

aws::Client::World AwsDesk::world()
{
    const auto wait = [this](std::chrono::milliseconds duration, const Interruption& interruption) {
        if (interruption.requested()) {
            throw Interrupted();
        }
        waited.push_back(duration);
        now += duration;
    };
    const auto clock = [this] { return now; };
    return {transport,
            environment,
            clock,
            {[this] { return std::chrono::steady_clock::time_point(now.time_since_epoch()); }, clock, wait,
             [] { return 0.5; }}};
}

std::unique_ptr<aws::CredentialSource> AwsDesk::chain(aws::ProfileChoice choice, const std::string& region)
{
    return aws::make_chain({world(), launcher, region, "ts-test", choice});
}

std::string AwsDesk::header(std::size_t index, const std::string& name) const
{
    return http::Response{0, transport.requests().at(index).headers}.find_header(name).value_or("none");
}

}  // namespace tinystacks::support
