#include "framework/detail/native.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework {
namespace {

/// Where databases, queues and mail listen: not the application's own port.
bool belongs_to_others(int port)
{
    constexpr std::array<int, 14> others = {25,   465,  587,  1433, 2379, 3306,  4222,
                                            5432, 5672, 6379, 9092, 9200, 11211, 27017};
    return std::ranges::find(others, port) != others.end();
}

int port_in(const std::vector<std::string>& numbers)
{
    for (const auto& text : numbers) {
        int number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        if (number > 0 && number < 65536 && !belongs_to_others(number)) {
            return number;
        }
    }
    return 0;
}

}  // namespace

void see(Application& application, const Folder& folder, std::string_view file, std::size_t line, std::string rule)
{
    application.evidence.push_back({{folder.in_tree(file), line, line == 0 ? 0U : 1U}, std::move(rule)});
}

std::vector<Pin> ordered_pins(const Folder& folder, const Overrides& overrides, const std::vector<std::string>& tools,
                              std::vector<Pin> more)
{
    std::vector<Pin> pins;
    if (!overrides.version.empty()) {
        pins.push_back({overrides.version, {}, std::string(said_version)});
    }
    for (auto& pin : tool_pins(folder, tools)) {
        pins.push_back(std::move(pin));
    }
    for (auto& pin : more) {
        pins.push_back(std::move(pin));
    }
    return pins;
}

Pin at_least(Pin pin, const Releases& releases)
{
    // What no line of the table reaches is taken as it is.
    if (find_release(">=" + pin.text, releases)) {
        pin.text.insert(0, ">=");
    }
    return pin;
}

Runtime choose_native(const std::vector<Pin>& pins, const Releases& releases, std::vector<std::string>& warnings)
{
    auto runtime = choose_runtime(pins, releases, warnings);
    const auto manifest = [](const Pin& pin) { return pin.rule.starts_with("go.") || pin.rule.starts_with("Cargo."); };
    if (runtime.pin && manifest(*runtime.pin) && runtime.pin->text.starts_with(">=")) {
        runtime.pin->text.erase(0, 2);
    }
    return runtime;
}

void look_for_port(Listening& listening, const std::string& text, const char* calls)
{
    listening.listens |= matches(text, calls);
    listening.reads_port |= matches(text, R"(["']PORT["'])");
    listening.listens |= listening.reads_port;
    constexpr std::array<const char*, 3> patterns = {
        R"(["'`](?:0\.0\.0\.0|\[::\])?:(\d{2,5})["'`])",
        R"((?i)\b(?:listen\w*|bind|run|start|serve)\(\s*(?:"tcp",\s*)?&?["'`](?:127\.0\.0\.1|localhost):(\d{2,5})["'`])",
        R"((?:0, ?0, ?0, ?0\]?,|0\.0\.0\.0"?, ?|127, ?0, ?0, ?1\]?,|\bport\(|\bport: ?|\bport ?= ?|htons\()\s*(\d{2,5})\b)"};
    for (const auto* pattern : patterns) {
        if (listening.port == 0) {
            listening.port = port_in(find_matches(text, pattern));
        }
    }
    listening.only_locally |=
        matches(
            text,
            R"((?i)\b(?:listen\w*|bind|run|start|serve)\(\s*(?:"tcp",\s*)?&?\(?["'`](?:127\.0\.0\.1|localhost)\b)") ||
        matches(text, R"(SocketAddr::from\(\(\[127, ?0, ?0, ?1\])");
    if (listening.health.empty()) {
        listening.health = find_match(text, R"(["'`](/(?:healthz|health|livez|_health|ping|up))["'`])").value_or("");
    }
}

void serve_on(Application& application, const Overrides& overrides, const Listening& listening, int usual)
{
    auto& recipe = application.recipe;
    if (!listening.listens && overrides.port == 0) {
        recipe.health.reason = "nothing in the code was seen to listen on a port";
        return;
    }
    application.port = overrides.port != 0 ? overrides.port : listening.port != 0 ? listening.port : usual;
    recipe.port = application.port;
    recipe.health = dockerfile::bash_health(recipe.port, listening.health.empty() ? "/" : listening.health);
    if (listening.only_locally) {
        application.warnings.emplace_back(
            "the code listens on 127.0.0.1, which nothing outside the container reaches: it must be 0.0.0.0");
    }
    if (overrides.port == 0 && listening.port != 0 && !listening.reads_port) {
        application.warnings.push_back(
            fmt::format("port {} stands in the code, which was not seen to read PORT", listening.port));
    }
}

std::vector<std::string> run_time_files(const Folder& folder, const std::vector<std::string>& directories,
                                        const std::vector<std::string>& files)
{
    std::vector<std::string> found;
    for (const auto& name : directories) {
        if (folder.has_directory(name)) {
            found.push_back(name);
        }
    }
    for (const auto& name : files) {
        if (folder.has_file(name)) {
            found.push_back(name);
        }
    }
    std::ranges::sort(found);
    return found;
}

void copy_along(dockerfile::Stage& stage, const std::string& from, const std::string& directory,
                const std::vector<std::string>& paths)
{
    for (const auto& path : paths) {
        stage.steps.emplace_back(dockerfile::Copy{{directory + "/" + path}, "./" + path, from, ""});
    }
}

std::string expected_place(const Folder& folder, const Overrides& overrides, std::string_view name)
{
    const auto process = overrides.start.empty() ? find_process(folder) : std::nullopt;
    const auto command = process ? process->command : overrides.start;
    for (auto word : split(command, ' ')) {
        if (word.find('=') != std::string_view::npos || base_name(word) != name || name.empty()) {
            continue;
        }
        while (word.starts_with("./")) {
            word.remove_prefix(2);
        }
        const auto parts = split(word.substr(word.starts_with('/') ? 1 : 0), '/');
        if (!std::ranges::all_of(parts, is_plain_name)) {
            continue;
        }
        return word.starts_with('/')                      ? std::string(word)
               : word.find('/') == std::string_view::npos ? fmt::format("/usr/local/bin/{}", word)
                                                          : fmt::format("./{}", word);
    }
    return {};
}

bool is_inner_path(std::string_view path)
{
    if (path.empty() || path.starts_with('/')) {
        return false;
    }
    const auto parts = split(path, '/');
    return std::ranges::find(parts, "..") == parts.end();
}

bool is_plain_name(std::string_view name)
{
    const auto plain = [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '+' || c == '-';
    };
    return !name.empty() && name.front() != '-' && name != "." && name != ".." && std::ranges::all_of(name, plain);
}

std::string_view base_name(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view directory_of(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace tinystacks::framework
