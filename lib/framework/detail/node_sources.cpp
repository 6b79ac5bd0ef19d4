#include "framework/detail/node_sources.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace tinystacks::framework::node {
namespace {

constexpr std::size_t most_texts = 48;
constexpr std::size_t most_files = 120;

constexpr std::array<const char*, 10> endings = {".js",  ".ts",  ".mjs", ".cjs",    ".mts",
                                                 ".tsx", ".jsx", ".vue", ".svelte", ".astro"};

bool is_beside(std::string_view file)
{
    constexpr std::array<std::string_view, 10> apart = {"test/",   "tests/", "__tests__/", "e2e/",     "public/",
                                                        "static/", "docs/",  "examples/",  "scripts/", "dist/"};
    return file.ends_with(".d.ts") || file.ends_with(".min.js") || file.find(".test.") != std::string_view::npos ||
           file.find(".spec.") != std::string_view::npos || file.find(".config.") != std::string_view::npos ||
           std::ranges::any_of(apart, [&](auto directory) {
               const auto at = file.find(directory);
               return at == 0 || (at != std::string_view::npos && file[at - 1] == '/');
           });
}

std::optional<int> number_of(const std::optional<std::string>& text)
{
    constexpr int most = 65535;
    int number = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc() || number < 1 ||
        number > most) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

std::string without_js_comments(std::string_view text)
{
    std::string plain;
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = text[at];
        if (quote != '\0') {
            plain += c;
            if (c == '\\' && at + 1 < text.size()) {
                plain += text[++at];
            } else if (c == quote || (c == '\n' && quote != '`')) {
                quote = '\0';
            }
        } else if (text.substr(at, 2) == "//") {
            at = std::min(text.find('\n', at), text.size()) - 1;
        } else if (text.substr(at, 2) == "/*") {
            const auto end = text.find("*/", at + 2);
            at = end == std::string_view::npos ? text.size() : end + 1;
        } else {
            quote = c == '"' || c == '\'' || c == '`' ? c : '\0';
            plain += c;
        }
    }
    return plain;
}

std::string config_file(const Folder& folder, const std::vector<std::string>& stems)
{
    std::vector<std::string> names;
    for (const auto& stem : stems) {
        for (const auto* const ending : {".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"}) {
            names.push_back(stem + ending);
        }
    }
    return folder.first_file(names);
}

std::string config_text(const Folder& folder, const std::vector<std::string>& stems)
{
    const auto file = config_file(folder, stems);
    const auto* text = file.empty() ? nullptr : folder.text(file);
    return text == nullptr ? std::string() : without_js_comments(*text);
}

Sources::Sources(const Folder& folder, const std::string& entry) : folder_(folder)
{
    std::vector<std::string> files;
    for (const auto* const ending : endings) {
        auto found = folder.find_files(ending, most_files);
        complete_ = complete_ && found.size() < most_files;
        std::erase_if(found, is_beside);
        files.insert(files.end(), found.begin(), found.end());
    }
    std::ranges::stable_sort(files, {}, [](const auto& file) { return std::ranges::count(file, '/'); });
    if (!entry.empty()) {
        std::erase(files, entry);
        files.insert(files.begin(), entry);
    }
    for (auto& file : files) {
        if (texts_.size() == most_texts) {
            complete_ = false;
            return;
        }
        if (const auto* text = folder_.text(file)) {
            texts_.push_back({std::move(file), text});
        }
    }
}

std::string Sources::importer(const std::string& package) const
{
    for (const auto& source : texts_) {
        for (const char quote : {'\'', '"', '`'}) {
            const auto name = quote + package + quote;
            for (auto at = source.text->find(name); at != std::string::npos; at = source.text->find(name, at + 1)) {
                const auto before =
                    trim(std::string_view(*source.text).substr(at < 40 ? 0 : at - 40, at < 40 ? at : 40));
                if (before.ends_with("from") || before.ends_with("require(") || before.ends_with("import") ||
                    before.ends_with("import(")) {
                    return source.file;
                }
            }
        }
    }
    return {};
}

