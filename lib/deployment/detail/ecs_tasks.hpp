#pragma once

#include "base/interruption.hpp"
#include "deployment/detail/observer.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>

namespace tinystacks::deployment {

/// Looks at a service's tasks, each until it has stopped; reads the last lines of those that ended by themselves.
class EcsTasks {
public:
    /// `observer` must outlive it.
    EcsTasks(Observer& observer, std::string cluster, std::string service)
        : observer_(observer), cluster_(std::move(cluster)), service_(std::move(service))
    {}

    /// Whether running tasks are listed too: they rarely tell anything new.
    enum class Running { look, leave };
    /// Says what became of the tasks of the deployment `primary`; all are observed.
    void look(const std::string& primary, Running running, const Interruption& interruption);
    /// Asks for a task definition, once.
    void know_definition(const std::string& name, const Interruption& interruption);

    /// Id of the first task that was seen to end; empty when none was.
    [[nodiscard]] const std::string& failed() const { return failed_; }
    /// Image and log group of the first container; empty when the definition is not known.
    [[nodiscard]] std::string find_image(const std::string& definition) const;
    [[nodiscard]] std::string find_log_group(const std::string& definition) const;

private:
    void read(const nlohmann::json& task, const std::string& primary, const Interruption& interruption);
    void read_log(const nlohmann::json& task, const std::string& id, const Interruption& interruption);

    Observer& observer_;
    std::string cluster_;
    std::string service_;
    std::string failed_;
    std::set<std::string> final_tasks_;
    std::set<std::string> logged_tasks_;
    std::map<std::string, nlohmann::json> definitions_;
    int logs_read_ = 0;
};

}  // namespace tinystacks::deployment
