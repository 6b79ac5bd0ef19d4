#include "deployment/detail/observer.hpp"
#include "deployment/detail/reply.hpp"
#include "deployment/watch.hpp"

#include "base/error.hpp"

namespace tinystacks::deployment {
namespace {

using namespace std::chrono_literals;
using reply::member;
using reply::text;

constexpr auto round_interval = 1s;
/// How long an update of somebody else's may take before the release is tried all the same.
constexpr auto busy_patience = 2min;

/// A request as a Function URL sends it. Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs", payload
/// format version 2.0.
std::string health_event(const std::string& path, Time now)
{
    const auto question = path.find('?');
    const auto raw_path = path.substr(0, question);
    const auto query = question == std::string::npos ? std::string() : path.substr(question + 1);
    const auto epoch = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    const nlohmann::json event = {
        {"version", "2.0"},
        {"routeKey", "$default"},
        {"rawPath", raw_path},
        {"rawQueryString", query},
        {"headers", {{"host", "health.tinystacks.local"}, {"user-agent", "tinystacks"}, {"accept", "*/*"}}},
        {"requestContext",
         {{"accountId", "anonymous"},
          {"apiId", "tinystacks"},
          {"domainName", "health.tinystacks.local"},
          {"domainPrefix", "health"},
          {"http",
           {{"method", "GET"},
            {"path", raw_path},
            {"protocol", "HTTP/1.1"},
            {"sourceIp", "127.0.0.1"},
            {"userAgent", "tinystacks"}}},
          {"requestId", "tinystacks-health"},
          {"routeKey", "$default"},
          {"stage", "$default"},
          {"time", to_rfc3339(now)},
          {"timeEpoch", epoch}}},
        {"isBase64Encoded", false}};
    return event.dump();
}

class LambdaWatch final : public Watch {
public:
    LambdaWatch(Lookout lookout, std::string function, std::string health)
        : function_(std::move(function)), health_(std::move(health)), observer_(std::move(lookout), "lambda")
    {}

    void begin(const Interruption& interruption) override
    {
        const auto function = get_settled("another update is waited for", interruption);
        const auto& configuration = member(function, "Configuration");
        old_image_ = image_of(function);
        old_variables_ = member(member(configuration, "Environment"), "Variables");
        timeout_ = std::chrono::seconds(reply::number(configuration, "Timeout").value_or(60));
        baseline_ = {{"target", "lambda"},
                     {"function", function_},
                     {"code_sha256", text(configuration, "CodeSha256")},
                     {"image", old_image_},
                     {"health", health_}};
        observer_.observe({observer_.now(), "Baseline", baseline_});
        find_url(interruption);
    }

    void resume(const Observation& before, const Interruption& interruption) override
    {
        baseline_ = before.reply;
        old_image_ = text(before.reply, "image");
        const auto function = lambda().get_function(function_, interruption);
        timeout_ = std::chrono::seconds(reply::number(member(function, "Configuration"), "Timeout").value_or(60));
        observer_.observe(before);
        find_url(interruption);
    }

    bool apply(const RuntimeVariables& wanted, const std::set<std::string>& gone, const std::string& /*repository*/,
               const Interruption& interruption) override
    {
        if (wanted.empty() && gone.empty()) {
            return false;
        }
        const auto function = get_settled("the release's update is waited for", interruption);
        const auto& configuration = member(function, "Configuration");
        if (text(configuration, "LastUpdateStatus") == "Failed") {
            return false;
        }
        const auto variables = with_function_variables(configuration, wanted, gone);
        if (!variables) {
            return false;
        }
        baseline_["second"] = true;
        baseline_["revision"] = text(configuration, "RevisionId");
        observer_.observe({observer_.now(), "Baseline", baseline_});
        observer_.changed("variables", function_, "CHANGED", "");
        has_new_variables_ = true;
        (void)lambda().update_function_configuration(function_, *variables, interruption);
        return true;
    }

    Verdict finish(const Interruption& interruption) override
    {
        auto verdict = ended(observer_.follow(
            round_interval, [&] { look(interruption); },
            [&](const Judgement& judgement) { return act(judgement, interruption); }, interruption));
        know_version(interruption);
        return verdict;
    }

    void start(const std::string& version, const Interruption& interruption) override
    {
        (void)lambda().update_function_code(function_, version, interruption);
    }

    void restore(const Interruption& interruption) override { (void)go_back(interruption); }

    [[nodiscard]] std::string version() const override { return version_; }
    [[nodiscard]] std::string url() const override { return url_; }

private:
    [[nodiscard]] aws::Lambda& lambda() const { return observer_.lookout().lambda; }

