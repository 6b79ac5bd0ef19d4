#pragma once

#include "project/import/detail/draft.hpp"
#include "project/import/detail/text.hpp"

#include <string>
#include <vector>

namespace tinystacks::project::detail {

/// A service of a Compose file.
struct ComposeService {
    std::string name;
    document::Node node;
    Position where;
};

/// A port of this machine and the container's; published 0 when none is said.
struct ComposePort {
    int published = 0;
    int target = 0;
};

/// `${NAME:-default}` as Compose fills it in, with nothing from the environment.
[[nodiscard]] Filled fill_compose(const std::string& text);

/// `environment`, without what looks like a secret and what has no value here.
[[nodiscard]] stage::Variables compose_variables(const ComposeService& service,
                                                 const std::vector<std::string>& other_services, Remarks& remarks);

/// The first TCP port of `ports`, short or long form, else of `expose`. The others are remarked.
[[nodiscard]] ComposePort compose_port(const ComposeService& service, Remarks& remarks);

/// The path that `healthcheck` asks of the application's port; empty when it asks none.
[[nodiscard]] std::string compose_health(const ComposeService& service, int port, Remarks& remarks);

/// Remarks on all other keys of the service; names of the variables in its env_files.
void remark_compose_service(const framework::Tree& tree, const ComposeService& service, Remarks& remarks);

}  // namespace tinystacks::project::detail
