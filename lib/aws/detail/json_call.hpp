#pragma once

#include "aws/client.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace tinystacks::aws::detail {

/// A service that speaks AWS's JSON 1.1 protocol.
struct JsonService {
    std::string_view host;  ///< the first label of its host names
    std::string_view signing_name;
    std::string_view target;  ///< what stands before the operation in X-Amz-Target
};

/// One call of such a service. Throws as Client::send_json().
nlohmann::json call_json(Client& client, const JsonService& service, std::string_view operation,
                         const nlohmann::json& input, const Interruption& interruption, Repeat repeat = Repeat::safe);

/// {"<list>":[…]} with the list of every page, at most ten of them.
nlohmann::json call_json_pages(Client& client, const JsonService& service, std::string_view operation,
                               nlohmann::json input, const std::string& list, const Interruption& interruption);

/// The text at a place of an answer. Throws Error{failed} naming the place when there is none.
[[nodiscard]] std::string text_at(const nlohmann::json& answer, const nlohmann::json::json_pointer& place,
                                  std::string_view operation);

}  // namespace tinystacks::aws::detail