    [[nodiscard]] static std::string image_of(const nlohmann::json& function)
    {
        const auto& code = member(function, "Code");
        auto resolved = text(code, "ResolvedImageUri");
        return resolved.empty() ? text(code, "ImageUri") : resolved;
    }

    /// The function once no update goes on, which would refuse ours; after some time as it is.
    nlohmann::json get_settled(const std::string& why, const Interruption& interruption)
    {
        auto function = lambda().get_function(function_, interruption);
        const auto began = std::chrono::steady_clock::now();
        while (text(member(function, "Configuration"), "LastUpdateStatus") == "InProgress" &&
               std::chrono::steady_clock::now() - began < busy_patience) {
            observer_.changed("function", function_, "InProgress", why);
            observer_.lookout().wait(round_interval, interruption);
            function = lambda().get_function(function_, interruption);
        }
        return function;
    }

    /// Before anything else is started: afterwards the function may run something else.
    void know_version(const Interruption& interruption)
    {
        if (!version_.empty()) {
            return;
        }
        try {
            version_ = image_of(lambda().get_function(function_, interruption));
        } catch (const Error&) {
            version_.clear();  // no reason to lose a verdict
        }
    }

    /// The answer of the last update that this takes.
    nlohmann::json go_back(const Interruption& interruption)
    {
        if (has_new_variables_) {
            const auto variables = old_variables_.is_object() ? old_variables_ : nlohmann::json::object();
            (void)lambda().update_function_configuration(function_, variables, interruption);
            (void)get_settled("the variables are brought back", interruption);
        } else if (reply::truth(baseline_, "second")) {
            observer_.note(
                Severity::warning,
                fmt::format("only the code of {} is brought back: its variables of before are not known here",
                            function_));
        }
        return lambda().update_function_code(function_, old_image_, interruption);
    }

    void look(const Interruption& interruption)
    {
        (void)observer_.ask(
            "GetFunctionConfiguration",
            [&](const Interruption& stop) { return lambda().get_function_configuration(function_, stop); },
            interruption);
        if (observer_.judgement().wants_call) {
            call(interruption);
        }
    }

    void find_url(const Interruption& interruption)
    {
        try {
            url_ = text(lambda().get_function_url_config(function_, interruption), "FunctionUrl");
        } catch (const Error&) {
            url_.clear();  // it has none, or the caller may not ask
        }
    }

    void call(const Interruption& interruption)
    {
        const auto answer = observer_.ask(
            "Invoke",
            [&](const Interruption& stop) {
                return lambda().invoke(function_, health_event(health_, observer_.now()), timeout_ + 20s, stop);
            },
            interruption);
        if (const auto error = text(answer, "FunctionError"); !error.empty()) {
            observer_.changed("function", function_, error, text(answer, "Payload"));
        }
    }

    std::optional<Verdict> act(const Judgement& judgement, const Interruption& interruption)
    {
        auto failed = judgement.finding.value_or(Verdict{});
        if (judgement.advice == Advice::give_up || !observer_.lookout().bring_back || acted_) {
            return failed;
        }
        acted_ = true;
        know_version(interruption);
        observer_.note(Severity::warning, fmt::format("bringing {} back to {}", function_, old_image_));
        try {
            const auto answer = go_back(interruption);
            observer_.observe({observer_.now(), "UpdateFunctionCode", answer});
            return std::nullopt;
        } catch (const Error& error) {
            observer_.note(Severity::error, fmt::format("could not bring it back: {}", error.message()), error.hint());
            failed.outcome = Outcome::rollback_failed;
            return failed;
        }
    }

    [[nodiscard]] Verdict ended(Verdict verdict) const
    {
        return filled(std::move(verdict), {{"function", function_}, {"region", observer_.lookout().region}});
    }

    std::string function_;
    std::string health_;
    Observer observer_;
    nlohmann::json baseline_;
    std::string old_image_;
    /// Not in the baseline, which is written to disk: values stay in memory. Whoever watches on after a crash can bring
    /// back the code only.
    nlohmann::json old_variables_;
    bool has_new_variables_ = false;
    std::string version_;
    std::string url_;
    std::chrono::milliseconds timeout_ = 60s;
    bool acted_ = false;
};

}  // namespace

std::unique_ptr<Watch> watch_lambda(Lookout lookout, std::string function, std::string health)
{
    return std::make_unique<LambdaWatch>(std::move(lookout), std::move(function), std::move(health));
}

}  // namespace tinystacks::deployment
