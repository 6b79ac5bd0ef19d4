#include "deployment/detail/ecs_targets.hpp"

#include "base/error.hpp"
#include "deployment/detail/reply.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::deployment {

using reply::list;
using reply::member;
using reply::text;

void EcsTargets::find(const nlohmann::json& service, const Interruption& interruption)
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
    look(Saying::nothing, interruption);
    find_url(interruption);
}

void EcsTargets::look(const Interruption& interruption)
{
    look(Saying::illness, interruption);
}

void EcsTargets::look(Saying saying, const Interruption& interruption)
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
            if (saying == Saying::illness && text(health, "State") == "unhealthy") {
                observer_.changed("target", text(target, "Id") + ":" + text(target, "Port"), "unhealthy",
                                  text(health, "Description"));
            }
        }
    }
    is_open_ = open;
}

void EcsTargets::find_url(const Interruption& interruption)
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

}  // namespace tinystacks::deployment
