#include "project/detail/stage.hpp"

#include "base/text.hpp"
#include "project/detail/grammar.hpp"

#include <map>

namespace tinystacks::project::detail {
namespace {

constexpr int highest_port = 65535;

const std::vector<std::string> stage_keys = {"name",  "account", "role", "external_id", "region", "target",
                                             "image", "health",  "test", "approval",    "runtime"};

int read_port(Reader& reader, const document::Node& target, std::string_view key)
{
    const auto* node = reader.require(target, "a docker target", key);
    return node == nullptr ? 0 : reader.parse_number(*node, key, 1, highest_port);
}

std::string require_text(Reader& reader, const document::Node& target, std::string_view what, std::string_view key,
                         Check check, std::string_view meant)
{
    return reader.require(target, what, key) == nullptr ? std::string() : reader.find_text(target, key, check, meant);
}

stage::Target read_target(Reader& reader, const document::Node& node)
{
    if (!reader.check_mapping(node, "a target", {"ecs", "lambda", "docker"})) {
        return stage::DockerTarget{};
    }
    if (node.entries.size() != 1) {
        reader.error(node.where, "target",
                     fmt::format("a target has one of ecs, lambda and docker, not {}",
                                 node.entries.empty() ? "none" : "several"));
    }
    if (const auto* ecs = node.find("ecs")) {
        stage::EcsTarget target;
        if (reader.check_mapping(*ecs, "an ecs target", {"cluster", "service"})) {
            target.cluster =
                require_text(reader, *ecs, "an ecs target", "cluster", is_ecs_cluster, "a cluster's name or ARN");
            target.service =
                require_text(reader, *ecs, "an ecs target", "service", is_ecs_service, "a service's name or ARN");
        }
        return target;
    }
    if (const auto* lambda = node.find("lambda")) {
        stage::LambdaTarget target;
        if (reader.check_mapping(*lambda, "a lambda target", {"function"})) {
            target.function = require_text(reader, *lambda, "a lambda target", "function", is_lambda_function,
                                           "a function's name or ARN, without version");
        }
        return target;
    }
    stage::DockerTarget target;
    const auto* docker = node.find("docker");
    if (docker != nullptr && reader.check_mapping(*docker, "a docker target", {"port", "container_port"})) {
        target.port = read_port(reader, *docker, "port");
        target.container_port = read_port(reader, *docker, "container_port");
    }
    return target;
}

/// The region and account of the target's ARN, if it is given by ARN, must be the stage's.
void check_arn(Reader& reader, const stage::Stage& stage, const std::string& text, std::string_view service)
{
    const auto arn = find_arn(text, service);
    if (!arn) {
        return;
    }
    if (!stage.region.empty() && !arn->region.empty() && arn->region != stage.region) {
        reader.error(stage.where, "region",
                     fmt::format("stage '{}' is in {}, but its target '{}' is in {}", stage.name.str(), stage.region,
                                 printable(text), arn->region));
    }
    if (!stage.account.empty() && arn->account != stage.account) {
        reader.error(stage.where, "account",
                     fmt::format("stage '{}' is in account {}, but '{}' is of account {}", stage.name.str(),
                                 stage.account, printable(text), arn->account));
    }
}

void check_together(Reader& reader, const document::Node& node, const stage::Stage& stage)
{
    const auto is_docker = std::holds_alternative<stage::DockerTarget>(stage.target);
    if (is_docker && node.find("region") != nullptr) {
        reader.error(node.find("region")->where, "region",
                     fmt::format("stage '{}' runs on this machine, which has no region", stage.name.str()));
    }
    if (!is_docker && node.find("region") == nullptr) {
        reader.error(node.where, "missing_key", fmt::format("stage '{}' has no 'region'", stage.name.str()),
                     "region: us-east-1");
    }
    if (node.find("external_id") != nullptr && node.find("role") == nullptr) {
        reader.error(node.find("external_id")->where, "external_id", "'external_id' is for 'role', which is missing");
    }
    check_arn(reader, stage, stage.role, "iam");
    if (const auto* ecs = std::get_if<stage::EcsTarget>(&stage.target)) {
        check_arn(reader, stage, ecs->cluster, "ecs");
        check_arn(reader, stage, ecs->service, "ecs");
    } else if (const auto* lambda = std::get_if<stage::LambdaTarget>(&stage.target)) {
        check_arn(reader, stage, lambda->function, "lambda");
    }
}

std::string read_account(Reader& reader, const document::Node& node)
{
    const auto* account = node.find("account");
    if (account != nullptr && account->is_scalar() && account->style == document::Style::plain &&
        is_account(account->text)) {
        // Other YAML readers take it for a number, and one with a leading 0 for an octal one.
        reader.error(account->where, "account", "'account' must stand in quotes",
                     fmt::format("account: \"{}\"", account->text));
        return account->text;
    }
    return reader.find_text(node, "account", is_account, "an AWS account's twelve digits in quotes");
}

stage::Stage read_stage(Reader& reader, const document::Node& node)
{
    const auto* name = reader.require(node, "a stage", "name");
    const auto parsed = name == nullptr ? std::nullopt : reader.find_name(*name, "name");
    stage::Stage stage{.name = parsed.value_or(stage::Name::parse("unnamed"))};
    stage.where = node.where;
    stage.account = read_account(reader, node);
    stage.role = reader.find_text(node, "role", is_role, "a role's ARN such as arn:aws:iam::123456789012:role/deploy");
    stage.external_id = reader.find_text(node, "external_id", is_external_id, "2 to 1224 of A-Z a-z 0-9 _+=,.@:/-");
    stage.region = reader.find_text(node, "region", is_region, "an AWS region such as us-east-1");
    stage.image = reader.find_repository(node, "image");
    stage.health = reader.find_text(node, "health", is_url_path, "a path that starts with '/'");
    stage.test = reader.find_text(node, "test", is_inner_path, "a path inside the repository");
    stage.runtime = reader.find_variables(node, "runtime", stage::VariableUse::runtime);
    const auto approval = reader.find_text(
        node, "approval", [](std::string_view text) { return text == "required" || text == "none"; },
        "'required' or 'none'");
    stage.approval = approval == "required" ? stage::Approval::required : stage::Approval::none;
    if (const auto* target = reader.require(node, fmt::format("stage '{}'", stage.name.str()), "target")) {
        stage.target = read_target(reader, *target);
        check_together(reader, node, stage);
    }
    return stage;
}

void check_unique(Reader& reader, const std::vector<stage::Stage>& stages)
{
    std::map<std::string, std::size_t> names;
    std::map<int, std::string> ports;
    for (const auto& stage : stages) {
        const auto& name = stage.name.str();
        const auto [first, is_new] = names.emplace(name, stage.where.line);
        if (!is_new && name != "unnamed") {
            reader.error(stage.where, "duplicate_stage",
                         fmt::format("stage '{}' was there already, in line {}", name, first->second));
        }
        const auto* docker = std::get_if<stage::DockerTarget>(&stage.target);
        if (docker == nullptr || docker->port == 0) {
            continue;
        }
        const auto [holder, is_free] = ports.emplace(docker->port, name);
        if (!is_free) {
            reader.error(stage.where, "duplicate_port",
                         fmt::format("stages '{}' and '{}' both want port {}", holder->second, name, docker->port));
        }
    }
}

}  // namespace

std::vector<stage::Stage> read_stages(Reader& reader, const document::Node& node)
{
    std::vector<stage::Stage> stages;
    if (!node.is_sequence() || node.items.empty()) {
        reader.error(node.where, "stages", "'stages' must be a list with at least one stage",
                     "stages: [{ name: dev, target: { docker: { port: 8001, container_port: 8080 } } }]");
        return stages;
    }
    for (const auto& item : node.items) {
        if (reader.check_mapping(item, "a stage", stage_keys)) {
            stages.push_back(read_stage(reader, item));
        }
    }
    check_unique(reader, stages);
    return stages;
}

}  // namespace tinystacks::project::detail
