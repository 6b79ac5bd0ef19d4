#include "deployment/detail/ecs_baseline.hpp"
#include "deployment/detail/ecs_release.hpp"
#include "deployment/detail/ecs_targets.hpp"
#include "deployment/detail/ecs_tasks.hpp"
#include "deployment/detail/observer.hpp"
#include "deployment/detail/reply.hpp"
#include "deployment/watch.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;
using reply::list;
using reply::member;
using reply::text;

/// From one look at the service to the next: it shows almost every change, and a change has the rest looked at.
constexpr auto round_interval = 1s;
/// How often the rest is looked at while nothing seems to change.
constexpr auto attempt_interval = 3s;
constexpr auto task_interval = 4s;
constexpr auto target_interval = 3s;
/// How long a service deployment may take to be listed.
constexpr auto listing_patience = 10s;
/// How long the circuit breaker may take for what is certain to fail, when nobody but it is to bring the service back.
constexpr auto breaker_patience = 90s;

class EcsWatch final : public Watch {
public:
    EcsWatch(Lookout lookout, std::string cluster, std::string service)
        : cluster_(std::move(cluster)), service_(std::move(service)), observer_(std::move(lookout), "ecs"),
          task_look_(observer_, cluster_, service_), targets_(observer_)
    {}

    void begin(const Interruption& interruption) override
    {
        const auto described = ecs().describe_services(cluster_, service_, interruption);
        const auto& services = list(described, "services");
        if (services.empty()) {
            throw Error(ErrorKind::not_found, "the cluster '{}' has no service '{}'", cluster_, service_)
                .with_hint(fmt::format("aws ecs list-services --cluster {}", cluster_));
        }
        take_baseline(services.front(), interruption);
        observer_.observe({observer_.now(), "Baseline", before_.reply()});
        targets_.find(services.front(), interruption);
    }

    void resume(const Observation& before, const Interruption& interruption) override
    {
        before_ = EcsBaseline::read(before.reply);
        observer_.observe(before);
        const auto described = ecs().describe_services(cluster_, service_, interruption);
        if (!list(described, "services").empty()) {
            targets_.find(list(described, "services").front(), interruption);
        }
    }

    bool apply(const RuntimeVariables& wanted, const std::set<std::string>& gone, const std::string& repository,
               const Interruption& interruption) override
    {
        if (wanted.empty() && gone.empty()) {
            return false;
        }
        const auto release = find_release(observer_, before_, interruption);
        if (!release) {
            return false;
        }
        const auto released = text(release->service, "taskDefinition");
        const auto described = ecs().describe_task_definition(released, interruption);
        auto definition = with_variables(member(described, "taskDefinition"), repository, wanted, gone);
        if (!definition) {
            return false;
        }
        (*definition)["tags"] = member(described, "tags");
        const auto registered = ecs().register_task_definition(std::move(*definition), interruption);
        const auto revision = text(member(registered, "taskDefinition"), "taskDefinitionArn");
        before_.released = released;
        before_.add_service(release->service);
        before_.add_attempts(release->attempts);
        // Before the update, so that whoever watches on after us never takes it for another one's.
        observer_.observe({observer_.now(), "Baseline", before_.reply()});
        observer_.changed("variables", service_, "CHANGED", reply::last_part(revision));
        start(revision, interruption);
        return true;
    }

    Verdict finish(const Interruption& interruption) override
    {
        return ended(observer_.follow(
            round_interval,
            [&] {
                look(interruption);
                know_more(interruption);
            },
            [&](const Judgement& judgement) { return act(judgement, interruption); }, interruption));
    }

    void start(const std::string& version, const Interruption& interruption) override
    {
        (void)ecs().update_service(cluster_, service_, version, interruption);
    }

    void restore(const Interruption& interruption) override { start(before_.task_definition, interruption); }

    [[nodiscard]] std::string version() const override { return task_definition_; }
    [[nodiscard]] std::string url() const override { return targets_.url(); }

private:
    [[nodiscard]] aws::Ecs& ecs() const { return observer_.lookout().ecs; }

    void take_baseline(const nlohmann::json& service, const Interruption& interruption)
    {
        before_.cluster = cluster_;
        before_.service = service_;
        before_.task_definition = text(service, "taskDefinition");
        before_.first = reply::number(service, "runningCount").value_or(0) == 0 &&
                        std::ranges::none_of(list(service, "deployments"), [](const nlohmann::json& deployment) {
                            const auto state = text(deployment, "rolloutState");
                            return state == "COMPLETED" || state.empty();
                        });
        before_.add_service(service);
        try {
            before_.add_attempts(ecs().list_service_deployments(cluster_, service_, interruption));
        } catch (const Error&) {
            // Looked for again after the release; the one that runs now is known from the service.
        }
    }

    // -- one look

