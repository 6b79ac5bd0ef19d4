#include "api/detail/around.hpp"
#include "api/detail/look.hpp"
#include "api/detail/tail.hpp"

#include "base/text.hpp"
#include "contract/status.hpp"
#include "http/transport.hpp"

#include <algorithm>

/// Changes a stack or deploys one of its stages, and follows the deployment that this starts.
namespace tinystacks::api {
namespace {

using Change = control::StackRequest::Change;
using Deployments = std::vector<stack::Deployment>;

/// Deployments that began within it may each be the one that was asked for.
constexpr auto a_moment = std::chrono::minutes(1);

Time began(const stack::Deployment& deployment)
{
    // Late, and far enough from the end of time to be subtracted from.
    return contract::find_time(deployment.start_time).value_or(Time(std::chrono::hours(24 * 365 * 200)));
}

/// The contract gives a new deployment no id: it is the one that was not there before.
class Newcomer {
public:
    Newcomer(const control::StackRequest& request, const Around& around) : request_(request), around_(around) {}

    /// What there is before anything is changed.
    void remember() { before_ = list(); }

    /// The deployment as it is now; empty until it is there. Of several that are new the one that began first, which is
    /// said once.
    [[nodiscard]] std::optional<stack::Deployment> find()
    {
        auto fresh = list();
        std::erase_if(fresh, [&](const auto& each) {
            return std::ranges::find(before_, each.deployment_id, &stack::Deployment::deployment_id) != before_.end();
        });
        if (fresh.empty()) {
            return std::nullopt;
        }
        std::ranges::stable_sort(fresh, {}, began);
        if (ambiguity_.empty() && std::ranges::count_if(fresh, [&](const auto& each) {
                                      return began(each) - began(fresh.front()) < a_moment;
                                  }) > 1) {
            say_ambiguity(fresh);
        }
        if (id_.empty()) {
            id_ = fresh.front().deployment_id;
        }
        const auto ours = std::ranges::find(fresh, id_, &stack::Deployment::deployment_id);
        return ours == fresh.end() ? std::nullopt : std::optional(std::move(*ours));
    }

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const std::string& ambiguity() const { return ambiguity_; }

private:
    [[nodiscard]] Deployments list() { return around_.catalogue.deployments(request_.stack.name, request_.customer); }

    void say_ambiguity(const Deployments& fresh)
    {
        std::vector<std::string> ids;
        std::ranges::transform(fresh, std::back_inserter(ids),
                               [](const auto& each) { return printable_line(each.deployment_id); });
        ambiguity_ = fmt::format("{} deployments began at the same time ({}): this is taken to be the first",
                                 fresh.size(), join(ids, ", "));
        note(around_, ambiguity_, {});
    }

    const control::StackRequest& request_;
    const Around& around_;
    Deployments before_;
    std::string id_;
    std::string ambiguity_;
};

/// Sends the change. One whose answer was lost is looked for afterwards.
std::optional<stack::Stack> send(const control::StackRequest& request, Catalogue& catalogue)
{
    switch (request.change) {
    case Change::create:
        return catalogue.create_stack(request.stack, request.customer);
    case Change::update:
        return catalogue.update_stack(request.stack);
    case Change::deploy:
        catalogue.deploy(request.stack.name, request.stage, request.customer);
        break;
    }
    return std::nullopt;
}

std::string hint_of(const control::StackRequest& request)
{
    return "tinystacks stack deployments " + shell_quote(printable_line(request.stack.name));
}

deployment::Verdict judge(const stack::Deployment& deployment, const control::StackRequest& request,
                          const std::string& ambiguity, const Around& around)
{
    auto verdict = judge_end("the deployment", deployment.status, around.clock());
    if (!ambiguity.empty()) {
        verdict.evidence.push_back({"tinystacks", around.clock(), ambiguity});
    }
    if (verdict.outcome != deployment::Outcome::succeeded) {
        verdict.hint = fmt::format("tinystacks logs deployment --stack {} --deployment {}",
                                   shell_quote(printable_line(request.stack.name)),
                                   shell_quote(printable_line(deployment.deployment_id)));
    }
    return verdict;
}

/// Shows a deployment while it goes on: its status, log and resources.
class Watcher {
public:
    Watcher(const control::StackRequest& request, const Around& around, Newcomer& newcomer)
        : request_(request), around_(around), newcomer_(newcomer),
          tail_(around.run.sink, log::Channel::deployment, around.secrets, around.clock),
          happenings_(around.run.sink, around.secrets, around.clock)
    {}

