#pragma once

#include "aws/client.hpp"
#include "aws/sign.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::aws::detail {

/// `prefix.member.1=…&prefix.member.2=…`
void add_list(Query& parameters, const std::string& prefix, const std::vector<std::string>& values);

/// A call of the query protocol (a form goes in, XML comes out): `operation` and `version` are its Action and Version.
[[nodiscard]] Call query_call(std::string service, std::string operation, std::string_view version,
                              const Query& parameters);

/// Sends it; the <OperationResult> element as parse_xml() gives it (an empty object for an empty one).
/// Throws as Client::send(), and Error{failed} for another answer.
[[nodiscard]] nlohmann::json send_query(Client& client, const Call& call, const Interruption& interruption = {});

}  // namespace tinystacks::aws::detail
