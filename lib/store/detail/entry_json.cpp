#include "store/detail/entry_json.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace tinystacks::store {
namespace {

using deployment::Act;
using deployment::Approval;
using deployment::Book;
using deployment::BuildRecord;
using deployment::Decision;
using deployment::Deployment;
using deployment::Entry;
using deployment::Evidence;
using deployment::Lease;
using deployment::PhaseResult;
using deployment::Variable;
using deployment::Verdict;
using nlohmann::json;
using store::to_json;

json to_json(const std::optional<Time>& time)
{
    return time ? json(to_rfc3339(*time)) : json(nullptr);
}

std::optional<Time> find_time(const json& value)
{
    return value.is_null() ? std::nullopt : find_rfc3339(value.get<std::string>());
}

Time time(const json& value)
{
    return find_time(value).value_or(Time());
}

json to_json(const Verdict& verdict)
{
    auto evidence = json::array();
    for (const auto& one : verdict.evidence) {
        evidence.push_back({{"source", one.source}, {"at", to_json(one.at)}, {"text", one.text}});
    }
    return {{"outcome", to_string(verdict.outcome)},
            {"cause", verdict.cause},
            {"owner", verdict.owner ? json(to_string(*verdict.owner)) : json(nullptr)},
            {"sentence", verdict.sentence},
            {"hint", verdict.hint},
            {"certain_at", to_json(verdict.certain_at)},
            {"evidence", std::move(evidence)}};
}

Verdict verdict(const json& object)
{
    Verdict verdict;
    verdict.outcome =
        deployment::find_outcome(object.at("outcome").get<std::string>()).value_or(deployment::Outcome::uncertain);
    verdict.cause = object.at("cause");
    if (const auto& owner = object.at("owner"); owner.is_string()) {
        verdict.owner = deployment::find_owner(owner.get<std::string>());
    }
    verdict.sentence = object.at("sentence");
    verdict.hint = object.at("hint");
    verdict.certain_at = find_time(object.at("certain_at"));
    for (const auto& one : object.at("evidence")) {
        verdict.evidence.push_back(Evidence{one.at("source"), time(one.at("at")), one.at("text")});
    }
    return verdict;
}

Deployment read_deployment(const json& object)
{
    Deployment deployment;
    deployment.id = object.at("id");
    deployment.run = object.at("run");
    deployment.stack = object.at("stack");
    deployment.stage = object.at("stage");
    deployment.target = object.at("target");
    deployment.region = object.at("region");
    deployment.commit = object.at("commit");
    deployment.digest = object.at("digest");
    deployment.url = object.at("url");
    // Version 1 had none of these.
    deployment.task_definition = object.value("task_definition", "");
    deployment.means = deployment::find_means(object.value("means", "")).value_or(deployment::Means::release);
    deployment.rollback_of = object.value("rollback_of", "");
    deployment.alone = object.value("alone", false);
    deployment.variables = object.value("variables", std::vector<std::string>());
    deployment.started_at = time(object.at("started_at"));
    deployment.ended_at = find_time(object.at("ended_at"));
    deployment.state =
        deployment::find_state(object.at("state").get<std::string>()).value_or(deployment::State::interrupted);
    for (const auto& phase : object.at("phases")) {
        deployment.phases.push_back(PhaseResult{phase.at("name"), phase.at("status"), phase.at("seconds")});
    }
    deployment.verdict = verdict(object.at("verdict"));
    return deployment;
}

json to_json(const Lease& lease)
{
    return {{"stack", lease.stack},
            {"what", lease.what},
            {"owner", lease.owner},
            {"run", lease.run},
            {"fence", lease.fence},
            {"taken_at", to_json(lease.taken_at)},
            {"expires_at", to_json(lease.expires_at)}};
}

Lease read_lease(const json& object)
{
    Lease lease;
    lease.stack = object.at("stack");
    lease.what = object.at("what");
    lease.owner = object.at("owner");
    lease.run = object.at("run");
    lease.fence = object.at("fence");
    lease.taken_at = time(object.at("taken_at"));
    lease.expires_at = time(object.at("expires_at"));
    return lease;
}

json to_json(const BuildRecord& build)
{
    return {{"stack", build.stack},
            {"commit", build.commit},
            {"digest", build.digest},
            {"run", build.run},
            {"built_at", to_json(build.built_at)},
            {"deploys", build.deploys}};
}

BuildRecord read_build(const json& object)
{
    return {object.at("stack"), object.at("commit"),         object.at("digest"),
            object.at("run"),   time(object.at("built_at")), object.value("deploys", false)};
}

json to_json(const Approval& approval)
{
    return {{"stage", approval.stage},
            {"deployment", approval.deployment},
            {"commit", approval.commit},
            {"digest", approval.digest},
            {"by", approval.by},
            {"verified", approval.verified},
            {"decision", approval.decision == Decision::approved ? "approved" : "rejected"},
            {"message", approval.message},
            {"at", to_json(approval.at)}};
}

Approval read_approval(const json& object)
{
    return {object.at("stage"), object.at("deployment"), object.at("commit"), object.at("digest"), object.at("by"),
            object.at("verified"),
            // What is not approved for certain is not approved.
            object.at("decision") == "approved" ? Decision::approved : Decision::rejected, object.at("message"),
            time(object.at("at"))};
}

constexpr std::array<std::string_view, 3> kinds = {"plain", "parameter", "secret"};  // as Variable::Kind

json to_json(const Variable& variable)
{
    return {{"stage", variable.stage},
            {"name", variable.name},
            {"use", variable.use == Variable::Use::build ? "build" : "runtime"},
            {"kind", kinds.at(static_cast<std::size_t>(variable.kind))},
            {"value", variable.value ? json(*variable.value) : json(nullptr)}};
}

Variable read_variable(const json& object)
{
    Variable variable;
    variable.stage = object.at("stage");
    variable.name = object.at("name");
    variable.use = object.at("use") == "build" ? Variable::Use::build : Variable::Use::runtime;
    const auto kind = std::ranges::find(kinds, object.at("kind").get<std::string>());
    if (kind == kinds.end()) {
        throw Error(ErrorKind::failed, "a stored variable is of an unknown kind: '{}'",
                    object.at("kind").get<std::string>());
    }
    variable.kind = static_cast<Variable::Kind>(kind - kinds.begin());
    if (!object.at("value").is_null()) {
        variable.value = object.at("value").get<std::string>();
    }
    return variable;
}

struct ActToJson {
    json operator()(const deployment::LeaseTaken& taken) const
    {
        return {{"act", "lease taken"}, {"lease", to_json(taken.lease)}};
    }
    json operator()(const deployment::LeaseGivenBack& given) const
    {
        return {{"act", "lease given back"}, {"what", given.what}, {"fence", given.fence}};
    }
    json operator()(const deployment::Built& built) const
    {
        return {{"act", "built"}, {"build", to_json(built.build)}, {"fence", built.fence}};
    }
    json operator()(const deployment::Recorded& recorded) const
    {
        return {{"act", "deployment"}, {"deployment", store::to_json(recorded.deployment)}, {"fence", recorded.fence}};
    }
    json operator()(const deployment::Decided& decided) const
    {
        return {{"act", "decided"}, {"approval", to_json(decided.approval)}};
    }
    json operator()(const deployment::VariableSet& set) const
    {
        return {{"act", "variable"}, {"variable", to_json(set.variable)}};
    }
};

Act read_act(const json& object)
{
    const auto& act = object.at("act");
    if (act == "lease taken") {
        return deployment::LeaseTaken{read_lease(object.at("lease"))};
    }
    if (act == "lease given back") {
        return deployment::LeaseGivenBack{object.at("what"), object.at("fence")};
    }
    if (act == "built") {
        return deployment::Built{read_build(object.at("build")), object.at("fence")};
    }
    if (act == "deployment") {
        return deployment::Recorded{read_deployment(object.at("deployment")), object.at("fence")};
    }
    if (act == "decided") {
        return deployment::Decided{read_approval(object.at("approval"))};
    }
    if (act == "variable") {
        return deployment::VariableSet{read_variable(object.at("variable"))};
    }
    throw Error(ErrorKind::failed, "the ledger has an entry of a kind that this version does not know: '{}'",
                act.get<std::string>())
        .with_hint("install the newer version of tinystacks");
}

template <typename Rows>
json to_array(const Rows& rows)
{
    auto array = json::array();
    for (const auto& row : rows) {
        array.push_back(to_json(row));
    }
    return array;
}

/// Runs a reader of ours on a stored object.
template <typename Read>
auto read_stored(const json& object, std::string_view what, const Read& read)
{
    try {
        return read(object);
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed, "a stored {} cannot be read: {}", what, error.what());
    }
}

}  // namespace