    void look(const Interruption& interruption)
    {
        const auto described = observer_.ask(
            "DescribeServices",
            [&](const Interruption& stop) { return ecs().describe_services(cluster_, service_, stop); }, interruption);
        Changes changes;
        if (!list(described, "services").empty()) {
            changes = read_service(list(described, "services").front());
        }
        if (changes.failed) {
            // Why it failed must be known before its end is.
            look_at_tasks(true, interruption);
        }
        if (is_due(next_attempt_, attempt_interval, changes.rollout || attempts_.empty())) {
            look_at_deployments(interruption);
        }
        if (observer_.judgement().verdict) {
            return;
        }
        if (is_due(next_tasks_, task_interval, changes.tasks)) {
            look_at_tasks(changes.tasks, interruption);
        }
        if (targets_.is_open() && is_due(next_targets_, target_interval, false)) {
            targets_.look(interruption);
        }
    }

    /// Whether it is time for the next look, or reason enough for one now.
    bool is_due(std::chrono::steady_clock::time_point& next, std::chrono::milliseconds interval, bool now) const
    {
        const auto time = std::chrono::steady_clock::now();
        if (!now && (time < next || !observer_.has_time())) {
            return false;
        }
        next = time + interval;
        return true;
    }

    /// What of the service shows something new.
    struct Changes {
        bool rollout = false;  ///< which deployment is which, and how far
        bool tasks = false;    ///< of the newest deployment
        bool failed = false;   ///< a deployment has just been given up
    };

    Changes read_service(const nlohmann::json& service)
    {
        std::string rollout;
        std::string tasks;
        const auto primary = primary_;
        const auto& breaker = member(member(service, "deploymentConfiguration"), "deploymentCircuitBreaker");
        breaker_goes_back_ = reply::truth(breaker, "enable") && reply::truth(breaker, "rollback");
        for (const auto& deployment : list(service, "deployments")) {
            rollout += fmt::format(" {}:{}:{}", text(deployment, "id"), text(deployment, "status"),
                                   text(deployment, "rolloutState"));
            if (text(deployment, "status") == "PRIMARY") {
                tasks = fmt::format("{}:{}:{}:{}", text(deployment, "id"), text(deployment, "runningCount"),
                                    text(deployment, "pendingCount"), text(deployment, "failedTasks"));
                primary_ = text(deployment, "id");
                if (auto definition = text(deployment, "taskDefinition");
                    task_definition_.empty() || is_new(definition)) {
                    task_definition_ = std::move(definition);
                }
                primary_running_ = reply::number(deployment, "runningCount").value_or(0);
            }
        }
        const auto& events = list(service, "events");
        for (auto event = events.rbegin(); event != events.rend(); ++event) {
            const auto id = text(*event, "id");
            if (before_.events.contains(id) || !told_events_.insert(id).second) {
                continue;
            }
            const auto message = text(*event, "message");
            observer_.changed("event", service_, "", message);
            if (recognise(Place::event, message) != nullptr && message.find("insufficient") != std::string::npos) {
                asks_for_room_ = true;
            }
        }
        // After a loss of the connection a rollback may be over already: then it is only another one's turn.
        const bool replaced = !primary.empty() && primary_ != primary;
        const bool given_up = rollout.find(":FAILED") != std::string::npos;
        const Changes changes{rollout != rollout_, tasks != tasks_, replaced || (given_up && !given_up_)};
        given_up_ = given_up;
        rollout_ = std::move(rollout);
        tasks_ = std::move(tasks);
        if (changes.tasks) {
            targets_.expect_change();
        }
        return changes;
    }

    /// Whether a task definition is neither the one of before nor the one a revision of ours took the place of.
    [[nodiscard]] bool is_new(const std::string& definition) const
    {
        return definition != before_.task_definition && definition != before_.released;
    }

    void look_at_deployments(const Interruption& interruption)
    {
        if (attempts_.empty()) {
            const auto listed = observer_.ask(
                "ListServiceDeployments",
                [&](const Interruption& stop) { return ecs().list_service_deployments(cluster_, service_, stop); },
                interruption);
            for (const auto& each : list(listed, "serviceDeployments")) {
                const auto arn = text(each, "serviceDeploymentArn");
                if (!before_.attempts.contains(arn) && std::ranges::find(attempts_, arn) == attempts_.end()) {
                    attempts_.push_back(arn);
                }
            }
        }
        if (attempts_.empty()) {
            return;
        }
        const auto described = observer_.ask(
            "DescribeServiceDeployments",
            [&](const Interruption& stop) { return ecs().describe_service_deployments(attempts_, stop); },
            interruption);
        for (const auto& each : list(described, "serviceDeployments")) {
            const auto stage = text(each, "lifecycleStage");
            observer_.changed("deployment", service_, text(each, "status") + (stage.empty() ? "" : " " + stage),
                              text(each, "statusReason"));
        }
    }

    void look_at_tasks(bool changed, const Interruption& interruption)
    {
        const bool any = changed && primary_running_ > 0;
        task_look_.look(primary_, any ? EcsTasks::Running::look : EcsTasks::Running::leave, interruption);
    }

