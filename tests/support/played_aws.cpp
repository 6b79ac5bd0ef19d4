#include "tests/support/played_aws.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::support {
namespace {

constexpr auto script = R"(
import json, sys
support, story, speed, image = sys.argv[1:]
sys.dont_write_bytecode = True
sys.path.insert(0, support)
from rollouts import server, stories
story = json.loads(story)
story.setdefault('story', 'A test.')
wrong = stories.complaints(story, stories.SHAPE)
assert not wrong, wrong
played = server.Server(server.World(story, image=image, speed=float(speed)))
print(played.server_address[1])
played.serve_forever()
)";

}  // namespace

PlayedAws::PlayedAws(const std::string& story, int speed)
    : server_(python(script, {TS_SUPPORT, story, std::to_string(speed), repository})),
      environment_{{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                   {"AWS_SECRET_ACCESS_KEY", "SENTINEL-SECRET"},
                   {"AWS_ENDPOINT_URL", "http://" + server_.host()}},
      transport_(environment_), keys_(environment_),
      client({transport_, environment_, system_time, http::real_patience()}, keys_, "us-east-1")
{}

nlohmann::json PlayedAws::truth()
{
    http::Request request;
    request.url = "http://" + server_.host() + "/_rollouts";
    std::string body;
    (void)transport_.send(request, [&](std::string_view piece) { body += piece; }, {});
    return nlohmann::json::parse(body).at("truth");
}

}  // namespace tinystacks::support
