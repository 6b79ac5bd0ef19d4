#include "aws/ssm.hpp"

#include "aws/detail/json_call.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr detail::JsonService ssm{"ssm", "ssm", "AmazonSSM"};

/// What GetParameters takes at once. Source: AWS Systems Manager API Reference.
constexpr std::size_t most_names = 10;

}  // namespace

std::vector<std::string> Ssm::find_missing(const std::vector<std::string>& names, const Interruption& interruption)
{
    std::vector<std::string> missing;
    for (std::size_t first = 0; first < names.size(); first += most_names) {
        const auto count = std::min(most_names, names.size() - first);
        auto some = json::array();
        for (std::size_t i = first; i < first + count; ++i) {
            some.push_back(names[i]);
        }
        const auto answer = detail::call_json(client_, ssm, "GetParameters",
                                              {{"Names", std::move(some)}, {"WithDecryption", false}}, interruption);
        for (const auto& name : answer.value("InvalidParameters", json::array())) {
            missing.push_back(name.get<std::string>());
        }
    }
    return missing;
}

Secret Ssm::get_parameter(const std::string& name, const Interruption& interruption)
{
    const auto answer =
        detail::call_json(client_, ssm, "GetParameter", {{"Name", name}, {"WithDecryption", true}}, interruption);
    return Secret(detail::text_at(answer, json::json_pointer("/Parameter/Value"), "GetParameter"));
}

}  // namespace tinystacks::aws
