#include "project/import/import.hpp"

#include "base/text.hpp"
#include "project/detail/grammar.hpp"
#include "project/import/detail/copilot_service.hpp"
#include "templates/render.hpp"

#include <algorithm>

namespace tinystacks::project {

using namespace detail;

namespace {

constexpr std::string_view placeholder = "placeholder";
constexpr std::string_view some_region = "us-east-1";

std::string resource_command(const std::string& stack, std::string_view resource, const std::string& region)
{
    return fmt::format("aws cloudformation describe-stack-resource{} --stack-name {} --logical-resource-id {} --query "
                       "StackResourceDetail.PhysicalResourceId --output text",
                       region.empty() ? "" : " --region " + region, stack, resource);
}

/// What the request says stands in commands and in the file.
void check(const ImportRequest& request)
{
    const auto check_one = [](const std::string& text, auto is_right, std::string_view what) {
        if (!text.empty() && !is_right(text)) {
            throw Error(ErrorKind::usage, "{} is no {}", in_quotes(text), what);
        }
    };
    check_one(request.account, is_account, "account: it has twelve digits");
    check_one(request.region, is_region, "region");
    for (const auto& [stage, arn] : request.ecs_services) {
        check_one(
            arn, [](const std::string& text) { return find_arn(text, "ecs") && is_ecs_service(text); },
            "ARN of an ECS service");
    }
}

/// A stage's name has two to forty characters, an environment's may have others.
std::string stage_name(const std::string& environment)
{
    if (const auto near = stage::Name::find_near(environment)) {
        return near->str();
    }
    return stage::Name::parse("env-" + environment).str();
}

class CopilotImport {
public:
    CopilotImport(const framework::Tree& tree, const ImportRequest& request)
        : tree_(tree), request_(request), service_(choose_copilot_service(tree, request.service)),
          application_(copilot_application(tree, remarks_)), shown_(application_.empty() ? "APP" : application_)
    {}

    Imported run();

private:
    DraftStage stage_of(const CopilotEnvironment& environment, Draft& draft);
    void find_target(DraftStage& stage, const CopilotEnvironment& environment);
    void find_repository(Draft& draft);
    void remark_type();
    [[nodiscard]] bool has_ecs_service() const
    {
        return service_.type != "Scheduled Job" && service_.type != "Request-Driven Web Service" &&
               service_.type != "Static Site";
    }

