#include "framework/detail/python_object.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace tinystacks::framework::python {
namespace {

struct Maker {
    std::string_view framework;
    Interface interface;
    std::string token;
};

/// In one file the earlier counts: what wraps others comes first.
const std::vector<Maker>& makers()
{
    static const std::vector<Maker> known = {
        {"fastapi", Interface::asgi, "FastAPI("},     {"litestar", Interface::asgi, "Litestar("},
        {"quart", Interface::asgi, "Quart("},         {"sanic", Interface::asgi, "Sanic("},
        {"fasthtml", Interface::asgi, "FastHTML("},   {"fasthtml", Interface::asgi, "fast_app("},
        {"starlette", Interface::asgi, "Starlette("}, {"dash", Interface::wsgi, "Dash("},
        {"flask", Interface::wsgi, "Flask("},         {"falcon", Interface::asgi, "falcon.asgi.App("},
        {"falcon", Interface::wsgi, "falcon.App("},   {"falcon", Interface::wsgi, "falcon.API("},
        {"bottle", Interface::wsgi, "Bottle("},       {"bottle", Interface::wsgi, "bottle.default_app("},
        {"flask", Interface::wsgi, "APIFlask("}};
    return known;
}

/// A class of the application's own, `class Shop(Flask):`, makes what its base makes.
void add_classes(const std::string& text, std::vector<Maker>& found)
{
    constexpr std::size_t most = 20;
    for (const auto& made : find_matches(text, R"(^class (\w+\((?:\w+\.)?\w+)\))")) {
        const auto bracket = made.find('(');
        const auto base = made.substr(std::max(bracket, made.rfind('.') == made.npos ? 0 : made.rfind('.')) + 1) + "(";
        const auto maker = std::ranges::find(makers(), base, &Maker::token);
        if (maker != makers().end() && found.size() < makers().size() + most) {
            found.push_back({maker->framework, maker->interface, made.substr(0, bracket) + "("});
        }
    }
}

bool is_letter(char c)
{
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// The name on the left of a line that makes `token`: "app" of `app: Flask = flask.Flask(`; "return" for a returned
/// one; empty when the line makes none.
std::string made_by(std::string_view line, std::string_view token)
{
    const auto at = line.find(token);
    if (at == std::string_view::npos || trim(line).starts_with('#')) {
        return {};
    }
    auto before = line.substr(0, at);
    if (!before.empty() && is_letter(before.back())) {
        return {};  // a longer name that ends so: MyFlask(
    }
    while (before.ends_with('.')) {  // its module: flask.Flask(
        before.remove_suffix(1);
        while (!before.empty() && is_letter(before.back())) {
            before.remove_suffix(1);
        }
    }
    before = trim(before);
    if (before.ends_with("return")) {
        return "return";
    }
    if (!before.ends_with('=') || before.ends_with("==")) {
        return {};
    }
    before.remove_suffix(1);
    const auto name = trim(before.substr(0, before.find_first_of(":,=")));  // of `app = application = Flask(` the first
    return is_variable_name(name) ? std::string(name) : std::string();
}

/// The function's name in a line `def name(`; empty for another.
std::string defined(std::string_view line)
{
    return find_match(line, R"(^(?:async )?def (\w+)\()").value_or("");
}

/// Whether a function has a parameter without a default.
bool needs_arguments(std::string_view text, const std::string& function)
{
    const auto at = text.find("def " + function + "(");
    std::size_t depth = 0;
    std::string parameter;
    for (auto i = text.find('(', at); i < text.size(); ++i) {
        const auto c = text[i];
        depth += c == '(' || c == '[' || c == '{' ? 1 : 0;
        const auto ends = depth == 1 && (c == ',' || c == ')');
        if (ends) {
            const auto one = trim(parameter);
            if (!one.empty() && one.find('=') == std::string_view::npos && !one.starts_with('*') && one != "/") {
                return true;
            }
            parameter.clear();
        } else if (depth > 1 || (c != '(' && depth == 1)) {
            parameter += c;
        }
        depth -= c == ')' || c == ']' || c == '}' ? 1 : 0;
        if (depth == 0) {
            break;
        }
    }
    return false;
}

/// Reads one file line by line: what stands in the module, and what its functions make.
class ObjectReader {
public:
    ObjectReader(const std::string& file, const std::string& text) : file_(file), text_(text) {}

    void read(const Maker& maker, std::vector<Object>& objects, std::vector<Object>& factories)
    {
        if (text_.find(maker.token) == std::string::npos) {
            return;
        }
        constexpr std::size_t most_factories = 50;
        std::string function;
        bool guarded = false;
        std::size_t number = 0;
        for (const auto line : split(text_, '\n')) {
            ++number;
            if (!line.empty() && line.front() != ' ' && line.front() != '\t' && line.front() != '#' &&
                line.front() != ')' && line.front() != '\r') {
                function = defined(line);
                guarded = line.starts_with("if __name__") || line.starts_with("class ");
            }
            const auto name = made_by(line, maker.token);
            if (name.empty() || guarded) {
                continue;
            }
            Object object{std::string(maker.framework), maker.interface, file_, name, false, false, number};
            if (!function.empty()) {
                object.attribute = function;
                object.is_factory = true;
                object.needs_arguments = needs_arguments(text_, function);
                factories.push_back(std::move(object));
                if (factories.size() >= most_factories) {
                    return;
                }
            } else if (name != "return") {
                objects.push_back(std::move(object));
            }
        }
    }

private:
    const std::string& file_;
    const std::string& text_;
};

/// `app = create_app(` in a module, of what another file's function makes.
void add_made(const std::string& file, const std::string& text, const std::vector<Object>& factories,
              std::vector<Object>& objects)
{
    std::size_t number = 0;
    for (const auto line : split(text, '\n')) {
        ++number;
        for (const auto& factory : factories) {
            const auto name = line.starts_with(' ') || line.starts_with('\t') ? std::string()
                                                                              : made_by(line, factory.attribute + "(");
            if (!name.empty() && name != "return") {
                objects.push_back({factory.framework, factory.interface, file, name, false, false, number});
                return;
            }
        }
    }
}

/// wsgi.py and asgi.py that import the object: they are there to be served.
void add_imported(const std::string& file, const std::string& text, std::vector<Object>& objects)
{
    const auto slash = file.rfind('/');
    const auto base = file.substr(slash == std::string::npos ? 0 : slash + 1);
    if (base != "wsgi.py" && base != "asgi.py") {
        return;
    }
    for (const auto& object : objects) {
        const auto line = find_match(text, R"(^from [\w.]+ import ((?:app|application|server|api)(?: as \w+)?)\s*$)");
        if (!line || object.file == file) {
            continue;
        }
        const auto words = split(*line, ' ');
        if (words.front() == object.attribute) {
            objects.insert(objects.begin(), {object.framework, object.interface, file, std::string(words.back()), false,
                                             false, line_of(text, *line)});
            return;
        }
    }
}

}  // namespace

std::vector<Object> find_objects(const Folder& folder, const std::vector<std::string>& files)
{
    std::vector<Object> objects;
    std::vector<Object> factories;
    auto known = makers();
    for (const auto& file : files) {
        if (const auto* text = folder.text(file)) {
            add_classes(*text, known);
        }
    }
    for (const auto& file : files) {
        if (const auto* text = folder.text(file)) {
            ObjectReader reader(file, *text);
            for (const auto& maker : known) {
                reader.read(maker, objects, factories);
            }
        }
    }
    for (const auto& file : files) {
        if (const auto* text = folder.text(file)) {
            add_made(file, *text, factories, objects);
            add_imported(file, *text, objects);
        }
    }
    std::ranges::stable_sort(
        objects, {}, [&](const Object& object) { return std::ranges::find(files, object.file) - files.begin(); });
    std::ranges::stable_sort(factories, {}, &Object::needs_arguments);
    objects.insert(objects.end(), factories.begin(), factories.end());
    return objects;
}

}  // namespace tinystacks::framework::python
