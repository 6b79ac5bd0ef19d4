#pragma once

#include "aws/error.hpp"
#include "deployment/cause.hpp"
#include "deployment/watch.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tinystacks::deployment {

/// Asks AWS in a measured pace, gives the answers to the judge and says what is new.
class Observer {
public:
    Observer(Lookout lookout, std::string_view target) : lookout_(std::move(lookout)), judge_(target) {}

    using Ask = std::function<nlohmann::json(const Interruption&)>;

    /// Asks once and observes the answer, or the refusal when it is no passing one. The answer; null when there is
    /// none. Throws Interrupted.
    nlohmann::json ask(const std::string& operation, const Ask& ask, const Interruption& interruption);
    void observe(Observation observation);
    /// Waits until there is room for a call more, for one that is not made by ask(). Throws Interrupted.
    void keep_pace(const Interruption& interruption);

    [[nodiscard]] Judgement judgement() const { return judge_.judgement(); }
    [[nodiscard]] const Lookout& lookout() const { return lookout_; }
    [[nodiscard]] Time now() const { return lookout_.clock(); }

    /// Whether there are calls to spare for what is not urgent.
    [[nodiscard]] bool has_time() const { return tokens_ >= 2.5; }

    /// Acts on a rollout that will not work; the verdict when that is its end.
    using Act = std::function<std::optional<Verdict>(const Judgement&)>;

    /// Looks every `interval` until the judge has a verdict, `act` has one, or the limit is over. Throws Interrupted.
    [[nodiscard]] Verdict follow(std::chrono::milliseconds interval, const std::function<void()>& look, const Act& act,
                                 const Interruption& interruption);

    /// Says each thing once.
    void changed(const std::string& kind, const std::string& name, const std::string& status,
                 const std::string& detail);
    void note(Severity severity, const std::string& message, const std::string& hint = {});
    /// Whether the watch goes on for at least `duration`.
    [[nodiscard]] bool waited(std::chrono::milliseconds duration) const
    {
        return std::chrono::steady_clock::now() - began_ >= duration;
    }

private:
    /// Tells the finding when it is a new one, and the progress when it is.
    void tell(const Judgement& judgement);
    void keep(const Observation& observation);

    Lookout lookout_;
    Judge judge_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double tokens_ = 6;  ///< calls that may be made at once
    std::chrono::steady_clock::time_point filled_ = std::chrono::steady_clock::now();
    std::map<std::string, int> failures_;  ///< in a row, by operation
    std::set<std::string> said_;
    std::string cause_;
    std::string progress_;
    bool told_of_loss_ = false;
};

}  // namespace tinystacks::deployment
