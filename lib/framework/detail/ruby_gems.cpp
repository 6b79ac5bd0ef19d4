#include "framework/detail/ruby_gems.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// Source: Ruby's maintenance branches.
constexpr std::array<Release, 11> ruby_lines = {{{"4.0", "4.0", "2029-03-31", ""},
                                                 {"3.4", "3.4", "2028-03-31", ""},
                                                 {"3.3", "3.3", "2027-03-31", ""},
                                                 {"3.2", "3.2", "2026-03-31", ""},
                                                 {"3.1", "3.1", "2025-03-26", ""},
                                                 {"3.0", "3.0", "2024-04-23", ""},
                                                 {"2.7", "2.7", "2023-03-31", ""},
                                                 {"2.6", "2.6", "2022-04-12", ""},
                                                 {"2.5", "2.5", "2021-04-05", ""},
                                                 {"2.4", "2.4", "2020-04-05", ""},
                                                 {"2.3", "2.3", "2019-03-31", ""}}};
constexpr Releases ruby_releases = {"ruby", "2026-11-30", "3.4", ruby_lines};

/// A path of the repository that may be copied: relative, staying inside, and there.
bool is_inside(const Folder& folder, const std::string& path)
{
    return !path.empty() && !path.starts_with('/') && path.find("..") == std::string::npos &&
           (folder.has_directory(path) || folder.has_file(path));
}

