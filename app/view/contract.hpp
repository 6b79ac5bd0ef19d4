#pragma once

#include "contract/contract.hpp"
#include "document/json.hpp"

#include <string>
#include <string_view>

/// Things of a control plane as people and programs read them: --json has the contract's own objects.
namespace tinystacks::app::view {

/// The contract's own object, as JSON text.
template <typename T>
[[nodiscard]] std::string object_of(const T& value)
{
    return document::to_json(contract::write(value));
}

/// An array of such objects.
class ObjectList {
public:
    void add(std::string_view object);
    [[nodiscard]] std::string take();

private:
    std::string text_ = "[";
};

/// A scalar as it stands, anything else as JSON; empty for null and nothing.
[[nodiscard]] std::string text_of(const document::Node& node);
[[nodiscard]] std::string text_of(const std::optional<document::Node>& node);

/// "name:   value" on a line of its own, the values in line; nothing where there is no value.
[[nodiscard]] std::string fact(std::string_view name, const std::string& value);

/// A parameter's default or value for people; *** for a Secret.
[[nodiscard]] std::string shown_value(const parameter::Definition& definition,
                                      const std::optional<document::Node>& value);

}  // namespace tinystacks::app::view
