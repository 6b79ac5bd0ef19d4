#pragma once

#include "base/interruption.hpp"
#include "deployment/detail/observer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::deployment {

/// Looks at the target groups of a service, and where its load balancer answers.
class EcsTargets {
public:
    /// `observer` must outlive it.
    explicit EcsTargets(Observer& observer) : observer_(observer) {}

    /// Before the release: finds the groups of a described service and observes their targets.
    void find(const nlohmann::json& service, const Interruption& interruption);
    /// After the release: says which targets are ill.
    void look(const Interruption& interruption);
    /// Tasks have come or gone, and so will targets.
    void expect_change() { is_open_ = is_open_ || !groups_.empty(); }

    /// Whether some target is neither healthy nor gone.
    [[nodiscard]] bool is_open() const { return is_open_; }
    /// Empty when it is not known.
    [[nodiscard]] const std::string& url() const { return url_; }

private:
    enum class Saying { nothing, illness };
    void look(Saying saying, const Interruption& interruption);
    void find_url(const Interruption& interruption);

    Observer& observer_;
    std::vector<std::string> groups_;
    std::string url_;
    bool is_open_ = false;
};

}  // namespace tinystacks::deployment