    /// How long a deployment may take to be there.
    void expect_within(std::chrono::milliseconds patience) { expected_ = around_.patience.now() + patience; }

    std::optional<deployment::Verdict> look(bool& changed, std::optional<stack::Deployment>& last)
    {
        auto now = newcomer_.find();
        if (!now) {
            return around_.patience.now() < expected_
                       ? std::nullopt
                       : std::optional(unseen("the server lists no deployment that began since", hint_of(request_)));
        }
        changed = say_status(*now);
        changed = show_details() || changed;
        last = std::move(now);
        if (!last->finish_time) {
            return std::nullopt;
        }
        (void)show_details();  // what was logged between the questions
        return judge(*last, request_, newcomer_.ambiguity(), around_);
    }

private:
    bool say_status(const stack::Deployment& deployment)
    {
        const auto word = printable_line(deployment.status);
        if (word == said_) {
            return false;
        }
        said_ = word;
        around_.run.sink.write(
            {around_.clock(),
             {},
             log::ResourceChanged{"deployment", printable_line(deployment.deployment_id), word, {}}});
        return true;
    }

    /// What cannot be had besides the status is said once and changes no verdict.
    bool show_details()
    {
        bool changed = false;
        try {
            // The contract's log knows no customer.
            if (request_.customer.empty()) {
                changed = tail_.show(around_.catalogue.deployment_log(request_.stack.name, newcomer_.id()));
            }
            changed = happenings_.show(around_.catalogue.deployment_events(request_.stack.name, newcomer_.id(),
                                                                           request_.customer)) ||
                      changed;
        } catch (const Error& error) {
            if (!std::exchange(complained_, true)) {
                note(around_, fmt::format("the deployment's log cannot be read: {}", error.what()), {});
            }
        }
        return changed;
    }

    const control::StackRequest& request_;
    const Around& around_;
    Newcomer& newcomer_;
    Tail tail_;
    Happenings happenings_;
    std::chrono::steady_clock::time_point expected_;
    std::string said_;
    bool complained_ = false;
};

}  // namespace

control::StackOutcome change_stack(const control::StackRequest& request, const Around& around)
{
    using namespace std::chrono_literals;
    const bool watches = request.watch.until_end;
    const auto name = printable_line(request.stack.name);
    const auto show = "tinystacks stack show " + shell_quote(name);
    control::StackOutcome outcome;
    Newcomer newcomer(request, around);
    if (request.change == Change::deploy || (watches && request.change == Change::update)) {
        newcomer.remember();
    }
    Watcher watcher(request, around, newcomer);
    watcher.expect_within(5min);
    std::optional<Error> unanswered;
    try {
        outcome.stack = send(request, around.catalogue);
    } catch (const http::Unanswered& error) {
        if (request.change != Change::deploy) {
            outcome.verdict = unseen(error.message(), show);
            return outcome;
        }
        // It may have begun all the same, which the list of deployments tells.
        unanswered = error;
        watcher.expect_within(30s);
        note(around, error.message(), {});
    } catch (const Error& error) {
        throw error.kind() == ErrorKind::conflict ? error.with_hint(show) : Error(error);
    } catch (const Interrupted&) {
        note(around, "it was stopped while it was asked for: it may have begun", show);
        throw;
    }
    const auto what = fmt::format("the deployment of '{}'", name);
    if (watches || unanswered) {
        const auto look = [&](bool& changed) -> std::optional<deployment::Verdict> {
            auto verdict = watcher.look(changed, outcome.deployment);
            const bool seen_is_enough = !watches && outcome.deployment;
            return verdict || !seen_is_enough
                       ? verdict
                       : std::optional(unseen("it began, and nobody watched it", hint_of(request)));
        };
        outcome.verdict = look_until_end(look, request.watch.limit, what, hint_of(request), around);
    } else if (request.change == Change::deploy) {
        try {
            outcome.deployment = newcomer.find();
        } catch (const Error& error) {
            note(around, fmt::format("{} was asked for, and cannot be seen: {}", what, error.what()), hint_of(request));
        }
    }
    return outcome;
}

}  // namespace tinystacks::api
