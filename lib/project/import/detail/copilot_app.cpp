#include "project/import/detail/copilot_app.hpp"

#include "base/text.hpp"
#include "project/detail/grammar.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::project::detail {
namespace {

constexpr std::size_t most_manifests = 60;
constexpr std::size_t most_commands = 100;
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_listing = 20;

const std::vector<std::string_view> types = {"Load Balanced Web Service",  "Backend Service", "Worker Service",
                                             "Request-Driven Web Service", "Scheduled Job",   "Static Site"};

/// Source: AWS Copilot CLI, rules for names: a lower-case letter, then letters, digits and hyphens.
bool is_copilot_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text,
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string copilot_name(const document::Node& node, std::string_view what)
{
    if (!node.is_scalar() || !is_copilot_name(node.text)) {
        throw Error(ErrorKind::invalid_input, "{} cannot be the name of {}: a-z first, then a-z, 0-9 and '-'",
                    in_quotes(node.text), what)
            .at(node.where);
    }
    return node.text;
}

CopilotService read_service(const framework::Tree& tree, const std::string& folder)
{
    CopilotService service;
    service.path = fmt::format("copilot/{}/manifest.yml", folder);
    service.manifest = find_yaml(tree, service.path);
    const auto* name = service.manifest->find("name");
    const auto* type = service.manifest->find("type");
    if (name == nullptr || type == nullptr) {
        throw Error(ErrorKind::invalid_input, "the manifest has no '{}'", name == nullptr ? "name" : "type")
            .at({service.path});
    }
    service.name = copilot_name(*name, "a service");
    const auto known = std::ranges::find_if(
        types, [&](std::string_view known_type) { return to_lower(known_type) == to_lower(type->text); });
    if (known == types.end()) {
        throw Error(ErrorKind::invalid_input, "{} is no type of a service or job", in_quotes(type->text))
            .at(type->where)
            .with_hint(suggest(type->text, {types.begin(), types.end()}));
    }
    service.type = *known;
    return service;
}

std::vector<std::string> service_folders(const framework::Tree& tree)
{
    std::vector<std::string> folders;
    for (const auto folder : tree.directories_in("copilot")) {
        const auto is_service = folder != "environments" && folder != "pipelines" &&
                                tree.has_file(fmt::format("copilot/{}/manifest.yml", folder));
        if (is_service && folders.size() < most_manifests) {
            folders.emplace_back(folder);
        }
    }
    return folders;
}

bool is_production(std::string_view name)
{
    static constexpr std::array names = {"prod", "production", "prd", "live"};
    return std::ranges::find(names, name) != names.end();
}

class Environments {
public:
    Environments(const framework::Tree& tree, Remarks& remarks) : tree_(tree), remarks_(remarks) {}

    CopilotEnvironment& add(const document::Node& name)
    {
        const auto text = copilot_name(name, "an environment");
        return add(text, name.where);
    }

    CopilotEnvironment& add(const std::string& name, const Position& where)
    {
        const auto found = std::ranges::find(list_, name, &CopilotEnvironment::name);
        if (found != list_.end()) {
            return *found;
        }
        return list_.emplace_back(CopilotEnvironment{name, where, {}, {}, stage::Approval::none, {}, {}});
    }

    void read_pipeline(const std::string& path);
    void read_folder(const CopilotService& service);
    std::vector<CopilotEnvironment> take() { return std::move(list_); }
    [[nodiscard]] bool empty() const { return list_.empty(); }

private:
    void read_stage(const document::Node& stage, const std::string& path);
    void remark_pipeline(const document::Node& pipeline);
    void remark_environment(const document::Node& manifest, const std::string& name);

