#include "tests/support/simulated_s3.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/chrono.h>

namespace tinystacks::support {
namespace {

std::string decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

http::Response refuse(int status, const std::string& code, std::string& body)
{
    body = fmt::format("<Error><Code>{}</Code><Message>simulated</Message></Error>", code);
    return {status, {{"Content-Type", "application/xml"}}};
}

http::Response SimulatedS3::put(const http::Request& request, const std::string& key, std::string& body)
{
    const auto condition = http::Response{0, request.headers}.find_header("if-none-match");
    if (condition == "*" && objects.contains(key)) {
        return refuse(412, "PreconditionFailed", body);
    }
    objects[key] = request.body;
    return {200, {{"ETag", "\"1\""}}};
}

std::string SimulatedS3::list(const std::map<std::string, std::string>& query) const
{
    const auto& prefix = query.at("prefix");
    std::size_t left = query.contains("max-keys") ? std::stoul(query.at("max-keys")) : 1000;
    std::string text = "<ListBucketResult><Name>shop</Name>";
    for (auto each = objects.lower_bound(prefix); each != objects.end() && left > 0; ++each, --left) {
        if (!each->first.starts_with(prefix)) {
            break;
        }
        text += fmt::format("<Contents><Key>{}</Key><Size>{}</Size></Contents>", each->first, each->second.size());
    }
    return text + "</ListBucketResult>";
}

http::Response SimulatedS3::answer(const http::Request& request, std::string& body)
{
    ++requests;
    const auto start = request.url.find('/', request.url.find("//") + 2);
    const auto path_and_query = request.url.substr(start + 1);
    const auto mark = path_and_query.find('?');
    const auto key = decoded(path_and_query.substr(0, mark));
    std::map<std::string, std::string> query;
    if (mark != std::string::npos) {
        for (const auto part : split(std::string_view(path_and_query).substr(mark + 1), '&')) {
            const auto equals = part.find('=');
            query[decoded(part.substr(0, equals))] = decoded(part.substr(equals + 1));
        }
    }
    http::Response response;
    if (request.method == "PUT") {
        response = put(request, key, body);
    } else if (query.contains("list-type")) {
        body = list(query);
        response = {200, {{"Content-Type", "application/xml"}}};
    } else if (const auto found = objects.find(key); found != objects.end()) {
        body = found->second;
        response = {200, {{"Content-Type", "application/json"}}};
    } else {
        response = refuse(404, "NoSuchKey", body);
    }
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    response.headers.emplace_back("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                                                      fmt::gmtime(std::chrono::system_clock::to_time_t(seconds))));
    return response;
}

}  // namespace tinystacks::support
