#pragma once

#include "api/session.hpp"
#include "control/catalogue.hpp"

namespace tinystacks::api {

/// Code sources and stacks of a server: the contract's operations, one by one.
class Catalogue final : public control::Catalogue {
public:
    /// `session` must outlive it.
    Catalogue(Session& session, Interruption interruption) : session_(session), interruption_(std::move(interruption))
    {}

    /// Throws Error when the server does not answer as one of the contract's.
    void ping();

    void for_each_source(const std::function<void(source::Source)>& use) override;
    [[nodiscard]] source::Source source(const std::string& name, const std::string& version) override;
    source::Source create_source(const source::Source& source);
    source::Source update_source(const source::Source& source);
    void set_source_parameters(const std::string& name, const source::ParameterChange& change);
    source::Source remove_source(const std::string& name) override;
    void publish(const std::string& name, const std::string& version) override;
    [[nodiscard]] std::vector<source::Version> versions(const std::string& name) override;
    [[nodiscard]] std::vector<source::Use> uses(const std::string& name) override;
    [[nodiscard]] std::vector<stack::LogLine> source_log(const std::string& name);

    void for_each_stack(const control::StackFilter& filter, const std::function<void(stack::Stack)>& use) override;
    [[nodiscard]] stack::Stack stack(const std::string& name, const std::string& customer) override;
    [[nodiscard]] stack::UserStack user_stack(const std::string& name, const std::string& user) override;
    stack::Stack create_stack(const stack::Stack& stack, const std::string& customer);
    stack::Stack update_stack(const stack::Stack& stack);
    void deploy(const std::string& stack, const std::string& stage, const std::string& customer);
    stack::Stack remove_stack(const std::string& name, const std::string& customer) override;
    void set_stack_parameters(const std::string& name, const stack::ParameterChange& change,
                              const std::string& customer) override;
    [[nodiscard]] std::vector<stack::Output> outputs(const std::string& name, const std::string& customer) override;
    [[nodiscard]] std::vector<stack::Resource> resources(const std::string& name, const std::string& customer) override;
    [[nodiscard]] std::vector<stack::Event> events(const std::string& name) override;
    [[nodiscard]] std::vector<stack::Deployment> deployments(const std::string& name,
                                                             const std::string& customer) override;
    [[nodiscard]] std::vector<stack::LogLine> deployment_log(const std::string& stack, const std::string& deployment);
    [[nodiscard]] std::vector<document::Node> deployment_events(const std::string& stack, const std::string& deployment,
                                                                const std::string& customer) override;

private:
    template <typename T>
    [[nodiscard]] T read(const Call& call);
    template <typename T>
    [[nodiscard]] std::vector<T> list(const Call& call);
    template <typename T>
    void for_each(const Call& call, const std::function<void(T)>& use);
    template <typename T>
    T change(const Call& call);

    Session& session_;
    Interruption interruption_;
};

}  // namespace tinystacks::api
