#pragma once

#include "aws/ecs.hpp"
#include "aws/elbv2.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "deployment/deployment.hpp"
#include "deployment/observation.hpp"
#include "deployment/rollout.hpp"
#include "deployment/runtime.hpp"
#include "log/event.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

/// Watching a rollout on AWS until its end, and bringing it back when it fails.
namespace tinystacks::deployment {

/// What watching needs of the world.
struct Lookout {
    aws::Ecs& ecs;
    aws::Elbv2& elbv2;
    aws::Lambda& lambda;
    aws::Logs& logs;
    Clock clock;
    /// Throws Interrupted on either level.
    std::function<void(std::chrono::milliseconds, const Interruption&)> wait;
    log::Sink& sink;
    std::string stage;
    std::string region;
    /// Told of every answer, as it came; may be empty.
    std::function<void(const Observation&)> record;
    std::chrono::milliseconds limit = std::chrono::minutes(30);  ///< then the verdict is `uncertain`
    bool bring_back = true;  ///< go back to the version before when AWS does not do it by itself
};

/// Watches the rollout that a release starts. In a pace of at most 120 calls a minute; lost connections and throttling
/// are survived until the limit and never change the verdict.
class Watch {
public:
    virtual ~Watch() = default;
    /// Before the release: what runs now. Throws Error when the service or function cannot be read.
    virtual void begin(const Interruption& interruption) = 0;
    /// Instead of begin(), for a rollout that another process began: the last Baseline it observed. Throws Error.
    virtual void resume(const Observation& baseline, const Interruption& interruption) = 0;
    /// After the release, before finish(): has what it started run with the variables `wanted` and without `gone`, as
    /// with_variables() does. Whether that took a rollout more: finish() then judges this one, and going back still
    /// goes to what ran at begin(). Does nothing for a release that has failed already. Throws Error: nothing is then
    /// known to be started.
    [[nodiscard]] virtual bool apply(const RuntimeVariables& wanted, const std::set<std::string>& gone,
                                     const std::string& repository, const Interruption& interruption) = 0;
    /// Instead of a release: asks AWS to run an earlier version(). Throws Error.
    virtual void start(const std::string& version, const Interruption& interruption) = 0;
    /// After the release: until the end. Throws Interrupted.
    [[nodiscard]] virtual Verdict finish(const Interruption& interruption) = 0;
    /// Asks AWS to run again what ran at begin(). Throws Error.
    virtual void restore(const Interruption& interruption) = 0;
    /// What finish() judged: the ARN of a task definition, or an image by digest. Empty when it is not known.
    [[nodiscard]] virtual std::string version() const = 0;
    /// Where the application answers; empty when it is not known.
    [[nodiscard]] virtual std::string url() const = 0;
};

[[nodiscard]] std::unique_ptr<Watch> watch_ecs(Lookout lookout, std::string cluster, std::string service);
/// `health`: the path that one call asks for, or empty.
[[nodiscard]] std::unique_ptr<Watch> watch_lambda(Lookout lookout, std::string function, std::string health);

}  // namespace tinystacks::deployment
