#include "contract/detail/create.hpp"

#include "aws/region.hpp"
#include "base/text.hpp"
#include "document/json.hpp"

namespace tinystacks::contract::detail {
namespace {

bool is_absent(const document::Node* node)
{
    return node == nullptr || node->is_null() || (document::is_string(*node) && node->text.empty());
}

void check_value(Reader& reader, const parameter::Definition& definition, const std::optional<document::Node>& value,
                 const std::string& pointer)
{
    if (!value) {
        return;
    }
    for (const auto& problem : parameter::find_problems(definition, *value)) {
        reader.report(problem.where, pointer, "parameter", problem.message, problem.hint);
    }
}

}  // namespace

const document::Node* require(Reader& reader, const document::Node& payload, std::string_view path,
                              std::string_view hint)
{
    const auto* node = &payload;
    auto where = payload.where;
    std::string pointer;
    for (const auto token : split(path, '/')) {
        if (node != nullptr && !node->is_mapping() && !node->is_null()) {
            return nullptr;  // its type has been reported
        }
        pointer = document::pointer_to(pointer, token);
        if (node != nullptr) {
            where = node->where;
            node = node->find(token);
        }
    }
    if (is_absent(node)) {
        reader.report(where, pointer, "missing", "is missing", std::string(hint));
        return nullptr;
    }
    return document::is_string(*node) ? node : nullptr;
}

void check_name(Reader& reader, const document::Node& node, const std::string& pointer,
                const std::function<void(std::string_view)>& check)
{
    try {
        check(node.text);
    } catch (const Error& error) {
        reader.report(node.where, pointer, "name", error.message(), error.hint());
    }
}

void check_region(Reader& reader, const document::Node* node, const std::string& pointer)
{
    if (!is_absent(node) && document::is_string(*node) && !aws::is_region(node->text)) {
        reader.report(node->where, pointer, "region",
                      fmt::format("'{}' is no name of a region", printable_line(node->text)),
                      "write one like us-east-1 or eu-central-1");
    }
}

void check_parameters(Reader& reader, const document::Node& payload,
                      const std::vector<parameter::Definition>& definitions)
{
    const auto* parameters = payload.find("parameters");
    for (const auto& definition : definitions) {
        const auto pointer = document::pointer_to("/parameters", definition.name);
        const auto* node = parameters == nullptr ? nullptr : parameters->find(definition.name);
        if (node != nullptr && node->is_mapping() && is_absent(node->find("propertyType"))) {
            reader.report(definition.where, pointer + "/propertyType", "missing", "is missing",
                          "\"propertyType\": \"String\"");
        }
        check_value(reader, definition, definition.value, pointer + "/value");
        check_value(reader, definition, definition.default_value, pointer + "/defaultValue");
    }
}

}  // namespace tinystacks::contract::detail
