#include "deployment/record.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "deployment/detail/reply.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

namespace tinystacks::deployment {
namespace {

constexpr std::string_view hidden = "***";
constexpr std::size_t account_digits = 12;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Every run of exactly twelve digits is an account number. Source: AWS Account Management Reference Guide.
std::string without_accounts(const std::string& text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto end = at;
        while (end < text.size() && is_digit(text[end])) {
            ++end;
        }
        if (end - at == account_digits) {
            out += "123456789012";
        } else if (end > at) {
            out.append(text, at, end - at);
        } else {
            out += text[end++];
        }
        at = end;
    }
    return out;
}

/// {"name": N, "value": V}: an environment variable, a header, a tag.
bool is_variable(const nlohmann::json& object)
{
    return object.contains("value") && object.contains("name") && object.size() == 2;
}

}  // namespace

nlohmann::json scrubbed(const nlohmann::json& reply)
{
    if (reply.is_string()) {
        return without_accounts(reply.get<std::string>());
    }
    if (reply.is_array()) {
        auto list = nlohmann::json::array();
        for (const auto& each : reply) {
            list.push_back(scrubbed(each));
        }
        return list;
    }
    if (!reply.is_object()) {
        return reply;
    }
    auto object = nlohmann::json::object();
    const bool variable = is_variable(reply);
    for (const auto& [key, value] : reply.items()) {
        const bool secret = (variable && key == "value") || key == "Variables" || key == "Tags" || key == "tags" ||
                            (names_a_secret(key) && value.is_string());
        object[key] = secret ? nlohmann::json(hidden) : scrubbed(value);
    }
    return object;
}

std::function<void(const Observation&)> record_to(const std::filesystem::path& file)
{
    // Shared: std::function is copied, and all copies write one file.
    auto descriptor = std::make_shared<Descriptor>(open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    auto last = std::make_shared<std::map<std::string, nlohmann::json>>();
    return [descriptor, last, file](const Observation& observation) {
        auto reply = scrubbed(observation.reply);
        nlohmann::json line = {{"at", to_rfc3339(observation.at)}, {"operation", observation.operation}};
        auto& before = (*last)[observation.operation];
        if (before == reply) {
            line["same"] = true;
        } else {
            line["reply"] = reply;
            before = std::move(reply);
        }
        write_all(descriptor->number(), line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                  file);
    };
}

std::vector<Observation> read_record(const std::filesystem::path& file)
{
    const auto text = find_file(file, most_record_bytes);
    if (!text) {
        throw Error(ErrorKind::not_found, "there is no record '{}'", file.string())
            .with_hint("tinystacks deploy --record FILE");
    }
    std::vector<Observation> observations;
    std::map<std::string, nlohmann::json> last;
    std::size_t number = 0;
    for (const auto& line : split(*text, '\n')) {
        ++number;
        if (line.empty()) {
            continue;
        }
        const auto json = nlohmann::json::parse(line, nullptr, false);
        const auto at = find_rfc3339(reply::text(json, "at"));
        const auto operation = reply::text(json, "operation");
        const bool same = reply::truth(json, "same") && last.contains(operation);
        if (!at || operation.empty() || (!same && !json.contains("reply"))) {
            throw Error(ErrorKind::invalid_input, "this is no line of a record").at({file.string(), number, 1});
        }
        if (!same) {
            last[operation] = json["reply"];
        }
        observations.push_back({*at, operation, last[operation]});
    }
    return observations;
}

}  // namespace tinystacks::deployment
