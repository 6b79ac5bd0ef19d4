#include "project/init.hpp"

#include "base/error.hpp"
#include "project/project.hpp"
#include "stage/stage.hpp"
#include "templates/render.hpp"

namespace tinystacks::project {
namespace {

constexpr int highest_port = 65535;
/// Longer stack names are cut in names on AWS.
constexpr std::size_t longest_stack_name = 20;

void check_port(int port)
{
    if (port < 1 || port > highest_port) {
        throw Error(ErrorKind::invalid_input, "'{}' is no port: ports are 1 to 65535", port);
    }
}

std::string stack_name(const std::string& directory_name)
{
    const auto near = stage::Name::find_near(directory_name);
    const auto cut = near ? stage::Name::find_near(near->str().substr(0, longest_stack_name)) : std::nullopt;
    return cut ? cut->str() : "app";
}

}  // namespace

std::vector<PlannedFile> plan_init(const InitRequest& request)
{
    check_port(request.container_port);
    templates::List stages;
    auto port = request.first_port;
    for (const auto& name : request.stages) {
        check_port(port);
        stages.push_back({{"name", stage::Name::parse(name).str()},
                          {"port", std::to_string(port++)},
                          {"container_port", std::to_string(request.container_port)}});
    }
    templates::List dockerfile;
    if (request.dockerfile != "Dockerfile") {
        dockerfile.push_back({{"path", request.dockerfile.generic_string()}});
    }
    const templates::Object values = {{"schema", request.schema},
                                      {"stack", stack_name(request.directory_name)},
                                      {"dockerfile", dockerfile},
                                      {"stages", stages}};
    return {{std::filesystem::path(default_file), templates::render("tinystacks.yml", values)},
            {"build.yml", std::string(templates::text("build.yml"))},
            {"release.yml", std::string(templates::text("release.yml"))},
            {".dockerignore", std::string(templates::text("dockerignore"))}};
}

}  // namespace tinystacks::project
