#include "aws/detail/xml.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace tinystacks::aws::detail {
namespace {

constexpr std::size_t depth_limit = 64;

[[noreturn]] void refuse(const char* why)
{
    throw Error(ErrorKind::failed, "the answer is no XML that can be read: {}", why);
}

/// Source: RFC 3629.
void append_utf8(std::string& text, std::uint32_t point)
{
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xC0U | (point >> 6U));
        tail(0);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xE0U | (point >> 12U));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | (point >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

void append_entity(std::string& text, std::string_view name)
{
    constexpr std::pair<std::string_view, char> known[] = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    const auto* found = std::ranges::find(known, name, &std::pair<std::string_view, char>::first);
    if (found != std::end(known)) {
        text += found->second;
        return;
    }
    if (!name.starts_with('#')) {
        refuse("an unknown entity");
    }
    const bool hexadecimal = name.starts_with("#x");
    const auto digits = name.substr(hexadecimal ? 2 : 1);
    std::uint32_t point = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), point, hexadecimal ? 16 : 10);
    if (error != std::errc() || end != digits.data() + digits.size() || point == 0 || point > 0x10FFFF ||
        (point >= 0xD800 && point < 0xE000)) {
        refuse("a character that does not exist");
    }
    append_utf8(text, point);
}

/// An element that is not closed yet.
struct Open {
    std::string name;
    std::string text;
    std::vector<std::pair<std::string, nlohmann::json>> children;

    nlohmann::json close()
    {
        if (children.empty()) {
            return std::move(text);
        }
        const bool is_list = std::ranges::all_of(children, [](const auto& child) { return child.first == "member"; });
        auto value = is_list ? nlohmann::json::array() : nlohmann::json::object();
        std::vector<std::string> repeated;
        for (auto& [key, child] : children) {
            if (is_list) {
                value.push_back(std::move(child));
            } else if (!value.contains(key)) {
                value[key] = std::move(child);
            } else {
                if (std::ranges::find(repeated, key) == repeated.end()) {
                    repeated.push_back(key);
                    value[key] = nlohmann::json::array({std::move(value[key])});
                }
                value[key].push_back(std::move(child));
            }
        }
        return value;
    }
};

class Reader {
public:
    explicit Reader(std::string_view text) : left_(text) {}

    nlohmann::json read()
    {
        while (!left_.empty()) {
            if (left_.front() != '<') {
                read_text();
            } else if (left_.starts_with("<?")) {
                (void)take_until("?>");
            } else if (left_.starts_with("<!--")) {
                (void)take_until("-->");
            } else if (left_.starts_with("<![CDATA[")) {
                read_verbatim();
            } else if (left_.starts_with("<!")) {
                refuse("it declares a document type");
            } else if (left_.starts_with("</")) {
                read_end();
            } else {
                read_start();
            }
        }
        if (!open_.empty() || root_.is_null()) {
            refuse("it ends too early");
        }
        return std::move(root_);
    }

private:
    std::string_view take_until(std::string_view end)
    {
        const auto at = left_.find(end);
        if (at == std::string_view::npos) {
            refuse("it ends too early");
        }
        const auto taken = left_.substr(0, at);
        left_.remove_prefix(at + end.size());
        return taken;
    }

    void read_text()
    {
        const auto text = left_.substr(0, left_.find('<'));
        left_.remove_prefix(text.size());
        if (open_.empty()) {
            if (text.find_first_not_of(" \t\r\n\xEF\xBB\xBF") != std::string_view::npos) {
                refuse("text outside of the root element");
            }
            return;
        }
        auto& into = open_.back().text;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] != '&') {
                into += text[at];
                continue;
            }
            const auto end = text.find(';', at);
            if (end == std::string_view::npos) {
                refuse("an entity that does not end");
            }
            append_entity(into, text.substr(at + 1, end - at - 1));
            at = end;
        }
    }

    void read_verbatim()
    {
        left_.remove_prefix(std::string_view("<![CDATA[").size());
        const auto text = take_until("]]>");
        if (open_.empty()) {
            refuse("text outside of the root element");
        }
        open_.back().text += text;
    }

    static std::string local_name(std::string_view tag)
    {
        auto name = tag.substr(0, tag.find_first_of(" \t\r\n"));
        name = name.substr(name.find(':') + 1);  // npos + 1 is 0
        if (name.empty()) {
            refuse("an element without a name");
        }
        return std::string(name);
    }

    /// What stands before the '>' that ends a start tag: one inside an attribute's quotes does not.
    std::string_view take_tag()
    {
        left_.remove_prefix(1);
        char quote = '\0';
        for (std::size_t at = 0; at < left_.size(); ++at) {
            const char c = left_[at];
            if (quote != '\0') {
                quote = c == quote ? '\0' : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                const auto tag = left_.substr(0, at);
                left_.remove_prefix(at + 1);
                return tag;
            }
        }
        refuse("it ends too early");
    }

    void read_start()
    {
        auto tag = take_tag();
        const bool closed = tag.ends_with('/');
        if (closed) {
            tag.remove_suffix(1);
        }
        if (open_.size() >= depth_limit) {
            refuse("it is nested too deeply");
        }
        if (open_.empty() && !root_.is_null()) {
            refuse("a second root element");
        }
        open_.push_back({local_name(tag), {}, {}});
        if (closed) {
            close();
        }
    }

    void read_end()
    {
        left_.remove_prefix(2);
        if (const auto name = local_name(take_until(">")); open_.empty() || open_.back().name != name) {
            refuse("an element is closed that is not open");
        }
        close();
    }

    void close()
    {
        auto done = std::move(open_.back());
        open_.pop_back();
        auto value = done.close();
        if (open_.empty()) {
            root_ = nlohmann::json::object({{done.name, std::move(value)}});
        } else {
            open_.back().children.emplace_back(std::move(done.name), std::move(value));
        }
    }

    std::string_view left_;
    std::vector<Open> open_;
    nlohmann::json root_;
};

}  // namespace

nlohmann::json parse_xml(std::string_view text)
{
    return Reader(text).read();
}

nlohmann::json list_of(const nlohmann::json& object, const std::string& key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end() || *found == "") {
        return nlohmann::json::array();
    }
    return found->is_array() ? *found : nlohmann::json::array({*found});
}

}  // namespace tinystacks::aws::detail
