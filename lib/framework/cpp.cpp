#include "base/text.hpp"
#include "framework/detail/cpp_library.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

constexpr int usual_port = 8080;
constexpr const char* listen_calls =
    R"(\blisten\s*\(|\bbind\s*\(|acceptor|crow::|httplib::|drogon|Pistache|oatpp|restinio|uWS::|mg_http_listen|MHD_start_daemon|\.port\()";

enum class System { none, cmake, meson, make, file };

/// Programs of a build and where they are named.
struct Program {
    std::string name;
    Position where;
};

bool is_test(std::string_view name)
{
    return matches(to_lower(name),
                   R"((?:^|[_\-.])(?:unit)?(?:tests?|bench(?:mark)?s?|examples?|fuzz(?:er)?|spec)(?:$|[_\-.]))") ||
           matches(name, R"([a-z](?:Tests?|Benchmarks?)$)");
}

class Project {
public:
    Project(const Folder& folder, const Overrides& overrides) : folder_(folder), overrides_(overrides)
    {
        if (folder.has_file("CMakeLists.txt")) {
            system_ = System::cmake;
            manifest_ = "CMakeLists.txt";
        } else if (folder.has_file("meson.build")) {
            system_ = System::meson;
            manifest_ = "meson.build";
        } else if (manifest_ = folder.first_file({"Makefile", "makefile", "GNUmakefile"});
                   !manifest_.empty() && !sources().empty()) {
            system_ = System::make;
        } else if (const auto found = sources(); !found.empty()) {
            manifest_ = found.front();
            system_ = System::file;
        }
    }

    [[nodiscard]] bool is_here() const { return system_ != System::none; }

    Application read()
    {
        const auto* text = folder_.text(manifest_);
        application_.language = language(text == nullptr ? std::string() : *text);
        application_.score = system_ == System::file ? by_stray_file : by_manifest;
        see(application_, folder_, manifest_, 1, "what it is built with");
        choose_version();
        find_programs();
        find_libraries();
        warn_of_managers();
        build_stages();
        choose_program();
        serve();
        return std::move(application_);
    }

private:
    [[nodiscard]] std::vector<std::string> sources() const
    {
        std::vector<std::string> found;
        for (const auto* ending : {".cpp", ".cc", ".cxx", ".c"}) {
            for (const auto& stem : {"main", "src/main", "app", "server", "index", "hello"}) {
                if (folder_.has_file(fmt::format("{}{}", stem, ending))) {
                    found.push_back(fmt::format("{}{}", stem, ending));
                }
            }
        }
        return found;
    }

    [[nodiscard]] std::string language(const std::string& text) const
    {
        const auto cpp = !folder_.find_files(".cpp", 1).empty() || !folder_.find_files(".cc", 1).empty() ||
                         !folder_.find_files(".cxx", 1).empty() || matches(text, R"(\bCXX\b|'cpp')");
        return cpp || folder_.find_files(".c", 1).empty() ? "cpp" : "c";
    }

    void choose_version()
    {
        application_.runtime.name = system_ == System::meson ? "meson" : "gcc";
        application_.runtime.release = system_ == System::meson ? "1.0" : "12.2";
        if (system_ != System::cmake) {
            return;
        }
        std::vector<Pin> own;
        const auto* text = folder_.text(manifest_);
        const auto minimum = text == nullptr
                                 ? std::nullopt
                                 : find_match(*text, R"((?i)cmake_minimum_required\s*\(\s*VERSION\s+(\d+(?:\.\d+)*))");
        if (minimum) {
            own.push_back(
                {*minimum, {folder_.in_tree(manifest_), line_of(*text, *minimum), 1}, "cmake_minimum_required"});
        }
        // It is a lower bound, and distributions have one CMake each: Debian 12 has 3.25, Debian 13 has 3.31.
        const auto pins = ordered_pins(folder_, overrides_, {"cmake"}, std::move(own));
        application_.runtime.name = "cmake";
        if (!pins.empty()) {
            application_.runtime.pin = pins.front();
        }
        const auto newer = !pins.empty() && compare_versions(pins.front().text, "3.25") > 0;
        application_.runtime.release = newer ? "3.31" : "3.25";
        debian_ = newer ? "debian:trixie-slim" : std::string(debian_slim);
        if (newer && compare_versions(pins.front().text, "3.31") > 0) {
            application_.warnings.push_back(
                fmt::format("CMake {} is asked for; Debian 13 has 3.31", printable_line(pins.front().text)));
        }
    }