    /// What decides whose fault it is, once something fails: the room on the instances, the secrets of before.
    void know_more(const Interruption& interruption)
    {
        if (asks_for_room_) {
            asks_for_room_ = false;
            task_look_.know_definition(task_definition_, interruption);
            (void)observer_.ask(
                "DescribeContainerInstances",
                [&](const Interruption& stop) { return ecs().describe_container_instances(cluster_, stop); },
                interruption);
        }
        const auto finding = observer_.judgement().finding;
        if (finding) {
            task_look_.know_definition(task_definition_, interruption);
        }
        if (finding && finding->cause == "ecs.secret.missing") {
            task_look_.know_definition(before_.task_definition, interruption);
        }
    }

    // -- bringing back

    /// What is done about a rollout that will not work; the verdict when that is its end.
    std::optional<Verdict> act(const Judgement& judgement, const Interruption& interruption)
    {
        const auto failed = judgement.finding.value_or(Verdict{});
        if (judgement.advice == Advice::bring_back && !observer_.lookout().bring_back && goes_back_by_itself()) {
            return std::nullopt;
        }
        if (judgement.advice == Advice::give_up || !observer_.lookout().bring_back || acted_) {
            return failed;
        }
        // Stopping it is surer than another update, which may meet the same fault: so it is looked for first.
        if (judgement.rollout.empty() && !observer_.waited(listing_patience)) {
            return std::nullopt;
        }
        acted_ = true;
        observer_.note(Severity::warning,
                       fmt::format("bringing {} back to {}", service_, reply::last_part(before_.task_definition)));
        // AWS would go back to what the release started if that had come to its end before our revision took its place.
        const bool goes_back_far_enough = !before_.is_second() || before_.released == before_.task_definition;
        if (goes_back_far_enough && !judgement.rollout.empty() && stop(judgement.rollout, interruption)) {
            return std::nullopt;
        }
        try {
            const auto answer = ecs().update_service(cluster_, service_, before_.task_definition, interruption);
            observer_.observe({observer_.now(), "UpdateService", answer});
            return std::nullopt;
        } catch (const Error& error) {
            observer_.note(Severity::error, fmt::format("could not bring it back: {}", error.message()), error.hint());
            auto verdict = failed;
            verdict.outcome = Outcome::rollback_failed;
            return verdict;
        }
    }

    /// Whether the circuit breaker may still do what we are not to do.
    bool goes_back_by_itself()
    {
        const auto now = std::chrono::steady_clock::now();
        hopeless_since_ = hopeless_since_.value_or(now);
        return breaker_goes_back_ && now < *hopeless_since_ + breaker_patience;
    }

    bool stop(const std::string& arn, const Interruption& interruption)
    {
        try {
            const auto answer = ecs().stop_service_deployment(arn, interruption);
            observer_.observe({observer_.now(), "StopServiceDeployment", answer});
            return true;
        } catch (const Error&) {
            return false;  // it has ended meanwhile, or we may not: an update to the old task definition does it too
        }
    }

    [[nodiscard]] Verdict ended(Verdict verdict) const
    {
        const auto image = task_look_.find_image(task_definition_);
        const auto slash = image.rfind('/');
        const auto mark = image.find_first_of(":@", slash == std::string::npos ? 0 : slash);
        const auto path = image.substr(0, mark);
        return filled(std::move(verdict), {{"cluster", cluster_},
                                           {"service", service_},
                                           {"region", observer_.lookout().region},
                                           {"image", image},
                                           {"repository", path.substr(path.find('/') + 1)},
                                           {"tag", mark == std::string::npos ? std::string() : image.substr(mark + 1)},
                                           {"task", task_look_.failed()},
                                           {"group", task_look_.find_log_group(task_definition_)}});
    }

    std::string cluster_;
    std::string service_;
    Observer observer_;
    EcsTasks task_look_;
    EcsTargets targets_;
    EcsBaseline before_;
    std::string task_definition_;
    std::string primary_;
    std::string rollout_;
    std::string tasks_;
    long primary_running_ = 0;
    std::vector<std::string> attempts_;
    std::set<std::string> told_events_;
    std::chrono::steady_clock::time_point next_tasks_{};
    std::chrono::steady_clock::time_point next_attempt_{};
    std::chrono::steady_clock::time_point next_targets_{};
    bool given_up_ = false;
    bool asks_for_room_ = false;
    bool acted_ = false;
    bool breaker_goes_back_ = false;
    std::optional<std::chrono::steady_clock::time_point> hopeless_since_;
};

}  // namespace

std::unique_ptr<Watch> watch_ecs(Lookout lookout, std::string cluster, std::string service)
{
    return std::make_unique<EcsWatch>(std::move(lookout), std::move(cluster), std::move(service));
}

}  // namespace tinystacks::deployment
