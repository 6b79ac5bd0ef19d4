#include "api/detail/around.hpp"
#include "api/detail/look.hpp"
#include "api/detail/tail.hpp"

#include "base/text.hpp"
#include "contract/status.hpp"
#include "http/transport.hpp"

/// Changes a code source and follows the source check that this starts.
namespace tinystacks::api {
namespace {

using Change = control::SourceRequest::Change;

const source::GitIngestion* find_check(const source::Source& source)
{
    return source.build_details && source.build_details->git_ingestion ? &*source.build_details->git_ingestion
                                                                       : nullptr;
}

/// By what a check is told from the one before it.
std::string beginning_of(const source::Source& source)
{
    const auto* check = find_check(source);
    return check == nullptr || !check->start_time ? std::string() : check->start_time->text;
}

std::string end_of(const source::Source& source)
{
    const auto* check = find_check(source);
    return check == nullptr || !check->end_time ? std::string() : check->end_time->text;
}

/// Whether `now` tells of another check than `before`. A server may show the old one's end for a while.
bool is_another(const source::Source& now, const source::Source& before)
{
    return beginning_of(now).empty() ? end_of(now) != end_of(before) : beginning_of(now) != beginning_of(before);
}

deployment::Verdict judge(const source::Source& source, const Around& around)
{
    const auto* check = find_check(source);
    const auto now = around.clock();
    auto verdict = judge_end("the source check", check->status, now);
    for (const auto& [from, text] : {std::pair{"error", &check->error}, {"details", &check->status_details}}) {
        if (!text->empty()) {
            const auto at = contract::find_time(check->end_time).value_or(now);
            verdict.evidence.push_back({from, at, printable(around.secrets.hide(*text))});
        }
    }
    if (verdict.outcome != deployment::Outcome::succeeded) {
        verdict.hint = "tinystacks source logs " + shell_quote(printable_line(source.name));
    }
    return verdict;
}

source::Source send(const control::SourceRequest& request, Catalogue& catalogue)
{
    switch (request.change) {
    case Change::create:
        return catalogue.create_source(request.source);
    case Change::update:
        return catalogue.update_source(request.source);
    case Change::parameters:
        break;
    }
    source::ParameterChange change;
    change.parameters = request.source.parameters;
    change.parameter_categories = request.source.parameter_categories;
    catalogue.set_source_parameters(request.source.name, change);
    try {
        return catalogue.source(request.source.name, {});
    } catch (const Error&) {
        return request.source;  // it was changed, whatever can be seen of it
    }
}

/// The log of a source's newest check. What cannot be had besides the status is said once and changes no verdict;
/// before a check has logged anything there may be none.
class CheckLog {
public:
    CheckLog(const std::string& name, const Around& around)
        : name_(name), around_(around), tail_(around.run.sink, log::Channel::build, around.secrets, around.clock)
    {}

    /// What there is now belongs to the check before.
    void pass_over() { tail_.pass_over(read()); }
    /// Whether anything was new.
    bool show() { return tail_.show(read()); }

private:
    [[nodiscard]] std::vector<stack::LogLine> read()
    {
        try {
            return around_.catalogue.source_log(name_);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found && !std::exchange(complained_, true)) {
                note(around_, fmt::format("the check's log cannot be read: {}", error.what()), {});
            }
            return {};
        }
    }

    const std::string& name_;
    const Around& around_;
    Tail tail_;
    bool complained_ = false;
};

/// Shows a check while it goes on, until it has ended.
std::optional<deployment::Verdict> look(const std::optional<source::Source>& before, CheckLog& log,
                                        source::Source& known, std::string& said, bool& changed, const Around& around)
{
    auto now = around.catalogue.source(known.name, {});
    const bool begun = !before || is_another(now, *before);
    if (begun) {
        changed = log.show();
    }
    const auto* check = find_check(now);
    if (check != nullptr && begun && check->status != said) {
        said = check->status;
        changed = true;
        around.run.sink.write(
            {around.clock(), {}, log::ResourceChanged{"source check", known.name, printable_line(said), {}}});
    }
    known = std::move(now);
    if (!begun || end_of(known).empty()) {
        return std::nullopt;
    }
    (void)log.show();  // what was logged between the two questions
    return judge(known, around);
}

}  // namespace

control::SourceOutcome change_source(const control::SourceRequest& request, const Around& around)
{
    const auto& name = request.source.name;
    const auto hint = "tinystacks source show " + shell_quote(printable_line(name));
    CheckLog log(name, around);
    std::optional<source::Source> before;
    if (request.watch.until_end && request.change != Change::create) {
        before = around.catalogue.source(name, {});
        log.pass_over();
    }
    control::SourceOutcome outcome;
    try {
        outcome.source = send(request, around.catalogue);
    } catch (const http::Unanswered& error) {
        return {request.source, unseen(error.message(), hint)};
    } catch (const Error& error) {
        throw error.kind() == ErrorKind::conflict ? error.with_hint(hint) : Error(error);
    } catch (const Interrupted&) {
        note(around, "it was stopped while it was asked for: it may have begun", hint);
        throw;
    }
    if (!request.watch.until_end) {
        return outcome;
    }
    outcome.source.name = name;
    std::string said;
    outcome.verdict = look_until_end(
        [&](bool& changed) { return look(before, log, outcome.source, said, changed, around); }, request.watch.limit,
        fmt::format("the source check of '{}'", printable_line(name)), hint, around);
    return outcome;
}

}  // namespace tinystacks::api
