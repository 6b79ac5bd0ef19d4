#pragma once

#include "base/interruption.hpp"
#include "document/node.hpp"
#include "source/source.hpp"
#include "stack/stack.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tinystacks::control {

/// Which stacks are meant; what is empty does not matter.
struct StackFilter {
    std::string source_owner;
    std::string source_name;
    std::string customer;
};

/// Code sources and stacks by name: what is read and written at once. What goes on for longer is a Request.
///
/// Names are as their keeper has them. Throws Error{not_found} for one that there is not. `customer` is empty for one's
/// own things.
class Catalogue {
public:
    virtual ~Catalogue() = default;

    /// One by one, so that thousands are never in memory as values.
    virtual void for_each_source(const std::function<void(source::Source)>& use) = 0;
    /// At a published version when `version` is given.
    [[nodiscard]] virtual source::Source source(const std::string& name, const std::string& version) = 0;
    /// What the source was.
    virtual source::Source remove_source(const std::string& name) = 0;
    virtual void publish(const std::string& name, const std::string& version) = 0;
    [[nodiscard]] virtual std::vector<source::Version> versions(const std::string& name) = 0;
    /// The stacks that all users made of a source.
    [[nodiscard]] virtual std::vector<source::Use> uses(const std::string& name) = 0;

    virtual void for_each_stack(const StackFilter& filter, const std::function<void(stack::Stack)>& use) = 0;
    [[nodiscard]] virtual stack::Stack stack(const std::string& name, const std::string& customer) = 0;
    /// What the owner of a source sees of a user's stack.
    [[nodiscard]] virtual stack::UserStack user_stack(const std::string& name, const std::string& user) = 0;
    /// What the stack was.
    virtual stack::Stack remove_stack(const std::string& name, const std::string& customer) = 0;
    virtual void set_stack_parameters(const std::string& name, const stack::ParameterChange& change,
                                      const std::string& customer) = 0;
    [[nodiscard]] virtual std::vector<stack::Output> outputs(const std::string& name, const std::string& customer) = 0;
    [[nodiscard]] virtual std::vector<stack::Resource> resources(const std::string& name,
                                                                 const std::string& customer) = 0;
    /// What people changed.
    [[nodiscard]] virtual std::vector<stack::Event> events(const std::string& name) = 0;
    [[nodiscard]] virtual std::vector<stack::Deployment> deployments(const std::string& name,
                                                                     const std::string& customer) = 0;
    /// What happened in a deployment, in CloudFormation's shapes; of the newest when `deployment` is empty.
    [[nodiscard]] virtual std::vector<document::Node>
    deployment_events(const std::string& stack, const std::string& deployment, const std::string& customer) = 0;
};

}  // namespace tinystacks::control
