#pragma once

#include "deployment/rollout.hpp"

namespace tinystacks::deployment {

/// How answers about one kind of target are judged. judgement() looks at nothing but what observe() was given.
struct Judge::Rules {
    virtual ~Rules() = default;
    virtual void observe(const Observation& observation) = 0;
    [[nodiscard]] virtual Judgement judgement() const = 0;
};

[[nodiscard]] std::unique_ptr<Judge::Rules> make_ecs_rules();
[[nodiscard]] std::unique_ptr<Judge::Rules> make_lambda_rules();

}  // namespace tinystacks::deployment
