#include "aws/detail/json_call.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::aws::detail {
namespace {

constexpr int most_pages = 10;

}  // namespace

nlohmann::json call_json(Client& client, const JsonService& service, std::string_view operation,
                         const nlohmann::json& input, const Interruption& interruption, Repeat repeat)
{
    Call call;
    call.service = service.host;
    call.signed_as = service.signing_name;
    call.operation = operation;
    call.repeat = repeat;
    return client.send_json(std::move(call), fmt::format("{}.{}", service.target, operation), input, interruption);
}

nlohmann::json call_json_pages(Client& client, const JsonService& service, std::string_view operation,
                               nlohmann::json input, const std::string& list, const Interruption& interruption)
{
    auto all = nlohmann::json::array();
    for (int page = 0; page < most_pages; ++page) {
        const auto answer = call_json(client, service, operation, input, interruption);
        if (const auto found = answer.find(list); found != answer.end() && found->is_array()) {
            all.insert(all.end(), found->begin(), found->end());
        }
        const auto next = answer.find("nextToken");
        if (next == answer.end() || !next->is_string() || next->get_ref<const std::string&>().empty()) {
            break;
        }
        input["nextToken"] = *next;
    }
    return {{list, std::move(all)}};
}

std::string text_at(const nlohmann::json& answer, const nlohmann::json::json_pointer& place, std::string_view operation)
{
    if (!answer.contains(place) || !answer.at(place).is_string()) {
        throw Error(ErrorKind::failed, "{}: the answer has no text at {}", operation, place.to_string());
    }
    return answer.at(place).get<std::string>();
}

}  // namespace tinystacks::aws::detail
