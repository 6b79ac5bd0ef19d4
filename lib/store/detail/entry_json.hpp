#pragma once

#include "deployment/book.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

/// Entries, books and deployments as they are kept: one JSON object each, in which ill-formed UTF-8 is replaced. The
/// shapes stand in docs/ledger.md.
namespace tinystacks::store {

[[nodiscard]] nlohmann::json to_json(const deployment::Deployment& deployment);
[[nodiscard]] nlohmann::json to_json(const deployment::Entry& entry);
[[nodiscard]] nlohmann::json to_json(const deployment::Book& book);
[[nodiscard]] std::string to_text(const nlohmann::json& object);

/// The inverses, for what has a `document` of ours: each throws Error{failed} for what these functions did not write.
[[nodiscard]] deployment::Deployment deployment_from_json(const nlohmann::json& object);
[[nodiscard]] deployment::Entry entry_from_json(const nlohmann::json& object);
[[nodiscard]] deployment::Book book_from_json(const nlohmann::json& object);
/// Of at most 10 MiB. Throws Error{failed}.
[[nodiscard]] nlohmann::json parse_stored(std::string_view text);

}  // namespace tinystacks::store
