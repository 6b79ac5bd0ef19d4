#include "aws/detail/answer.hpp"

#include "aws/detail/json.hpp"
#include "aws/detail/xml.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::aws::detail {
namespace {

constexpr std::size_t words_limit = 2000;

/// "com.amazonaws.ecs#ClusterNotFoundException:http://…" is called ClusterNotFoundException.
std::string without_namespace(std::string_view code)
{
    code = trim(code);
    if (const auto hash = code.rfind('#'); hash != std::string_view::npos) {
        code.remove_prefix(hash + 1);
    }
    code = code.substr(0, code.find(':'));
    const bool is_name = code.size() <= 128 && std::ranges::all_of(code, [](unsigned char c) {
                             return c > ' ' && c < 0x7F;  // anything else is no code of AWS's
                         });
    return is_name ? std::string(code) : std::string();
}

/// Elements hold the error in <Error>, which stands in the root or is it (S3).
void read_xml(ErrorAnswer& answer, std::string_view body)
{
    nlohmann::json root;
    try {
        root = parse_xml(body);
    } catch (const Error&) {
        return;  // it is HTML of some proxy
    }
    const auto first = root.begin();
    const auto& name = first.key();
    const auto& element = first.value();
    if (!element.is_object()) {
        return;
    }
    auto error = element;
    if (const auto errors = element.find("Errors"); errors != element.end() && errors->is_object()) {
        error = *errors;  // the form of EC2
    }
    if (const auto inner = error.find("Error"); inner != error.end() && inner->is_object()) {
        error = *inner;
    }
    if (name == "Error" || error != element || error.contains("Code")) {
        answer.code = without_namespace(text_of(error, {"Code"}));
        answer.words = text_of(error, {"Message"});
        answer.request_id = text_of(element, {"RequestId", "RequestID"});
        if (answer.request_id.empty()) {
            answer.request_id = text_of(error, {"RequestId", "RequestID"});
        }
    }
}

void read_json(ErrorAnswer& answer, std::string_view body)
{
    const auto object = find_json_object(body);
    if (!object) {
        return;
    }
    answer.code = without_namespace(text_of(*object, {"__type", "code", "Code"}));
    answer.words = text_of(*object, {"message", "Message", "errorMessage"});
}

void replace_all(std::string& text, const std::string& what, std::string_view with)
{
    for (auto at = what.empty() ? std::string::npos : text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

std::string shown(std::string words, const Credentials& keys)
{
    words = words.substr(0, words.find("The Canonical String for this request"));
    for (const auto* secret : {&keys.session_token, &keys.secret_access_key}) {
        replace_all(words, secret->reveal(), "***");
    }
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    if (words.size() > words_limit) {
        words.resize(words_limit);
        words += "…";
    }
    return printable(to_utf8(trim(words)));
}

}  // namespace

ErrorAnswer read_error(const http::Exchange& exchange, const Credentials& keys)
{
    ErrorAnswer answer;
    answer.status = exchange.response.status;
    const auto body = trim(exchange.body);
    if (body.starts_with('<')) {
        read_xml(answer, body);
    } else {
        read_json(answer, body);
    }
    if (const auto code = exchange.response.find_header("x-amzn-errortype")) {
        answer.code = without_namespace(*code);
    }
    for (const auto* name : {"x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"}) {
        if (const auto id = exchange.response.find_header(name); id && answer.request_id.empty()) {
            answer.request_id = *id;
        }
    }
    answer.words = shown(std::move(answer.words), keys);
    answer.request_id = printable(answer.request_id.substr(0, 128));
    return answer;
}

}  // namespace tinystacks::aws::detail
