#include "deployment/detail/observer.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/service_desk.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;

namespace {

class Notes final : public log::Sink {
public:
    void write(const log::Event& event) override
    {
        if (const auto* note = std::get_if<log::Note>(&event.body)) {
            messages.push_back(note->message);
        }
    }
    std::vector<std::string> messages;
};

}  // namespace

TEST_CASE("Observer goes on watching when its record cannot be written", "[deployment]")
{
    support::ServiceDesk desk;
    aws::Ecs ecs{desk.client};
    aws::Elbv2 elbv2{desk.client};
    aws::Lambda lambda{desk.client};
    aws::Logs logs{desk.client};
    Notes notes;
    int written = 0;
    deployment::Observer observer({ecs,
                                   elbv2,
                                   lambda,
                                   logs,
                                   [&] { return desk.now; },
                                   {},
                                   notes,
                                   "dev",
                                   "us-east-1",
                                   [&](const deployment::Observation&) {
                                       ++written;
                                       throw Error(ErrorKind::failed, "no space left on device");
                                   }},
                                  "lambda");
    observer.observe({desk.now, "Baseline", {{"target", "lambda"}}});
    observer.observe({desk.now, "GetFunctionConfiguration", {{"State", "Active"}}});

    CHECK(observer.judgement().verdict);
    CHECK(written == 1);
    REQUIRE(notes.messages.size() == 1);
    CHECK(notes.messages[0].find("no space left on device") != std::string::npos);
}