    const framework::Tree& tree_;
    Remarks& remarks_;
    std::vector<CopilotEnvironment> list_;
};

void Environments::read_pipeline(const std::string& path)
{
    const auto* pipeline = find_yaml(tree_, path);
    if (pipeline == nullptr) {
        return;
    }
    if (const auto* stages = pipeline->find("stages")) {
        for (const auto& stage : stages->items) {
            read_stage(stage, path);
        }
    }
    remark_pipeline(*pipeline);
}

void Environments::read_stage(const document::Node& stage, const std::string& path)
{
    const auto* name = stage.find("name");
    if (name == nullptr) {
        throw Error(ErrorKind::invalid_input, "a stage of the pipeline has no 'name'").at(stage.where);
    }
    auto& environment = add(*name);
    const auto* approval = stage.find("requires_approval");
    if (approval != nullptr && document::find_boolean(*approval).value_or(false)) {
        environment.approval = stage::Approval::required;
    }
    for (const auto* command : scalars_of(stage.find("test_commands"))) {
        if (environment.tests.size() == most_commands) {
            break;
        }
        if (find_credential_kind(command->text)) {
            remarks_.add(Fate::left, command->where, "copilot.pipeline", "a test command that holds a credential",
                         "env.secrets-manager in the stage's `test`");
        } else if (environment.tests_from.empty() || environment.tests_from == path) {
            environment.tests_from = path;
            environment.tests.push_back(command->text);
        }
    }
    for (const auto* key : {"deployments", "pre_deployments", "post_deployments"}) {
        if (const auto* node = stage.find(key)) {
            remarks_.add(Fate::left, node->where, "copilot.pipeline",
                         fmt::format("'{}' of the pipeline's stage {}", key, in_quotes(environment.name)),
                         "what runs before a deployment: release.yml; after it: the stage's `test`");
        }
    }
}

void Environments::remark_pipeline(const document::Node& pipeline)
{
    if (const auto* source = pipeline.find("source")) {
        const auto provider = framework::text_at(source, {"provider"});
        const auto branch = framework::text_at(source, {"properties", "branch"});
        remarks_.add(Fate::left, source->where, "copilot.pipeline",
                     fmt::format("the pipeline starts with a push to {} ({})", in_quotes(branch), in_quotes(provider)),
                     "run `tinystacks deploy` in CI on that branch, then end the old one: copilot pipeline delete");
    }
    if (const auto* build = pipeline.find("build")) {
        remarks_.add(Fate::left, build->where, "copilot.pipeline", "the pipeline's 'build'",
                     "commands before docker build: pre_build of build.yml");
    }
}

void Environments::read_folder(const CopilotService& service)
{
    std::vector<std::pair<std::string, Position>> names;
    for (const auto folder : tree_.directories_in("copilot/environments")) {
        const auto path = fmt::format("copilot/environments/{}/manifest.yml", folder);
        const auto* manifest = names.size() < most_manifests ? find_yaml(tree_, path) : nullptr;
        if (manifest != nullptr) {
            const auto* name = manifest->find("name");
            names.emplace_back(name == nullptr ? std::string(folder) : copilot_name(*name, "an environment"),
                               name == nullptr ? manifest->where : name->where);
            remark_environment(*manifest, names.back().first);
        }
    }
    if (const auto* own = service.manifest->find("environments")) {
        for (const auto& entry : own->entries) {
            if (!is_copilot_name(entry.key)) {
                throw Error(ErrorKind::invalid_input, "{} cannot be the name of an environment", in_quotes(entry.key))
                    .at(entry.key_where);
            }
            names.emplace_back(entry.key, entry.key_where);
        }
    }
    std::ranges::stable_sort(names, {},
                             [](const auto& name) { return std::pair(is_production(name.first), name.first); });
    for (const auto& [name, where] : names) {
        add(name, where);
    }
    for (auto& environment : list_) {
        const auto* manifest = find_yaml(tree_, fmt::format("copilot/environments/{}/manifest.yml", environment.name));
        // Certificates of the load balancer are of the environment's own region; those of `cdn` are not.
        learn_from_arns(manifest == nullptr ? nullptr : manifest->find("http"), "acm", environment);
    }
}

void Environments::remark_environment(const document::Node& manifest, const std::string& name)
{
    static constexpr std::array own = {"name", "type"};
    for (const auto& entry : manifest.entries) {
        if (std::ranges::find(own, entry.key) == own.end()) {
            remarks_.add(Fate::stays, entry.key_where, "copilot.environment",
                         fmt::format("{} of environment {}", in_quotes(entry.key), in_quotes(name)),
                         "stays in the environment's CloudFormation stack, which is yours to change");
        }
    }
}

}  // namespace

