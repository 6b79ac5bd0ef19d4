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
          task_look_(observer_, cluster_, service_)
    {}

    void begin(const Interruption& interruption) override
    {
        const auto described = ecs().describe_services(cluster_, service_, interruption);
        const auto& services = list(described, "services");
        if (services.empty()) {
            throw Error(ErrorKind::not_found, "the cluster '{}' has no service '{}'", cluster_, service_)
                .with_hint(fmt::format("aws ecs list-services --cluster {}", cluster_));
        }
        const auto& service = services.front();
        old_task_definition_ = text(service, "taskDefinition");
        observer_.observe({observer_.now(), "Baseline", baseline(service, interruption)});
        find_groups(service, interruption);
    }

    void resume(const Observation& before, const Interruption& interruption) override
    {
        old_task_definition_ = text(before.reply, "task_definition");
        for (const auto& event : list(before.reply, "events")) {
            known_events_.insert(event.get<std::string>());
        }
        for (const auto& attempt : list(before.reply, "service_deployments")) {
            old_attempts_.insert(attempt.get<std::string>());
        }
        observer_.observe(before);
        const auto described = ecs().describe_services(cluster_, service_, interruption);
        if (!list(described, "services").empty()) {
            find_groups(list(described, "services").front(), interruption);
        }
    }

    Verdict finish(const Interruption& interruption) override
    {
        released_ = true;
        return ended(observer_.follow(
            round_interval,
            [&] {
                look(interruption);
                know_more(interruption);
            },
            [&](const Judgement& judgement) { return act(judgement, interruption); }, interruption));
    }

    void restore(const Interruption& interruption) override
    {
        (void)ecs().update_service(cluster_, service_, old_task_definition_, interruption);
    }

    [[nodiscard]] std::string url() const override { return url_; }

private:
    [[nodiscard]] aws::Ecs& ecs() const { return observer_.lookout().ecs; }

    void find_groups(const nlohmann::json& service, const Interruption& interruption)
    {
        for (const auto& balancer : list(service, "loadBalancers")) {
            if (auto group = text(balancer, "targetGroupArn"); !group.empty()) {
                groups_.push_back(std::move(group));
            }
            auto other = text(member(balancer, "advancedConfiguration"), "alternateTargetGroupArn");
            if (!other.empty()) {
                groups_.push_back(std::move(other));
            }
        }
        look_at_targets(interruption);
        find_url(interruption);
    }

    nlohmann::json baseline(const nlohmann::json& service, const Interruption& interruption)
    {
        nlohmann::json baseline = {{"target", "ecs"},
                                   {"cluster", cluster_},
                                   {"service", service_},
                                   {"task_definition", old_task_definition_},
                                   {"deployments", nlohmann::json::array()},
                                   {"service_deployments", nlohmann::json::array()},
                                   {"events", nlohmann::json::array()}};
        bool completed = false;
        for (const auto& deployment : list(service, "deployments")) {
            baseline["deployments"].push_back(text(deployment, "id"));
            const auto state = text(deployment, "rolloutState");
            completed = completed || state == "COMPLETED" || state.empty();
        }
        baseline["first"] = !completed && reply::number(service, "runningCount").value_or(0) == 0;
        for (const auto& event : list(service, "events")) {
            baseline["events"].push_back(text(event, "id"));
            known_events_.insert(text(event, "id"));
        }
        try {
            const auto listed = ecs().list_service_deployments(cluster_, service_, interruption);
            for (const auto& each : list(listed, "serviceDeployments")) {
                baseline["service_deployments"].push_back(text(each, "serviceDeploymentArn"));
                old_attempts_.insert(text(each, "serviceDeploymentArn"));
            }
        } catch (const Error&) {
            // Looked for again after the release; the one that runs now is known from the service.
        }
        if (auto current = text(service, "currentServiceDeployment"); !current.empty()) {
            old_attempts_.insert(current);
            baseline["service_deployments"].push_back(std::move(current));
        }
        return baseline;
    }

    void find_url(const Interruption& interruption)
    {
        if (groups_.empty()) {
            return;
        }
        auto& elbv2 = observer_.lookout().elbv2;
        try {
            const auto groups = elbv2.describe_target_groups({groups_.front()}, interruption);
            observer_.observe({observer_.now(), "DescribeTargetGroups", groups});
            const auto& balancers =
                list(groups, "TargetGroups").empty()
                    ? nlohmann::json::array_t{}
                    : nlohmann::json::array_t(list(list(groups, "TargetGroups").front(), "LoadBalancerArns"));
            if (balancers.empty() || !balancers.front().is_string()) {
                return;
            }
            const auto found = elbv2.describe_load_balancers({balancers.front().get<std::string>()}, interruption);
            observer_.observe({observer_.now(), "DescribeLoadBalancers", found});
            url_ = observer_.judgement().url;
        } catch (const Error&) {
            url_.clear();  // the caller may not look at balancers: then no URL is shown
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
        if (has_open_targets_ && is_due(next_targets_, target_interval, false)) {
            look_at_targets(interruption);
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
                if (task_definition_.empty() || text(deployment, "taskDefinition") != old_task_definition_) {
                    task_definition_ = text(deployment, "taskDefinition");
                }
                primary_running_ = reply::number(deployment, "runningCount").value_or(0);
            }
        }
        const auto& events = list(service, "events");
        for (auto event = events.rbegin(); event != events.rend(); ++event) {
            const auto id = text(*event, "id");
            if (!known_events_.insert(id).second) {
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
        has_open_targets_ = !groups_.empty() && (has_open_targets_ || changes.tasks);
        return changes;
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
                if (!old_attempts_.contains(arn) && std::ranges::find(attempts_, arn) == attempts_.end()) {
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

    void look_at_targets(const Interruption& interruption)
    {
        bool open = false;
        for (const auto& group : groups_) {
            const auto answer = observer_.ask(
                "DescribeTargetHealth",
                [&](const Interruption& stop) { return observer_.lookout().elbv2.describe_target_health(group, stop); },
                interruption);
            for (const auto& each : list(answer, "TargetHealthDescriptions")) {
                const auto& health = member(each, "TargetHealth");
                const auto& target = member(each, "Target");
                open = open || text(health, "State") != "healthy";
                if (released_ && text(health, "State") == "unhealthy") {
                    observer_.changed("target", text(target, "Id") + ":" + text(target, "Port"), "unhealthy",
                                      text(health, "Description"));
                }
            }
        }
        has_open_targets_ = open;
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
            task_look_.know_definition(old_task_definition_, interruption);
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
                       fmt::format("bringing {} back to {}", service_, reply::last_part(old_task_definition_)));
        if (!judgement.rollout.empty() && stop(judgement.rollout, interruption)) {
            return std::nullopt;
        }
        try {
            const auto answer = ecs().update_service(cluster_, service_, old_task_definition_, interruption);
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
    std::string old_task_definition_;
    std::string task_definition_;
    std::string primary_;
    std::string url_;
    std::string rollout_;
    std::string tasks_;
    bool has_open_targets_ = false;  ///< some target is neither healthy nor gone
    long primary_running_ = 0;
    std::vector<std::string> groups_;
    std::vector<std::string> attempts_;
    std::set<std::string> old_attempts_;
    std::set<std::string> known_events_;
    std::chrono::steady_clock::time_point next_tasks_{};
    std::chrono::steady_clock::time_point next_attempt_{};
    std::chrono::steady_clock::time_point next_targets_{};
    bool released_ = false;
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
