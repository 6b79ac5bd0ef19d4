#include "api/catalogue.hpp"

#include "base/error.hpp"
#include "contract/contract.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <limits>

namespace tinystacks::api {
namespace {

constexpr auto sources = "infrastructure-code-sources";
constexpr auto stacks = "infrastructure-code-stacks";

/// A server's things are what they are: their size is bounded already, and what they hold is kept.
document::Limits limits_of(std::string_view text)
{
    document::Limits limits;
    limits.bytes = std::max(limits.bytes, text.size());
    limits.nodes = std::numeric_limits<std::size_t>::max();
    return limits;
}

/// What `use` makes of an answer. Throws Error{failed} for one that is not as the contract says.
template <typename Use>
auto understood(const Session& session, const Call& call, Use use)
{
    try {
        return use();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid_input) {
            throw;
        }
        throw Error(ErrorKind::failed, "'{}' answers {} with what the TinyStacks API does not have: {}",
                    session.server().url, call.path.back(), error.what());
    }
}

document::Node parsed(const std::string& text)
{
    return document::parse_json(text, "the answer", limits_of(text), document::Origin::server).root;
}

template <typename T>
std::string body_of(const T& value)
{
    return document::to_json(contract::write(value));
}

}  // namespace

template <typename T>
T Catalogue::read(const Call& call)
{
    const auto text = session_.read(call, Session::Answer::json, interruption_);
    return understood(session_, call, [&] { return contract::read<T>(parsed(text)); });
}

template <typename T>
std::vector<T> Catalogue::list(const Call& call)
{
    std::vector<T> all;
    for_each<T>(call, [&](T item) { all.push_back(std::move(item)); });
    return all;
}

template <typename T>
void Catalogue::for_each(const Call& call, const std::function<void(T)>& use)
{
    const auto text = session_.read_list(call, interruption_);
    understood(session_, call, [&] {
        document::for_each_item(text, "the answer", limits_of(text), document::Origin::server,
                                [&](document::Node item) { use(contract::read<T>(item)); });
    });
}

template <typename T>
T Catalogue::change(const Call& call)
{
    const auto text = session_.change(call, Session::Answer::any, interruption_);
    try {
        return understood(session_, call, [&] { return contract::read<T>(parsed(text)); });
    } catch (const Error& error) {
        throw http::Unanswered(error);  // it was carried out, and nobody can read with what result
    }
}

void Catalogue::ping()
{
    (void)session_.read({"GET", {"ping"}}, Session::Answer::any, interruption_);
}

void Catalogue::for_each_source(const std::function<void(source::Source)>& use)
{
    for_each<source::Source>({"GET", {sources}}, use);
}

source::Source Catalogue::source(const std::string& name, const std::string& version)
{
    return read<source::Source>({"GET", {sources, name}, {{"version", version}}});
}

source::Source Catalogue::create_source(const source::Source& source)
{
    return change<source::Source>({"POST", {sources}, {}, body_of(source)});
}

source::Source Catalogue::update_source(const source::Source& source)
{
    return change<source::Source>({"PUT", {sources, source.name}, {}, body_of(source)});
}

void Catalogue::set_source_parameters(const std::string& name, const source::ParameterChange& change)
{
    session_.change({"PUT", {sources, "parameters", name}, {}, body_of(change)}, Session::Answer::any, interruption_);
}

source::Source Catalogue::remove_source(const std::string& name)
{
    // The contract has DELETE carry the thing that is removed.
    auto last = source(name, {});
    session_.change({"DELETE", {sources, name}, {}, body_of(last)}, Session::Answer::any, interruption_);
    return last;
}

void Catalogue::publish(const std::string& name, const std::string& version)
{
    source::Version published;
    published.version = version;
    session_.change({"PUT", {sources, "versions", name}, {}, body_of(published)}, Session::Answer::any, interruption_);
}

std::vector<source::Version> Catalogue::versions(const std::string& name)
{
    return list<source::Version>({"GET", {sources, "versions", name}});
}