    void add_program(std::string name, const std::string& file, const std::string& text)
    {
        const auto known = std::ranges::any_of(programs_, [&](const auto& each) { return each.name == name; });
        constexpr std::size_t most_programs = 100;
        if (is_plain_name(name) && !known && programs_.size() < most_programs) {
            programs_.push_back({name, {folder_.in_tree(file), line_of(text, name), 1}});
        }
    }

    void find_programs()
    {
        if (system_ == System::cmake) {
            find_targets("CMakeLists.txt", R"((?i)^\s*add_executable\s*\(\s*"?([^\s")]+))");
        } else if (system_ == System::meson) {
            find_targets("meson.build", R"(\bexecutable\s*\(\s*'([^']+)')");
        } else if (system_ == System::make) {
            find_made();
        } else {
            const auto name = base_name(manifest_);
            add_program(std::string(name.substr(0, name.rfind('.'))), manifest_, "");
        }
    }

    /// Executables of all build files, tests and examples left out when there is anything else.
    void find_targets(const char* file_name, const char* pattern)
    {
        std::size_t texts = 0;
        for (const auto& file : folder_.find_files(file_name, 200)) {
            if (base_name(file) != file_name || ++texts > 40) {
                continue;
            }
            const auto* text = folder_.text(file);
            for (auto& name : find_matches(text == nullptr ? std::string_view() : std::string_view(*text), pattern)) {
                const auto beside =
                    matches(file, R"(^(?:.*/)?(?:third_party|external|extern|vendor|deps|lib|libs|submodules)/)");
                if (!beside) {
                    add_program(resolve(name, *text), file, *text);
                }
            }
            texts_.append(text == nullptr ? "" : *text).push_back('\n');
        }
        const auto tested = std::ranges::stable_partition(programs_, [](const auto& each) {
            return !is_test(each.name) && !matches(each.where.file, R"((?:^|/)(?:tests?|examples?|bench\w*)/)");
        });
        if (tested.begin() != programs_.begin()) {
            programs_.erase(tested.begin(), tested.end());
        }
        rename_outputs();
    }

    /// ${PROJECT_NAME} and variables that the file itself sets.
    [[nodiscard]] std::string resolve(const std::string& name, const std::string& text) const
    {
        const auto variable = find_match(name, R"(^\$\{(\w+)\}$)");
        if (!variable) {
            return name;
        }
        const auto* root = folder_.text("CMakeLists.txt");
        if (*variable == "PROJECT_NAME" || *variable == "CMAKE_PROJECT_NAME") {
            const auto own = find_match(text, R"((?i)^\s*project\s*\(\s*"?([^\s")]+))");
            return own ? *own
                       : find_match(root == nullptr ? text : *root, R"((?i)^\s*project\s*\(\s*"?([^\s")]+))")
                             .value_or("");
        }
        for (const auto& assignment : find_matches(text, R"((?i)^\s*set\s*\(\s*(\w+\s+"?[\w.\-]+"?\s*)\))")) {
            const auto blank = assignment.find_first_of(" \t");
            if (assignment.substr(0, blank) == *variable) {
                auto value = std::string(trim(assignment.substr(blank)));
                std::erase(value, '"');
                return value;
            }
        }
        return {};
    }

    void rename_outputs()
    {
        for (const auto& pair : find_matches(
                 texts_,
                 R"((?i)set_target_properties\s*\(\s*([\w.\-]+\s+PROPERTIES[^)]*?\bOUTPUT_NAME\s+"?[\w.\-]+))")) {
            const auto target = pair.substr(0, pair.find_first_of(" \t\n"));
            auto output = pair.substr(pair.find_last_of(" \t\n\"") + 1);
            for (auto& program : programs_) {
                if (program.name == target && is_plain_name(output)) {
                    program.name = output;
                }
            }
        }
    }

    void find_made()
    {
        const auto* text = folder_.text(manifest_);
        if (text == nullptr) {
            return;
        }
        texts_ = *text;
        const auto named = find_match(
            *text,
            R"(^(?:TARGET|BIN|BINARY|EXEC|EXECUTABLE|NAME|PROG|PROGRAM|APP|OUT|OUTPUT)\s*[:?]?=\s*([\w./\-]+)\s*$)");
        const auto written = find_match(*text, R"(\s-o\s+([\w./\-]+)(?:\s|$))");
        for (const auto& path : {named, written}) {
            if (path && is_inner_path(*path) && !path->ends_with(".o") && programs_.empty()) {
                made_ = path->starts_with("./") ? path->substr(2) : *path;
                add_program(std::string(base_name(*path)), manifest_, *text);
            }
        }
    }

    void find_libraries()
    {
        for (auto& name : find_matches(texts_, R"((?i)\b(?:find_package|dependency)\s*\(\s*'?([\w.\-+]+))")) {
            add_library(to_lower(name));
        }
        for (const auto& list :
             find_matches(texts_, R"((?i)\bpkg_(?:check_modules|search_module)\s*\(\s*\w+\s+([^)]*)\))")) {
            application_.build_packages.emplace_back("pkg-config");
            std::string words = list;
            std::ranges::replace(words, '\n', ' ');
            for (const auto word : split(words, ' ')) {
                add_library(to_lower(word.substr(0, word.find_first_of("<>="))));
            }
        }
    }

    void warn_of_managers()
    {
        for (const auto* name : {"vcpkg.json", "conanfile.txt", "conanfile.py"}) {
            if (folder_.has_file(name)) {
                application_.package_manager = std::string_view(name) == "vcpkg.json" ? "vcpkg" : "conan";
                application_.warnings.push_back(
                    fmt::format("the libraries that {} names are not installed: Debian's are", name));
            }
        }
    }

    void add_library(const std::string& name)
    {
        const auto* found = find_cpp_library(name);
        if (found == nullptr) {
            constexpr std::array<std::string_view, 9> without = {
                "", "threads", "required", "quiet", "imported_target", "doxygen", "git", "python3", "pkgconfig"};
            if (std::ranges::find(without, name) == without.end()) {
                application_.warnings.push_back(fmt::format(
                    "the library '{}' is looked for, whose Debian package is not known here", printable_line(name)));
            }
            return;
        }
        application_.build_packages.emplace_back(found->build);
        if (!found->run.empty()) {
            application_.run_packages.push_back(debian_package(found->run, debian_ == debian_slim ? 12 : 13));
        }
    }

    [[nodiscard]] dockerfile::Stage build_stage()
    {
        dockerfile::Stage stage;
        stage.name = "build";
        stage.image = debian_;
        stage.packages = application_.build_packages;
        stage.steps.emplace_back(dockerfile::Copy{{"."}, ".", "", ""});
        std::vector<std::string> commands;
        if (system_ == System::cmake) {
            stage.packages.insert(stage.packages.end(), {"cmake", "g++", "git", "ca-certificates", "ninja-build"});
            commands = {"cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF "
                        "-DBUILD_TESTING=OFF" +
                            std::string(matches(texts_, R"((?i)find_package\s*\(\s*Boost\b)")
                                            ? " -DBoost_USE_STATIC_LIBS=ON"
                                            : ""),
                        "cmake --build /build"};
        } else if (system_ == System::meson) {
            stage.packages.insert(stage.packages.end(), {"g++", "meson", "ninja-build", "pkg-config"});
            commands = {"meson setup --buildtype=release --default-library=static /build", "meson compile -C /build"};
        } else if (system_ == System::make) {
            stage.packages.insert(stage.packages.end(), {"g++", "make"});
            commands = {"make"};
        } else {
            stage.packages.emplace_back("g++");
            const auto* compiler = application_.language == "c" ? "gcc -O2" : "g++ -O2 -std=c++20";
            commands = {"mkdir -p /build",
                        fmt::format("{} -o /build/{} {}", compiler, programs_.empty() ? "app" : programs_.front().name,
                                    shell_quote("./" + manifest_))};
        }
        application_.build = join(commands, " && ");
        commands.emplace_back("mkdir -p /out");
        for (const auto& program : programs_) {
            commands.push_back(collect(program));
        }
        stage.steps.emplace_back(dockerfile::Run{std::move(commands), {}, ""});
        return stage;
    }

    /// Subdirectories and properties move a program anywhere below /build.
    [[nodiscard]] std::string collect(const Program& program) const
    {
        if (system_ == System::make) {
            return fmt::format("cp {} /out/", shell_quote("./" + made_));
        }
        const auto* where =
            matches(texts_, R"(RUNTIME_OUTPUT_DIRECTORY|EXECUTABLE_OUTPUT_PATH)") ? "/build ." : "/build";
        return fmt::format("find {} -type f -name {} -perm /111 -exec cp {{}} /out/ \\;", where,
                           shell_quote(program.name));
    }

    void build_stages()
    {
        auto& recipe = application_.recipe;
        recipe.stages.push_back(build_stage());
        dockerfile::Stage last;
        last.image = debian_;
        last.packages = application_.run_packages;
        last.packages.insert(last.packages.end(), {"ca-certificates", "libstdc++6"});
        last.steps.emplace_back(dockerfile::Copy{{"/out"}, "/build", "build", ""});
        copy_along(last, "build", "/app",
                   run_time_files(folder_, {"assets", "config", "public", "static", "templates", "views"}, {}));
        recipe.stages.push_back(std::move(last));
        recipe.ignored = {"build", "cmake-build-*"};
    }

    void choose_program()
    {
        if (programs_.size() == 1) {
            const auto& program = programs_.front();
            application_.entry = program.name;
            application_.start_command = "/build/" + shell_quote(program.name);
            application_.recipe.command = {"/build/" + program.name};
            application_.evidence.push_back({program.where, "the program that is built"});
            return;
        }
        Question question{
            programs_.empty() ? "which program does the build make?" : "several programs: which one is started?", {}};
        for (const auto& program : programs_) {
            question.answers.push_back("--start " + shell_quote("/build/" + program.name));
        }
        if (programs_.empty()) {
            question.answers.emplace_back("--start COMMAND");
        }
        application_.questions.push_back(std::move(question));
    }

    void serve()
    {
        Listening listening;
        std::size_t texts = 0;
        for (const auto* ending : {".cpp", ".cc", ".cxx", ".c"}) {
            for (const auto& file : folder_.find_files(ending, 12)) {
                const auto* text = ++texts <= 12 ? folder_.text(file) : nullptr;
                if (text != nullptr && matches(*text, R"(\bmain\s*\()")) {
                    look_for_port(listening, *text, listen_calls);
                }
            }
        }
        serve_on(application_, overrides_, listening, usual_port);
    }

    const Folder& folder_;
    const Overrides& overrides_;
    System system_ = System::none;
    std::string manifest_;
    std::string made_;
    std::string texts_;  ///< of all build files
    std::string debian_ = std::string(debian_slim);
    std::vector<Program> programs_;
    Application application_;
};

}  // namespace

std::optional<Application> detect_cpp(const Folder& folder, const Overrides& overrides)
{
    Project project(folder, overrides);
    return project.is_here() ? std::optional(project.read()) : std::nullopt;
}

}  // namespace tinystacks::framework
