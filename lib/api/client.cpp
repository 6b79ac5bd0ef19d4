#include "api/client.hpp"

#include "api/detail/around.hpp"
#include "base/text.hpp"

namespace tinystacks::api {

Client::Client(Parts parts) : parts_(std::move(parts)), runs_(parts_.state)
{
    secrets_.add(parts_.server.token.reveal());
}

Client::~Client() = default;

std::string Client::name() const
{
    return parts_.server.group.empty()
               ? parts_.server.url
               : fmt::format("{}, group {}", parts_.server.url, printable_line(parts_.server.group));
}

control::Catalogue& Client::catalogue(const Interruption& interruption)
{
    if (!session_) {
        transport_ = parts_.make_transport();
        session_ = std::make_unique<Session>(*transport_, parts_.server);
    }
    catalogue_ = std::make_unique<Catalogue>(*session_, interruption);
    return *catalogue_;
}

std::optional<Error> Client::refuses(const control::Request& request) const
{
    struct Lack {
        std::string_view operator()(const control::RunBuildspec&) const { return {}; }
        std::string_view operator()(const pipeline::BuildRequest&) const { return "builds of images"; }
        std::string_view operator()(const pipeline::ReleaseRequest&) const { return "releases of images"; }
        std::string_view operator()(const pipeline::DeployRequest&) const { return "deployments of images"; }
        std::string_view operator()(const pipeline::RollbackRequest&) const { return "rollbacks"; }
        std::string_view operator()(const pipeline::RefreshRequest&) const { return "variables"; }
        std::string_view operator()(const pipeline::RuntimeLogRequest&) const { return "runtime logs"; }
        std::string_view operator()(const pipeline::WatchRequest&) const { return "the status of a project's stages"; }
        std::string_view operator()(const control::SourceRequest&) const { return {}; }
        std::string_view operator()(const control::StackRequest&) const { return {}; }
        std::string_view operator()(const control::LogRequest&) const { return {}; }
    };
    const auto what = std::visit(Lack{}, request);
    return what.empty() ? std::nullopt : std::optional(lack(what));
}

Error Client::lack(std::string_view what) const
{
    return Error(ErrorKind::unavailable, "the TinyStacks API at '{}' does not have {}", parts_.server.url, what)
        .with_hint("the same command with --control embedded");
}

control::RunId Client::start(const control::Request& request)
{
    auto id = control::new_run_id(parts_.clock());
    runs_.start(id, control::Runs::Journal::passing,
                [this, request](const pipeline::Run& run) { return perform(request, run); });
    return id;
}

mask::Secrets Client::secrets_of(const control::Request& request) const
{
    auto secrets = secrets_;
    const auto add = [&](const std::vector<parameter::Definition>& parameters) {
        for (const auto& each : parameters) {
            if (parameter::find_type(each.type) == parameter::Type::secret && each.value) {
                secrets.add(each.value->text);
            }
        }
    };
    if (const auto* source = std::get_if<control::SourceRequest>(&request)) {
        add(source->source.parameters);
    }
    if (const auto* stack = std::get_if<control::StackRequest>(&request)) {
        add(stack->stack.parameters);
    }
    return secrets;
}

control::Result Client::perform(const control::Request& request, const pipeline::Run& run)
{
    if (auto refusal = refuses(request)) {
        return *refusal;
    }
    const auto transport = parts_.make_transport();
    const auto patience = http::real_patience();
    const auto secrets = secrets_of(request);
    Session session(*transport, parts_.server, patience, secrets);
    Catalogue catalogue(session, run.interruption);
    const Around around{catalogue, patience, parts_.clock, secrets, run};
    if (const auto* source = std::get_if<control::SourceRequest>(&request)) {
        return change_source(*source, around);
    }
    if (const auto* stack = std::get_if<control::StackRequest>(&request)) {
        return change_stack(*stack, around);
    }
    show_log(std::get<control::LogRequest>(request), around);
    return control::Over{};
}

log::Page Client::follow(const control::RunId& run, const log::Cursor& cursor, std::chrono::milliseconds wait)
{
    return runs_.follow(run, cursor, wait);
}

std::optional<control::Result> Client::result(const control::RunId& run)
{
    return runs_.result(run);
}

void Client::cancel(const control::RunId& run, control::Cancel how)
{
    runs_.cancel(run, how);
}

std::vector<pipeline::StageStatus> Client::status(const project::Project& /*project*/)
{
    throw lack("the status of a project's stages");
}

std::optional<control::LogPlace> Client::find_log(const project::Project& /*project*/, log::Channel channel,
                                                  const std::string& /*stage*/)
{
    throw lack(fmt::format("{} logs of a project", to_string(channel)));
}

std::optional<control::LogPlace> Client::find_failure(const std::string& /*stack*/)
{
    throw lack("logs of a project");
}

pipeline::ApprovalOutcome Client::approve(const pipeline::ApprovalRequest& /*request*/)
{
    throw lack("approvals");
}

std::vector<deployment::Variable> Client::variables(const project::Project& /*project*/)
{
    throw lack("variables");
}

void Client::set_variables(const project::Project& /*project*/, const std::vector<deployment::Variable>& /*variables*/)
{
    throw lack("variables");
}

std::vector<std::string> Client::remove_containers(const project::Project& /*project*/, const std::string& /*stage*/)
{
    throw lack("containers on this machine");
}

}  // namespace tinystacks::api