std::string copilot_application(const framework::Tree& tree, Remarks& remarks)
{
    const auto* workspace = find_yaml(tree, "copilot/.workspace");
    const auto* name = workspace == nullptr ? nullptr : workspace->find("application");
    if (name != nullptr) {
        return copilot_name(*name, "an application");
    }
    remarks.add(Fate::fill_in, {"copilot/.workspace"}, "copilot.application",
                "the application's name: copilot/.workspace does not say it, so APP stands for it below",
                "aws ssm get-parameters-by-path --path /copilot/applications --query 'Parameters[].Name'");
    return {};
}

CopilotService choose_copilot_service(const framework::Tree& tree, const std::string& wanted)
{
    const auto folders = service_folders(tree);
    if (folders.empty()) {
        throw Error(ErrorKind::not_found, "there is no copilot/SERVICE/manifest.yml here")
            .with_hint("git mv FOLDER/copilot . # it is read in the repository's root");
    }
    if (!wanted.empty() && std::ranges::find(folders, wanted) != folders.end()) {
        return read_service(tree, wanted);
    }
    std::vector<CopilotService> services;
    std::vector<std::string> names;
    std::vector<std::string> described;
    for (const auto& folder : folders) {
        services.push_back(read_service(tree, folder));
        names.push_back(services.back().name);
        if (described.size() < longest_listing) {
            described.push_back(fmt::format("{} ({})", names.back(), services.back().type));
        }
    }
    if (wanted.empty() && services.size() > 1) {
        ask_service("copilot", "'copilot'", described, names.front());
    }
    const auto found = wanted.empty() ? names.begin() : std::ranges::find(names, wanted);
    if (found == names.end()) {
        throw Error(ErrorKind::not_found, "'copilot' has no service {}", in_quotes(wanted))
            .with_hint(suggest(wanted, names));
    }
    return services[static_cast<std::size_t>(found - names.begin())];
}

std::vector<CopilotEnvironment> copilot_environments(const framework::Tree& tree, const CopilotService& service,
                                                     Remarks& remarks)
{
    Environments environments(tree, remarks);
    std::size_t pipelines = 0;
    for (const auto folder : tree.directories_in("copilot/pipelines")) {
        if (++pipelines <= most_manifests) {
            environments.read_pipeline(fmt::format("copilot/pipelines/{}/manifest.yml", folder));
        }
    }
    environments.read_pipeline("copilot/pipeline.yml");
    environments.read_folder(service);
    if (environments.empty()) {
        remarks.add(Fate::fill_in, {service.path}, "copilot.environments",
                    "the environments: the repository names none, so one is written, called 'test'",
                    "copilot env ls, or: aws ssm get-parameters-by-path --recursive --path /copilot/applications "
                    "--query 'Parameters[].Name'");
        environments.add("test", {service.path});
    }
    return environments.take();
}

void learn_from_arns(const document::Node* node, std::string_view service, CopilotEnvironment& environment)
{
    if (node == nullptr || !environment.region.empty()) {
        return;
    }
    if (const auto arn = node->is_scalar() ? find_arn(node->text, service) : std::nullopt) {
        environment.region = arn->region;
        environment.account = arn->account;
    }
    for (const auto& item : node->items) {
        learn_from_arns(&item, service, environment);
    }
    for (const auto& entry : node->entries) {
        learn_from_arns(&entry.value, service, environment);
    }
}

}  // namespace tinystacks::project::detail