json to_json(const Deployment& deployment)
{
    auto phases = json::array();
    for (const auto& phase : deployment.phases) {
        phases.push_back({{"name", phase.name}, {"status", phase.status}, {"seconds", phase.seconds}});
    }
    return {{"id", deployment.id},
            {"run", deployment.run},
            {"stack", deployment.stack},
            {"stage", deployment.stage},
            {"target", deployment.target},
            {"region", deployment.region},
            {"commit", deployment.commit},
            {"digest", deployment.digest},
            {"url", deployment.url},
            {"task_definition", deployment.task_definition},
            {"means", deployment::to_string(deployment.means)},
            {"rollback_of", deployment.rollback_of},
            {"alone", deployment.alone},
            {"variables", deployment.variables},
            {"started_at", to_json(deployment.started_at)},
            {"ended_at", to_json(deployment.ended_at)},
            {"state", to_string(deployment.state)},
            {"phases", std::move(phases)},
            {"verdict", to_json(deployment.verdict)}};
}

json to_json(const Entry& entry)
{
    auto object = std::visit(ActToJson(), entry.act);
    object["number"] = entry.number;
    object["id"] = entry.id;
    object["previous"] = entry.previous;
    object["writer"] = entry.writer;
    object["at"] = to_json(entry.at);
    return object;
}

