#include "framework/detail/go_source.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_texts = 60;
constexpr std::size_t most_names = 2000;
constexpr const char* listen_calls =
    R"(ListenAndServe|\.Listen\(|net\.Listen|http\.Serve|\.Run\(|\.Start\(|\.RunTLS\(|beego\.Run|\.ListenTLS\()";

/// What `go build ./...` leaves out, and what is beside the application.
bool is_beside(std::string_view directory)
{
    constexpr std::array<std::string_view, 22> names = {
        "vendor",   "testdata",  "examples", "example", "third_party", "tools",  "tool",    "hack",
        "scripts",  "test",      "tests",    "docs",    "doc",         "e2e",    "samples", "benchmarks",
        "fixtures", "_examples", "internal", "testing", "gen",         "codegen"};
    // A program may be called so: cmd/tool.
    const auto commands = directory.starts_with("cmd/") ? 0 : directory.find("/cmd/");
    const auto parts = split(directory.substr(0, commands), '/');
    return std::ranges::any_of(parts, [&](std::string_view part) {
        return part.starts_with('_') || part.starts_with('.') || std::ranges::find(names, part) != names.end();
    });
}

/// Files by directory, the nearest to the root first; main.go before its neighbours.
std::vector<std::pair<std::string, std::vector<std::string>>> group(const std::vector<std::string>& files)
{
    std::vector<std::pair<std::string, std::vector<std::string>>> groups;
    std::map<std::string, std::size_t, std::less<>> known;
    for (const auto& file : files) {
        const std::string directory(directory_of(file));
        if (file.ends_with("_test.go") || is_beside(directory)) {
            continue;
        }
        const auto [at, added] = known.emplace(directory, groups.size());
        if (added) {
            groups.emplace_back(directory, std::vector<std::string>());
        }
        auto& list = groups[at->second].second;
        list.insert(base_name(file) == "main.go" ? list.begin() : list.end(), file);
    }
    // Programs lie in cmd/: they are read before libraries, whatever their depth.
    std::ranges::stable_partition(groups, [](const auto& each) {
        return each.first.empty() || each.first.starts_with("cmd") || each.first.find("/cmd") != std::string::npos ||
               base_name(each.second.front()) == "main.go";
    });
    return groups;
}

/// A file that is left out of a build for Linux.
bool is_excluded(const std::string& text, std::string_view file)
{
    constexpr std::array<std::string_view, 5> others = {"_windows.go", "_darwin.go", "_js.go", "_wasm.go",
                                                        "_freebsd.go"};
    return matches(text, R"(^//go:build\s+(?:ignore|windows|darwin|js|wasm|tools|mage|integration)\b)") ||
           matches(text, R"(^// \+build\s+(?:ignore|windows|darwin|js|wasm|tools|mage|integration)\b)") ||
           std::ranges::any_of(others, [&](auto ending) { return file.ends_with(ending); });
}

class Reader {
public:
    explicit Reader(const Folder& folder) : folder_(folder) {}

    void read_directory(const std::string& directory, const std::vector<std::string>& files)
    {
        bool found = false;
        for (const auto& file : files) {
            const auto* text = read(file);
            if (text == nullptr || is_excluded(*text, file)) {
                continue;
            }
            if (!matches(*text, R"(^package\s+main\b)")) {
                look_into(*text);
                return;  // a directory holds one package
            }
            if (const auto line = line_of(*text, "func main("); line != 0 && !found) {
                sources.mains.push_back({directory, file, line});
                found = true;
            }
            look_into(*text);
        }
    }

    GoSources sources;

private:
    const std::string* read(const std::string& file) { return texts_++ < most_texts ? folder_.text(file) : nullptr; }

    void look_into(const std::string& text)
    {
        look_for_port(sources.listening, text, listen_calls);
        sources.cgo |= matches(text, R"(^\s*(?:import\s+)?"C"\s*$)");
        for (auto& path : find_matches(text, R"(^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.~\-]+(?:/[\w.~\-]+)*)\"\s*$)")) {
            sources.imports.push_back(std::move(path));
        }
        for (const auto& names : find_matches(text, R"(^//go:embed\s+(.+)$)")) {
            for (const auto name : split(names, ' ')) {
                sources.embedded.emplace_back(split(name, '/').front());
            }
        }
    }

    const Folder& folder_;
    std::size_t texts_ = 0;
};

const GoMain* only(const std::vector<const GoMain*>& found)
{
    return found.size() == 1 ? found.front() : nullptr;
}

}  // namespace

GoSources read_go_sources(const Folder& folder)
{
    Reader reader(folder);
    for (const auto& [directory, files] : group(folder.find_files(".go", most_names))) {
        reader.read_directory(directory, files);
    }
    auto& sources = reader.sources;
    std::ranges::sort(sources.imports);
    const auto repeated = std::ranges::unique(sources.imports);
    sources.imports.erase(repeated.begin(), repeated.end());
    return std::move(sources);
}

const GoMain* choose_go_main(const GoSources& sources, const std::string& module, const std::string& asked)
{
    const auto with = [&](auto fits) {
        std::vector<const GoMain*> found;
        for (const auto& each : sources.mains) {
            if (fits(each)) {
                found.push_back(&each);
            }
        }
        return found;
    };
    const auto in = [&](const std::string& directory) {
        return only(with([&](const GoMain& each) { return each.directory == directory; }));
    };
    for (const auto& directory : {asked, std::string(), "cmd/" + module, module, std::string("cmd")}) {
        if (const auto* found = in(directory)) {
            return found;
        }
    }
    for (const std::string_view name : {"server", "api", "web", "app"}) {
        if (const auto* found = only(with([&](const auto& each) { return base_name(each.directory) == name; }))) {
            return found;
        }
    }
    const auto* command = only(with([](const auto& each) { return each.directory.starts_with("cmd/"); }));
    return command != nullptr ? command : only(with([](const auto&) { return true; }));
}

}  // namespace tinystacks::framework
