#include "contract/contract.hpp"
#include "document/json.hpp"

namespace tinystacks::contract {
namespace {

std::string text_of(const document::Node& node, std::string_view key)
{
    const auto* value = node.find(key);
    return value != nullptr && document::is_string(*value) ? value->text : std::string();
}

int status_of(const document::Node& node)
{
    const auto* value = node.find("status");
    const auto number = value == nullptr ? std::nullopt : document::find_number(*value);
    return number && *number >= 100 && *number <= 599 ? static_cast<int>(*number) : 0;
}

}  // namespace

std::optional<Refusal> find_refusal(std::string_view body)
{
    document::Node root;
    try {
        root = document::parse_json(body, "answer", {}, document::Origin::server).root;
    } catch (const Error&) {
        return std::nullopt;
    }
    Refusal refusal{text_of(root, "name"), text_of(root, "message"), status_of(root), text_of(root, "type")};
    return refusal.message.empty() ? std::nullopt : std::optional(std::move(refusal));
}

}  // namespace tinystacks::contract
