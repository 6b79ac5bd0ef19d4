#include "aws/lambda.hpp"

#include "aws/detail/json.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr std::size_t most_payload = std::size_t{64} << 10;

/// A call on a function; `rest` follows its name in the path. Names may be ARNs, whose colons must be encoded.
Call function_call(const char* operation, const char* method, const std::string& function, std::string_view rest,
                   std::string_view version = "2015-03-31")
{
    Call call;
    call.service = "lambda";
    call.operation = operation;
    call.method = method;
    call.path = fmt::format("/{}/functions/{}{}", version, http::percent_encode(function), rest);
    return call;
}

json ask(Client& client, const Call& call, const Interruption& interruption)
{
    auto answer = detail::find_json_object(client.send(call, interruption).body);
    if (!answer) {
        throw Error(ErrorKind::failed, "{}: the answer is no JSON object", call.operation);
    }
    return std::move(*answer);
}

json change(Client& client, Call call, const json& input, const Interruption& interruption)
{
    call.headers = {{"Content-Type", "application/json"}};
    call.body = input.dump(-1, ' ', false, json::error_handler_t::replace);
    return ask(client, call, interruption);
}

/// The first bytes of a payload as text that JSON can hold.
std::string shorten(std::string_view payload)
{
    return to_utf8(payload.substr(0, most_payload));
}

}  // namespace

json Lambda::get_function(const std::string& function, const Interruption& interruption)
{
    return ask(client_, function_call("GetFunction", "GET", function, ""), interruption);
}

json Lambda::get_function_configuration(const std::string& function, const Interruption& interruption)
{
    return ask(client_, function_call("GetFunctionConfiguration", "GET", function, "/configuration"), interruption);
}

json Lambda::update_function_code(const std::string& function, const std::string& image,
                                  const Interruption& interruption)
{
    auto call = function_call("UpdateFunctionCode", "PUT", function, "/code");
    // A digest names the same code the second time; what a tag names may have changed since the first.
    call.repeat = image.find("@sha256:") != std::string::npos ? Repeat::safe : Repeat::once;
    return change(client_, std::move(call), {{"ImageUri", image}}, interruption);
}

json Lambda::update_function_configuration(const std::string& function, const json& variables,
                                           const Interruption& interruption)
{
    // May be sent twice: it says what is to be, not what is to change.
    return change(client_, function_call("UpdateFunctionConfiguration", "PUT", function, "/configuration"),
                  {{"Environment", {{"Variables", variables}}}}, interruption);
}

json Lambda::get_function_url_config(const std::string& function, const Interruption& interruption)
{
    return ask(client_, function_call("GetFunctionUrlConfig", "GET", function, "/url", "2021-10-31"), interruption);
}

json Lambda::invoke(const std::string& function, const std::string& payload, std::chrono::milliseconds timeout,
                    const Interruption& interruption)
{
    auto call = function_call("Invoke", "POST", function, "/invocations");
    call.headers = {
        {"Content-Type", "application/json"}, {"X-Amz-Invocation-Type", "RequestResponse"}, {"X-Amz-Log-Type", "Tail"}};
    call.body = payload;
    call.repeat = Repeat::once;  // a call of the user's code: what it did must not be done twice
    call.timeout = timeout;
    call.may_be_silent = true;
    const auto answer = client_.send(call, interruption);
    const auto& response = answer.response;
    json result = {{"StatusCode", response.status},
                   {"ExecutedVersion", response.find_header("x-amz-executed-version").value_or("")},
                   {"LogResult", ""},
                   {"Payload", shorten(answer.body)}};
    if (const auto error = response.find_header("x-amz-function-error")) {
        result["FunctionError"] = *error;
    }
    if (const auto log = response.find_header("x-amz-log-result")) {
        result["LogResult"] = to_utf8(find_base64(*log).value_or(""));
    }
    return result;
}

}  // namespace tinystacks::aws
