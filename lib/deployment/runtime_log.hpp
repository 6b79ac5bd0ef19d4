#pragma once

#include "aws/ecs.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "log/event.hpp"
#include "mask/masker.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace tinystacks::deployment {

/// Which of a stage's runtime log is wanted.
struct RuntimeLogOptions {
    std::string stage;
    std::optional<Time> since;  ///< empty: the last hour
    bool follow = false;        ///< go on until interrupted
    mask::Secrets secrets;      ///< hidden in every line
};

/// What an ECS service or a Lambda function prints, from CloudWatch Logs, as Lines of channel runtime.
///
/// Every event's time is CloudWatch's own. Lines of several tasks (execution environments of a function) are told
/// apart by the first eight characters of the task's id in brackets, those of several containers by the container's
/// name too. Lines that CloudWatch makes visible late (up to 30 s behind newer ones) are still shown, once.
/// Throws as the aws classes do, and Interrupted.
class RuntimeLog {
public:
    struct World {
        Clock clock;
        /// Throws Interrupted on either level.
        std::function<void(std::chrono::milliseconds, const Interruption&)> wait;
    };

    RuntimeLog(aws::Ecs& ecs, aws::Lambda& lambda, aws::Logs& logs, World world, log::Sink& sink)
        : ecs_(ecs), lambda_(lambda), logs_(logs), world_(std::move(world)), sink_(sink)
    {}

    /// The containers of a service, of every task definition it runs at the moment; a new one is found while following.
    /// Throws Error{not_found} when there is no such service, and Error{unavailable} when none of its containers logs
    /// to CloudWatch in this region.
    void show_service(const std::string& cluster, const std::string& service, const RuntimeLogOptions& options,
                      const Interruption& interruption);
    void show_function(const std::string& function, const RuntimeLogOptions& options, const Interruption& interruption);

private:
    aws::Ecs& ecs_;
    aws::Lambda& lambda_;
    aws::Logs& logs_;
    World world_;
    log::Sink& sink_;
};

}  // namespace tinystacks::deployment
