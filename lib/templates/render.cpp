#include "templates/render.hpp"

#include "base/error.hpp"
#include "templates/embedded.hpp"

#include <kainjow/mustache.hpp>

#include <algorithm>

namespace tinystacks::templates {
namespace {

namespace mustache = kainjow::mustache;

mustache::data to_data(const Object& object)
{
    struct Visitor {
        mustache::data operator()(const std::string& text) const { return mustache::data(text); }
        mustache::data operator()(bool yes) const { return mustache::data(yes); }
        mustache::data operator()(const List& list) const
        {
            mustache::data items(mustache::data::type::list);
            for (const auto& item : list) {
                items.push_back(to_data(item));
            }
            return items;
        }
    };
    mustache::data data(mustache::data::type::object);
    for (const auto& [name, value] : object) {
        data.set(name, std::visit(Visitor{}, static_cast<const std::variant<std::string, bool, List>&>(value)));
    }
    return data;
}

/// Mustache renders a name without a value as nothing; here the template is wrong.
class StrictContext final : public mustache::context<std::string> {
public:
    using context::context;

    const mustache::data* get(const std::string& name) const override
    {
        if (const auto* found = context::get(name)) {
            return found;
        }
        throw Error(ErrorKind::failed, "a template asks for '{}', which has no value", name);
    }

    const mustache::data* get_partial(const std::string& name) const override
    {
        throw Error(ErrorKind::failed, "a template includes '{}': partials are not supported", name);
    }
};

Language language_of(std::string_view name)
{
    const auto file = name.substr(name.rfind('/') + 1);
    if (file.ends_with(".yml") || file.ends_with(".yaml")) {
        return Language::yaml;
    }
    if (file.ends_with(".sh")) {
        return Language::shell;
    }
    return file.starts_with("Dockerfile") || file.ends_with(".Dockerfile") ? Language::dockerfile : Language::plain;
}

}  // namespace

std::string render_text(std::string_view text, Language language, const Object& values)
{
    if (text.find("{{{") != std::string_view::npos || text.find("{{&") != std::string_view::npos) {
        throw Error(ErrorKind::failed, "a template has a tag that escapes nothing");
    }
    mustache::mustache parsed{std::string(text)};
    if (!parsed.is_valid()) {
        throw Error(ErrorKind::failed, "a template is malformed: {}", parsed.error_message());
    }
    parsed.set_custom_escape([language](const std::string& value) { return escape(value, language); });
    const auto data = to_data(values);
    StrictContext context(&data);
    auto rendered = parsed.render(context);
    if (!parsed.is_valid()) {
        throw Error(ErrorKind::failed, "a template cannot be filled in: {}", parsed.error_message());
    }
    return rendered;
}

std::string render(std::string_view name, const Object& values)
{
    try {
        return render_text(text(name), language_of(name), values);
    } catch (const Error& error) {
        throw error.while_doing(fmt::format("fill in {}", name));
    }
}

std::string_view text(std::string_view name)
{
    const auto files = embedded_files();
    const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
    if (found == files.end()) {
        throw Error(ErrorKind::failed, "no template is called '{}'", name);
    }
    return found->text;
}

}  // namespace tinystacks::templates