    const framework::Tree& tree_;
    const ImportRequest& request_;
    Remarks remarks_;
    CopilotService service_;
    std::string application_;
    std::string shown_;  ///< the application's name, in commands
};

void CopilotImport::find_target(DraftStage& stage, const CopilotEnvironment& environment)
{
    const auto given = request_.ecs_services.find(stage.name);
    const auto service = given == request_.ecs_services.end() ? std::string() : given->second;
    const auto arn = find_arn(service, "ecs").value_or(Arn{environment.region, environment.account, {}});
    stage.account = arn.account.empty() ? request_.account : arn.account;
    stage.region = arn.region.empty() ? request_.region : arn.region;
    const auto environment_stack = fmt::format("{}-{}", shown_, environment.name);
    const auto service_stack = fmt::format("{}-{}", environment_stack, service_.name);
    const auto ask = [&](std::string_view key, std::string what, const std::string& command) {
        stage.comments.push_back(fmt::format("{}, as told by: {}", key, command));
        remarks_.add(Fate::fill_in, environment.where, fmt::format("copilot.{}", key),
                     fmt::format("{} of stage '{}'{}", key, stage.name, what), command);
    };
    const auto region = stage.region;
    if (region.empty()) {
        stage.region = some_region;
        ask("region", fmt::format(" (and its account): '{}' stands there until you know", some_region),
            fmt::format("aws ssm get-parameter --name /copilot/applications/{}/environments/{} --query "
                        "Parameter.Value --output text",
                        shown_, environment.name));
    }
    // service/CLUSTER/SERVICE; ARNs of before 2018 do not name the cluster.
    const auto parts = split(arn.resource, '/');
    const auto cluster = parts.size() == 3 ? std::string(parts[1]) : std::string();
    if (cluster.empty() && has_ecs_service()) {
        ask("cluster", fmt::format(": {}-Cluster-…, whose ending only AWS knows", environment_stack),
            resource_command(environment_stack, "Cluster", region));
    }
    if (service.empty() && has_ecs_service()) {
        ask("service",
            fmt::format(": {}-Service-…, whose ending only AWS knows; --ecs-service {}=ARN takes what AWS tells",
                        service_stack, stage.name),
            resource_command(service_stack, "Service", region));
    }
    const auto or_placeholder = [](const std::string& text) { return text.empty() ? std::string(placeholder) : text; };
    stage.target = stage::EcsTarget{or_placeholder(cluster), or_placeholder(service)};
}

DraftStage CopilotImport::stage_of(const CopilotEnvironment& environment, Draft& draft)
{
    DraftStage stage;
    stage.name = stage_name(environment.name);
    if (stage.name != environment.name) {
        remarks_.add(Fate::left, environment.where, "copilot.environment",
                     fmt::format("the name of environment {}", in_quotes(environment.name)),
                     fmt::format("its stage is called {}", stage.name));
    }
    stage.approval = environment.approval;
    const auto manifest = with_overrides(*service_.manifest, environment.name);
    const CopilotNames names{application_, environment.name};
    auto found = environment;
    // What all environments share tells nothing about one of them.
    const auto* own = framework::find_path(service_.manifest, {"environments", environment.name, "secrets"});
    learn_from_arns(own, "secretsmanager", found);
    learn_from_arns(own, "ssm", found);
    find_target(stage, found);
    stage.runtime = copilot_variables(manifest, names, remarks_);
    const auto secrets = copilot_secrets(manifest, names, remarks_);
    if (!secrets.empty()) {
        stage.comments.emplace_back("secrets, which the task definition of the service has by name:");
        for (const auto& secret : secrets) {
            stage.comments.push_back("  " + secret);
        }
    }
    if (!environment.tests.empty()) {
        stage.test = fmt::format("test-{}.yml", stage.name);
        std::string text = fmt::format("# Run against stage '{}' after a release; from {}.\n"
                                       "version: 0.2\nphases:\n  build:\n    commands:\n",
                                       stage.name, printable_line(environment.tests_from));
        for (const auto& command : environment.tests) {
            text += fmt::format("      - {}\n", templates::escape(command, templates::Language::yaml));
        }
        draft.tests.push_back({stage.test, std::move(text)});
    }
    return stage;
}

void CopilotImport::find_repository(Draft& draft)
{
    const auto name = fmt::format("{}/{}", shown_, service_.name);
    if (!request_.account.empty() && !request_.region.empty() && !application_.empty()) {
        const auto* suffix = request_.region.starts_with("cn-") ? ".cn" : "";
        draft.repository =
            fmt::format("{}.dkr.ecr.{}.amazonaws.com{}/{}", request_.account, request_.region, suffix, name);
        return;
    }
    const auto command = fmt::format(
        "aws ecr describe-repositories --repository-names {} --query 'repositories[0].repositoryUri' --output text",
        name);
    draft.repository_comments = {fmt::format("image, as told by: {}", command)};
    remarks_.add(Fate::fill_in, {service_.path}, "copilot.repository",
                 fmt::format("image: ACCOUNT.dkr.ecr.REGION.amazonaws.com/{}, in the application's account", name),
                 command);
}

void CopilotImport::remark_type()
{
    const auto& where = service_.manifest->find("type")->where;
    const auto add = [&](std::string what, std::string instead) {
        remarks_.add(Fate::fill_in, where, "copilot.type", std::move(what), std::move(instead));
    };
    if (service_.type == "Scheduled Job") {
        add("a Scheduled Job has no ECS service: the image is built and tagged, and the job goes on with its old one",
            fmt::format("register the task definition anew with the image (family {}-ENVIRONMENT-{}) and name it in "
                        "the state machine; or run the image as a function: target: {{ lambda: {{ function: NAME }} }}",
                        shown_, service_.name));
    } else if (service_.type == "Request-Driven Web Service") {
        add("a Request-Driven Web Service runs on App Runner, which is no target here: the image is built and tagged",
            "make an ECS service or a Lambda function for it, and write that as the target");
    } else if (service_.type == "Static Site") {
        add("a Static Site has no image: its files lie in S3",
            "let `tinystacks init` write a Dockerfile that serves them, and make an ECS service for it");
    }
}

Imported CopilotImport::run()
{
    Imported imported;
    imported.service = service_.name;
    imported.type = service_.type;
    imported.port = request_.port != 0 ? request_.port : copilot_port(*service_.manifest);
    Draft draft;
    draft.schema = request_.schema;
    draft.origin = service_.path;
    draft.stack = stack_name(application_, service_.name);
    draft.image = copilot_image(service_, {application_, {}}, remarks_);
    check_context(tree_, draft.image, {service_.path});
    const auto dockerfile = draft.image.dockerfile;
    const auto context = draft.image.context;
    if (!dockerfile.empty() && !tree_.has_file(dockerfile)) {
        remarks_.add(Fate::fill_in, {service_.path}, "copilot.dockerfile",
                     fmt::format("{} is not in the repository", in_quotes(dockerfile)),
                     "write it, or let `tinystacks init` do that");
        draft.image = of_repository(draft.image);
    }
    find_repository(draft);
    for (const auto& environment : copilot_environments(tree_, service_, remarks_)) {
        draft.stages.push_back(stage_of(environment, draft));
    }
    for (const auto& [name, arn] : request_.ecs_services) {
        if (std::ranges::find(draft.stages, name, &DraftStage::name) == draft.stages.end()) {
            throw Error(ErrorKind::usage, "--ecs-service names the stage {}, and there is none", in_quotes(name))
                .with_hint("tinystacks init --from copilot --dry-run");
        }
    }
    const auto is_open = [](const DraftStage& stage) {
        return std::get<stage::EcsTarget>(stage.target).service == placeholder;
    };
    if (std::ranges::any_of(draft.stages, is_open)) {
        draft.comments = {has_ecs_service()
                              ? "`placeholder` is a name that only AWS knows: the command above it tells it. Until it "
                                "is filled in, nothing is deployed there."
                              : fmt::format("A {} has no ECS service. Until there is one in place of `placeholder`, "
                                            "the image is built and tagged, and nothing is deployed.",
                                            service_.type)};
    }
    remark_type();
    remark_copilot_manifest(tree_, service_, remarks_);
    imported.dockerfile = dockerfile;
    imported.context = context;
    imported.start = command_of(service_.manifest->find("command"));
    imported.files = write(draft);
    imported.remarks = remarks_.sorted();
    return imported;
}

}  // namespace

std::string_view to_string(Fate fate)
{
    switch (fate) {
    case Fate::fill_in:
        return "fill_in";
    case Fate::stays:
        return "stays";
    case Fate::left:
        return "left";
    }
    return "unknown";
}

Imported import_copilot(const framework::Tree& tree, const ImportRequest& request)
{
    check(request);
    return CopilotImport(tree, request).run();
}

}  // namespace tinystacks::project