bool Sources::listens() const
{
    return std::ranges::any_of(texts_, [](const Source& source) {
        return matches(*source.text, "\\.listen\\(|createServer\\(|\\bBun\\.serve\\(|\\bserve\\(|startStandaloneServer|"
                                     "\\bWebSocketServer\\(|new Server\\(");
    });
}

std::optional<int> Sources::port() const
{
    for (const auto& source : texts_) {
        for (const auto* const pattern :
             {R"(\bPORT['"\])]*\s*(?:\|\||\?\?)\s*['"]?(\d{2,5})\b)", R"(\.listen\(\s*['"]?(\d{2,5})\b)",
              R"(\blisten(?:\(|\s*:)\s*\{[^}]*\bport:\s*(\d{2,5})\b)",
              R"(\b(?:const|let|var)\s+(?:port|PORT)\b[^=\n]{0,12}=\s*['"]?(\d{2,5})\b)",
              R"(\bserve\(\s*\{[^}]*\bport:\s*(\d{2,5})\b)", R"(\bserver\(\s*\{[^}]*\bport:\s*(\d{2,5})\b)"}) {
            if (const auto number = number_of(find_match(*source.text, pattern))) {
                return number;
            }
        }
    }
    return std::nullopt;
}

std::string Sources::local_listener() const
{
    const auto found = std::ranges::find_if(texts_, [](const Source& source) {
        const auto& text = *source.text;
        // Fastify listens there unless it is told otherwise. Source: Fastify's documentation, "Server", listen.
        return matches(text, R"(\blisten\([^)]*['"](localhost|127\.0\.0\.1)['"])") ||
               matches(text, R"(\bserver\(\s*\{[^}]*\bhost:\s*['"](localhost|127\.0\.0\.1)['"])") ||
               (matches(text, R"(['"]fastify['"])") && matches(text, R"(\.listen\()") && !matches(text, R"((?i)host)"));
    });
    return found == texts_.end() ? std::string() : found->file;
}

std::string Sources::health_path() const
{
    for (const auto& source : texts_) {
        const auto found = find_match(
            *source.text,
            R"(\.(?:get|route|all|use)\(\s*['"`](/(?:api/)?(?:health|healthz|healthcheck|health-check|_health|ping|livez|readyz|status))['"`])");
        if (found) {
            return *found;
        }
        for (const auto* const route : {"app/api/health/route.", "pages/api/health.", "app/health/route."}) {
            if (source.file.starts_with(route) || source.file.starts_with(std::string("src/") + route)) {
                return std::string(route).starts_with("app/health") ? "/health" : "/api/health";
            }
        }
    }
    return {};
}

std::vector<std::string> Sources::variables() const
{
    std::set<std::string> names;
    for (const auto& source : texts_) {
        for (const auto* const pattern : {R"(\b(?:process\.env|Bun\.env)\.([A-Z][A-Z0-9_]*)\b)",
                                          R"(\bprocess\.env\[['"]([A-Z][A-Z0-9_]*)['"]\])"}) {
            for (auto& name : find_matches(*source.text, pattern)) {
                if (name != "NODE_ENV" && name != "PORT") {
                    names.insert(std::move(name));
                }
            }
        }
    }
    return {names.begin(), names.end()};
}

std::vector<std::string> Sources::with_prefix(const std::string& prefix) const
{
    std::set<std::string> names;
    const auto collect = [&](const std::string& text, const char* pattern) {
        for (auto& name : find_matches(text, pattern)) {
            if (!prefix.empty() && name.starts_with(prefix) && name.size() > prefix.size()) {
                names.insert(std::move(name));
            }
        }
    };
    for (const auto& source : texts_) {
        collect(*source.text, R"(\benv(?:\.|\[['"])([A-Z][A-Z0-9_]*)\b)");
        collect(*source.text, R"(\b(PUBLIC_[A-Z0-9_]+)\b)");
    }
    for (const auto* const file : {".env.example", ".env.sample", ".env.template", ".env.production", ".env"}) {
        if (const auto* text = folder_.text(file)) {
            collect(*text, R"(^(?:export )?([A-Z][A-Z0-9_]*)=)");
        }
    }
    return {names.begin(), names.end()};
}

}  // namespace tinystacks::framework::node