json to_json(const Book& book)
{
    auto leases = json::array();
    for (const auto& [what, lease] : book.leases) {
        leases.push_back(to_json(lease));
    }
    return {{"number", book.number},
            {"last", book.last},
            {"at", to_json(book.at)},
            {"built_last", book.built_last},
            {"leases", std::move(leases)},
            {"builds", to_array(book.builds)},
            {"deployments", to_array(book.deployments)},
            {"approvals", to_array(book.approvals)},
            {"variables", to_array(book.variables)}};
}

std::string to_text(const json& object)
{
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Deployment deployment_from_json(const json& object)
{
    return read_stored(object, "deployment", read_deployment);
}

Entry entry_from_json(const json& object)
{
    return read_stored(object, "entry of the ledger", [](const json& from) {
        return Entry{from.at("number"), from.at("id"),       from.at("previous"),
                     from.at("writer"), time(from.at("at")), read_act(from)};
    });
}

Book book_from_json(const json& object)
{
    return read_stored(object, "book of the ledger", [](const json& from) {
        Book book;
        book.number = from.at("number");
        book.last = from.at("last");
        book.at = time(from.at("at"));
        book.built_last = from.value("built_last", false);
        for (const auto& each : from.at("leases")) {
            auto lease = read_lease(each);
            book.leases[lease.what] = std::move(lease);
        }
        for (const auto& each : from.at("builds")) {
            book.builds.push_back(read_build(each));
        }
        for (const auto& each : from.at("deployments")) {
            book.deployments.push_back(read_deployment(each));
        }
        for (const auto& each : from.at("approvals")) {
            book.approvals.push_back(read_approval(each));
        }
        for (const auto& each : from.at("variables")) {
            book.variables.push_back(read_variable(each));
        }
        return book;
    });
}

json parse_stored(std::string_view text)
{
    constexpr std::size_t most = std::size_t{10} << 20;
    if (text.size() > most) {
        throw Error(ErrorKind::failed, "a stored text of {} bytes is too long", text.size());
    }
    try {
        return json::parse(text);
    } catch (const json::exception& error) {
        throw Error(ErrorKind::failed, "a stored text cannot be read: {}", error.what());
    }
}

}  // namespace tinystacks::store
