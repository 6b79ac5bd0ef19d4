#include "aws/detail/query.hpp"

#include "aws/detail/xml.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace tinystacks::aws::detail {

void add_list(Query& parameters, const std::string& prefix, const std::vector<std::string>& values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        parameters.emplace_back(fmt::format("{}.member.{}", prefix, i + 1), values[i]);
    }
}

Call query_call(std::string service, std::string operation, std::string_view version, const Query& parameters)
{
    Query form = {{"Action", operation}, {"Version", std::string(version)}};
    form.insert(form.end(), parameters.begin(), parameters.end());
    Call call;
    call.service = std::move(service);
    call.operation = std::move(operation);
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    call.body = http::form_encode(form);
    return call;
}

nlohmann::json send_query(Client& client, const Call& call, const Interruption& interruption)
{
    const auto exchange = client.send(call, interruption);
    nlohmann::json answer;
    try {
        answer = parse_xml(exchange.body);
    } catch (const Error& error) {
        throw error.while_doing(call.operation);
    }
    const auto response = answer.find(call.operation + "Response");
    if (response == answer.end() || !response->is_object()) {
        throw Error(ErrorKind::failed, "{}: the answer is none to this call", call.operation);
    }
    const auto result = response->find(call.operation + "Result");
    return result == response->end() || !result->is_object() ? nlohmann::json::object() : *result;
}

}  // namespace tinystacks::aws::detail