void read_gemspec(const Folder& folder, Gems& gems)
{
    for (const auto name : folder.files()) {
        if (!name.ends_with(".gemspec")) {
            continue;
        }
        gems.inputs.emplace_back(name);
        if (const auto* text = folder.text(name)) {
            for (auto& gem : find_matches(*text, R"(^\s*\w+\.add_(?:runtime_)?dependency\s*\(?\s*['"]([\w.-]+)['"])")) {
                gems.asked.insert(std::move(gem));
            }
        }
    }
    // A gemspec requires its version file, and names its files.
    if (folder.has_directory("lib")) {
        gems.inputs.emplace_back("lib");
    }
}

void read_gemfile(const Folder& folder, const std::string& text, Gems& gems)
{
    for (auto& gem : find_matches(text, R"(^\s*gem[\s(]\s*['"]([\w.-]+)['"])")) {
        gems.asked.insert(std::move(gem));
    }
    gems.from_git = matches(text, R"(^[^#\n]*(?:\bgit(?:hub)?:|:git(?:hub)?\s*=>|^\s*git\s+['"]))");
    std::vector<std::string> paths;
    for (const auto* pattern :
         {R"(^\s*gem\b[^#\n]*(?:\bpath:|:path\s*=>)\s*['"]([^'"\n]+)['"])", R"(^\s*path\s+['"]([^'"\n]+)['"])",
          R"(^\s*eval_gemfile\s*\(?\s*['"]([^'"\n]+)['"])", R"(^\s*ruby\s+file:\s*['"]([^'"\n]+)['"])",
          R"(^\s*ruby\b[^#\n]*File\.read\w*\(\s*['"]([^'"\n]+)['"])"}) {
        for (auto& path : find_matches(text, pattern)) {
            paths.push_back(std::move(path));
        }
    }
    for (auto path : paths) {
        path = path.starts_with("./") ? path.substr(2) : path;
        if (is_inside(folder, path) && std::ranges::find(gems.inputs, path) == gems.inputs.end()) {
            gems.inputs.push_back(std::move(path));
        }
    }
    if (matches(text, R"(^\s*gemspec\b)")) {
        read_gemspec(folder, gems);
    }
}

void read_lock(const std::string& text, Gems& gems)
{
    bool platforms = false;
    bool any = false;
    bool linux = false;
    for (auto line : split(text, '\n')) {
        line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        if (!line.starts_with(' ')) {
            platforms = line == "PLATFORMS";
            gems.from_git = gems.from_git || line == "GIT";
        } else if (platforms && !trim(line).empty()) {
            any = true;
            linux = linux || trim(line) == "ruby" || line.find("linux") != std::string_view::npos;
        } else if (line.starts_with("    ") && !line.starts_with("     ")) {
            const auto name = trim(line.substr(0, line.find('(')));
            const auto open = line.find('(');
            if (open != std::string_view::npos) {
                gems.locked.emplace(name, line.substr(open + 1, line.find(')') - open - 1));
            }
        }
    }
    gems.runs_on_linux = linux || !any;
}

struct Native {
    std::string_view gem;
    std::string_view build;
    std::string_view bookworm;  ///< what it loads when it runs
    std::string_view bullseye;
};

/// Source: the gems' installation notes; the names are Debian's.
constexpr std::array<Native, 14> natives = {{
    {"pg", "libpq-dev", "libpq5", "libpq5"},
    {"mysql2", "default-libmysqlclient-dev", "libmariadb3", "libmariadb3"},
    {"sqlite3", "libsqlite3-dev", "libsqlite3-0", "libsqlite3-0"},
    {"ruby-vips", "", "libvips42", "libvips42"},
    {"image_processing", "", "libvips42", "libvips42"},
    {"mini_magick", "", "imagemagick", "imagemagick"},
    {"rmagick", "libmagickwand-dev", "libmagickwand-6.q16-6", "libmagickwand-6.q16-6"},
    {"charlock_holmes", "libicu-dev", "libicu72", "libicu67"},
    {"curb", "libcurl4-openssl-dev", "libcurl4", "libcurl4"},
    {"rugged", "cmake", "", ""},
    {"tiny_tds", "freetds-dev", "libsybdb5", "libsybdb5"},
    {"ruby-filemagic", "libmagic-dev", "libmagic1", "libmagic1"},
    {"idn-ruby", "libidn-dev", "libidn12", "libidn11"},
    {"wkhtmltopdf-binary", "", "libxrender1", "libxrender1"},
}};

}  // namespace

bool Gems::has(std::string_view gem) const
{
    return asked.contains(gem) || locked.contains(gem);
}

bool Gems::has_any(std::initializer_list<std::string_view> gems) const
{
    return std::ranges::any_of(gems, [&](auto gem) { return has(gem); });
}

std::string Gems::version(std::string_view gem) const
{
    const auto found = locked.find(gem);
    return found == locked.end() ? std::string() : found->second;
}

Gems read_gems(const Folder& folder)
{
    Gems gems;
    gems.gemfile = folder.first_file({"Gemfile", "gems.rb"});
    if (gems.gemfile.empty()) {
        return gems;
    }
    const auto lock = std::string(gems.gemfile == "Gemfile" ? "Gemfile.lock" : "gems.locked");
    gems.lock = folder.has_file(lock) ? lock : std::string();
    if (const auto* text = folder.text(gems.gemfile)) {
        read_gemfile(folder, *text, gems);
    }
    if (const auto* text = gems.lock.empty() ? nullptr : folder.text(gems.lock)) {
        read_lock(*text, gems);
    }
    if (folder.has_directory("vendor/cache")) {
        gems.inputs.emplace_back("vendor/cache");
    }
    return gems;
}

std::vector<Pin> gem_pins(const Folder& folder, const Gems& gems)
{
    std::vector<Pin> pins;
    const auto add = [&](const std::string& file, const std::string& text, const std::string& part,
                         const std::string& rule) {
        pins.push_back({text, {folder.in_tree(file), line_of(*folder.text(file), part), 1}, rule});
    };
    const auto* gemfile = gems.gemfile.empty() ? nullptr : folder.text(gems.gemfile);
    if (gemfile != nullptr) {
        const auto asked = find_match(*gemfile, R"(^\s*ruby[\s(]\s*\[?\s*((?:['"][^'"\n]*['"]\s*,?\s*)+))");
        if (asked && !asked->starts_with("'.") && !asked->starts_with("\".")) {
            add(gems.gemfile, join(find_matches(*asked, R"(['"]([^'"\n]*)['"])"), ", "), *asked, "Gemfile, ruby");
        }
        const auto file = find_match(*gemfile, R"(^\s*ruby\s+(?:file:\s*|File\.read\w*\(\s*)['"]([^'"\n]+)['"])");
        // .ruby-version and .tool-versions count by themselves.
        if (file && *file != ".ruby-version" && *file != ".tool-versions") {
            if (auto pin = file_pin(folder, *file)) {
                pins.push_back(std::move(*pin));
            }
        }
    }
    for (const auto name : folder.files()) {
        const auto* text = name.ends_with(".gemspec") ? folder.text(name) : nullptr;
        const auto asked = text == nullptr
                               ? std::nullopt
                               : find_match(*text, R"(required_ruby_version\s*=[^'"\n]*['"]([^'"\n]+)['"])");
        if (asked) {
            add(std::string(name), *asked, *asked, "gemspec, required_ruby_version");
        }
    }
    const auto* lock = gems.lock.empty() ? nullptr : folder.text(gems.lock);
    const auto locked = lock == nullptr ? std::nullopt : find_match(*lock, R"(^RUBY VERSION\r?\n\s+ruby ([\d.]+))");
    if (locked) {
        add(gems.lock, *locked, "RUBY VERSION", "RUBY VERSION of the lock file");
    }
    return pins;
}

GemPackages packages_of(const Gems& gems, std::string_view debian)
{
    GemPackages packages;
    packages.build = {"build-essential", "libyaml-dev", "pkg-config"};
    if (gems.from_git) {
        packages.build.emplace_back("git");
    }
    for (const auto& native : natives) {
        if (!gems.has(native.gem)) {
            continue;
        }
        if (!native.build.empty()) {
            packages.build.emplace_back(native.build);
        }
        const auto run = debian == "bookworm" ? native.bookworm : native.bullseye;
        if (!run.empty()) {
            packages.run.emplace_back(run);
        }
    }
    return packages;
}

Runtime choose_ruby(const Folder& folder, const Overrides& overrides, const Gems& gems,
                    std::vector<std::string>& warnings)
{
    std::vector<Pin> pins;
    if (!overrides.version.empty()) {
        pins.push_back({overrides.version, {}, std::string(said_version)});
    }
    for (auto& pin : tool_pins(folder, {"ruby"})) {
        pins.push_back(std::move(pin));
    }
    if (auto pin = file_pin(folder, ".ruby-version")) {
        pin->text = pin->text.starts_with("ruby-") ? pin->text.substr(5) : pin->text;
        pins.push_back(std::move(*pin));
    }
    for (auto& pin : gem_pins(folder, gems)) {
        pins.push_back(std::move(pin));
    }
    auto runtime = choose_runtime(pins, ruby_releases, warnings);
    const auto* gemfile = gems.gemfile.empty() ? nullptr : folder.text(gems.gemfile);
    const std::string_view asked = gemfile == nullptr ? std::string_view() : std::string_view(*gemfile);
    if (const auto engine = find_match(asked, R"(^\s*ruby\b[^#\n]*\bengine(?::|\s*=>)\s*['":]*(\w+))");
        engine && *engine != "ruby") {
        warnings.push_back(fmt::format("the Gemfile asks for {}: the image has Ruby's own interpreter", *engine));
    }
    return runtime;
}

}  // namespace tinystacks::framework