std::vector<source::Use> Catalogue::uses(const std::string& name)
{
    return list<source::Use>({"GET", {sources, "admin", name}});
}

std::vector<stack::LogLine> Catalogue::source_log(const std::string& name)
{
    return list<stack::LogLine>({"GET", {sources, "logs", name}});
}

void Catalogue::for_each_stack(const control::StackFilter& filter, const std::function<void(stack::Stack)>& use)
{
    for_each<stack::Stack>(
        {"GET",
         {stacks},
         {{"sourceOwner", filter.source_owner}, {"sourceName", filter.source_name}, {"customerId", filter.customer}}},
        use);
}

stack::Stack Catalogue::stack(const std::string& name, const std::string& customer)
{
    return read<stack::Stack>({"GET", {stacks, name}, {{"customerId", customer}}});
}

stack::UserStack Catalogue::user_stack(const std::string& name, const std::string& user)
{
    return read<stack::UserStack>({"GET", {stacks, "admin", name, user}});
}

stack::Stack Catalogue::create_stack(const stack::Stack& stack, const std::string& customer)
{
    return change<stack::Stack>({"POST", {stacks}, {{"customerId", customer}}, body_of(stack)});
}

stack::Stack Catalogue::update_stack(const stack::Stack& stack)
{
    return change<stack::Stack>({"PUT", {stacks, stack.name}, {}, body_of(stack)});
}

void Catalogue::deploy(const std::string& stack, const std::string& stage, const std::string& customer)
{
    session_.change({"PUT", {stacks, stack, stage, "deploy"}, {{"customerId", customer}}}, Session::Answer::any,
                    interruption_);
}

stack::Stack Catalogue::remove_stack(const std::string& name, const std::string& customer)
{
    auto last = stack(name, customer);
    session_.change({"DELETE", {stacks, name}, {{"customerId", customer}}, body_of(last)}, Session::Answer::any,
                    interruption_);
    return last;
}

void Catalogue::set_stack_parameters(const std::string& name, const stack::ParameterChange& change,
                                     const std::string& customer)
{
    for (const auto& each : change.parameters) {
        if (each.value && parameter::find_type(each.type) == parameter::Type::secret) {
            session_.hide(each.value->text);
        }
    }
    session_.change({"PUT", {stacks, "parameters", name}, {{"customerId", customer}}, body_of(change)},
                    Session::Answer::any, interruption_);
}

std::vector<stack::Output> Catalogue::outputs(const std::string& name, const std::string& customer)
{
    return list<stack::Output>({"GET", {stacks, "outputs", name}, {{"customerId", customer}}});
}

std::vector<stack::Resource> Catalogue::resources(const std::string& name, const std::string& customer)
{
    return list<stack::Resource>({"GET", {stacks, "resources", name}, {{"customerId", customer}}});
}

std::vector<stack::Event> Catalogue::events(const std::string& name)
{
    return list<stack::Event>({"GET", {stacks, name, "stackEvents"}});
}

std::vector<stack::Deployment> Catalogue::deployments(const std::string& name, const std::string& customer)
{
    return list<stack::Deployment>({"GET", {stacks, "deployments", name}, {{"customerId", customer}}});
}

std::vector<stack::LogLine> Catalogue::deployment_log(const std::string& stack, const std::string& deployment)
{
    return list<stack::LogLine>({"GET", {stacks, "deployments", stack, "logs"}, {{"deploymentId", deployment}}});
}

std::vector<document::Node> Catalogue::deployment_events(const std::string& stack, const std::string& deployment,
                                                         const std::string& customer)
{
    const Call call{
        "GET", {stacks, "deployments", stack, "events"}, {{"deploymentId", deployment}, {"customerId", customer}}};
    const auto text = session_.read_list(call, interruption_);
    std::vector<document::Node> all;
    understood(session_, call, [&] {
        document::for_each_item(text, "the answer", limits_of(text), document::Origin::server,
                                [&](document::Node item) { all.push_back(std::move(item)); });
    });
    return all;
}

}  // namespace tinystacks::api
