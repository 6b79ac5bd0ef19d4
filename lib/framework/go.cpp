#include "base/text.hpp"
#include "framework/detail/go_modules.hpp"
#include "framework/detail/go_source.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

constexpr int usual_port = 8080;

struct Known {
    std::string_view module;
    std::string_view name;
};
constexpr std::array<Known, 15> frameworks = {{{"github.com/gin-gonic/gin", "gin"},
                                               {"github.com/labstack/echo", "echo"},
                                               {"github.com/gofiber/fiber", "fiber"},
                                               {"github.com/go-chi/chi", "chi"},
                                               {"github.com/beego/beego", "beego"},
                                               {"github.com/astaxie/beego", "beego"},
                                               {"github.com/kataras/iris", "iris"},
                                               {"github.com/gobuffalo/buffalo", "buffalo"},
                                               {"github.com/revel/revel", "revel"},
                                               {"github.com/cloudwego/hertz", "hertz"},
                                               {"github.com/zeromicro/go-zero", "go-zero"},
                                               {"github.com/go-martini/martini", "martini"},
                                               {"github.com/gorilla/mux", "gorilla"},
                                               {"github.com/julienschmidt/httprouter", "httprouter"},
                                               {"github.com/valyala/fasthttp", "fasthttp"}}};

/// Modules that compile C, with what they need of Debian.
struct Native {
    std::string_view module;
    std::string_view build;
    std::string_view run;
};
constexpr std::array<Native, 7> native_modules = {{{"github.com/mattn/go-sqlite3", "", ""},
                                                   {"gorm.io/driver/sqlite", "", ""},
                                                   {"github.com/confluentinc/confluent-kafka-go", "", ""},
                                                   {"github.com/h2non/bimg", "libvips-dev", "libvips42"},
                                                   {"github.com/davidbyttow/govips", "libvips-dev", "libvips42"},
                                                   {"github.com/pebbe/zmq4", "libzmq3-dev", "libzmq5"},
                                                   {"github.com/miekg/pkcs11", "", ""}}};

bool is_module(std::string_view path, std::string_view module)
{
    return path.starts_with(module) && (path.size() == module.size() || path[module.size()] == '/');
}

std::string last_of(std::string_view module)
{
    // The major version at its end is no name: example.com/shop/v2.
    auto name = base_name(module);
    if (matches(name, R"(^v\d+$)")) {
        name = base_name(directory_of(module));
    }
    return std::string(name);
}

std::string find_framework(const GoModules& modules, const GoSources& sources, Application& application,
                           const Folder& folder)
{
    for (const auto& known : frameworks) {
        for (const auto* list : {&modules.required, &sources.imports}) {
            const auto found =
                std::ranges::find_if(*list, [&](const auto& path) { return is_module(path, known.module); });
            if (found != list->end()) {
                const auto required = list == &modules.required;
                const auto file = required || sources.mains.empty() ? modules.manifest : sources.mains.front().file;
                const auto* text = folder.text(file);
                see(application, folder, file, text == nullptr ? 0 : line_of(*text, *found),
                    fmt::format("{} is {}", known.module, required ? "required directly" : "imported"));
                return std::string(known.name);
            }
        }
    }
    return "none";
}

/// Directories and files that Go programs read beside themselves, but for those they embed.
std::vector<std::string> beside_program(const Folder& folder, const GoSources& sources)
{
    auto paths =
        run_time_files(folder,
                       {"assets", "conf", "config", "configs", "i18n", "locales", "migrations", "public", "static",
                        "templates", "views", "web/static", "web/templates", "web/public", "web/views"},
                       {"config.yaml", "config.yml", "config.toml", "config.json"});
    std::erase_if(
        paths, [&](const auto& path) { return std::ranges::find(sources.embedded, path) != sources.embedded.end(); });
    return paths;
}

class Builder {
public:
    Builder(const Folder& folder, const GoModules& modules, const GoSources& sources, Application& application)
        : folder_(folder), modules_(modules), sources_(sources), application_(application)
    {}

    /// `place`: where the only one of `programs` lies in the image.
    void build(const std::vector<const GoMain*>& programs, const std::string& place)
    {
        const auto cgo = find_native();
        auto& stages = application_.recipe.stages;
        stages.push_back(build_stage(programs, cgo));
        dockerfile::Stage last;
        last.image = debian_slim;
        last.packages = application_.run_packages;
        const auto single = programs.size() == 1;
        last.steps.emplace_back(
            dockerfile::Copy{{single ? "/app/out" : "/app/bin"}, single ? place : "./bin", "build", ""});
        copy_along(last, "build", directory_, beside_program(folder_, sources_));
        if (application_.framework == "gin") {
            last.steps.insert(last.steps.begin(), dockerfile::Environment{{{"GIN_MODE", "release"}}});
        }
        stages.push_back(std::move(last));
    }

private:
    bool find_native()
    {
        bool cgo = sources_.cgo;
        for (const auto& native : native_modules) {
            for (const auto* list : {&modules_.required, &sources_.imports}) {
                if (std::ranges::any_of(*list, [&](const auto& path) { return is_module(path, native.module); })) {
                    cgo = true;
                    if (!native.build.empty()) {
                        application_.build_packages.emplace_back(native.build);
                        application_.run_packages.emplace_back(native.run);
                    }
                }
            }
        }
        application_.run_packages.insert(application_.run_packages.end(), {"ca-certificates", "tzdata"});
        return cgo;
    }

    dockerfile::Stage build_stage(const std::vector<const GoMain*>& programs, bool cgo)
    {
        // Go's images are on Bookworm from 1.20 on; what older ones build runs on it as well.
        const auto& release = application_.runtime.release;
        const auto* debian = compare_versions(release, "1.20") >= 0   ? "-bookworm"
                             : compare_versions(release, "1.17") >= 0 ? "-bullseye"
                                                                      : "";
        dockerfile::Stage stage;
        stage.name = "build";
        stage.image = fmt::format("golang:{}{}", release, debian);
        stage.packages = application_.build_packages;
        if (modules_.manager != "go-modules" && modules_.vendored) {
            directory_ = "/go/src/" + import_path();
        }
        stage.directory = directory_;
        stage.steps.emplace_back(dockerfile::Environment{{{"CGO_ENABLED", cgo ? "1" : "0"}}});
        add_dependencies(stage);
        stage.steps.emplace_back(dockerfile::Copy{{"."}, ".", "", ""});
        dockerfile::Run run;
        run.commands = prepare();
        application_.build = build_command(programs);
        run.commands.push_back(application_.build);
        run.caches = {"/go/pkg/mod", "/root/.cache/go-build"};
        run.reason = cgo ? "C code is compiled in: the program needs this Debian's libc" : "";
        stage.steps.emplace_back(std::move(run));
        return stage;
    }

    void add_dependencies(dockerfile::Stage& stage)
    {
        if (modules_.vendored || modules_.manager != "go-modules") {
            return;
        }
        std::vector<std::string> here;
        for (const auto& file : modules_.manifests) {
            if (file.find('/') == std::string::npos) {
                here.push_back(file);
            }
        }
        if (!here.empty()) {
            stage.steps.emplace_back(dockerfile::Copy{here, "./", "", ""});
        }
        for (const auto& file : modules_.manifests) {
            if (file.find('/') != std::string::npos) {
                stage.steps.emplace_back(dockerfile::Copy{{file}, fmt::format("./{}/", directory_of(file)), "", ""});
            }
        }
        application_.install = "go mod download";
        stage.steps.emplace_back(dockerfile::Run{{application_.install}, {"/go/pkg/mod"}, ""});
    }

    /// Before modules: vendored code is built in GOPATH; without it the newest of everything is taken.
    std::vector<std::string> prepare()
    {
        if (modules_.manager == "go-modules") {
            const auto summed =
                std::ranges::any_of(modules_.manifests, [](const auto& file) { return base_name(file) == "go.sum"; });
            if (summed || modules_.vendored || modules_.required.empty() || !modules_.members.empty()) {
                return {};
            }
            application_.warnings.emplace_back("there is no go.sum: what is downloaded is not checked");
            return {"go mod tidy"};
        }
        if (modules_.vendored) {
            return {"export GO111MODULE=off"};
        }
        const auto outside = std::ranges::any_of(sources_.imports, [](const auto& path) {
            return path.substr(0, path.find('/')).find('.') != std::string::npos;
        });
        if (outside) {
            application_.warnings.emplace_back(
                "there is no go.mod: the newest version of every dependency is built in; 'go mod init' pins them");
            return {"go mod init app", "go mod tidy"};
        }
        return {"export GO111MODULE=off"};
    }

    [[nodiscard]] std::string import_path() const
    {
        const auto* text = folder_.text(modules_.manifest);
        auto path = text == nullptr
                        ? std::nullopt
                        : find_match(*text, R"(^\s*"?(?:ImportPath|rootPath|package)\"?\s*:\s*"?([\w.\-/]+))");
        return path && is_inner_path(*path) ? *path : "app";
    }

    [[nodiscard]] std::string build_command(const std::vector<const GoMain*>& programs) const
    {
        std::string packages;
        for (const auto* program : programs) {
            packages += " " + shell_quote(program->directory.empty() ? "." : "./" + program->directory);
        }
        const auto modules = modules_.manager == "go-modules" && modules_.vendored ? "-mod=vendor " : "";
        const auto trim_path = compare_versions(application_.runtime.release, "1.13") >= 0 ? "-trimpath " : "";
        return fmt::format("go build {}{}-ldflags='-s -w' -o {}{}", trim_path, modules,
                           programs.size() == 1 ? "/app/out" : "/app/bin/", packages);
    }

    const Folder& folder_;
    const GoModules& modules_;
    const GoSources& sources_;
    Application& application_;
    std::string directory_ = "/src";
};

void ask_which_program(const GoSources& sources, Application& application)
{
    Question question{"several programs (package main): which one is started?", {}};
    for (const auto& each : sources.mains) {
        const auto name = each.directory.empty() ? std::string("app") : std::string(base_name(each.directory));
        question.answers.push_back("--start " + shell_quote("./bin/" + name));
    }
    application.questions.push_back(std::move(question));
}

std::string name_of(const GoMain& main, const std::string& module)
{
    return main.directory.empty() ? module : std::string(base_name(main.directory));
}

/// The program that --start or the Procfile name, and where they expect it.
std::pair<const GoMain*, std::string> find_expected(const Folder& folder, const Overrides& overrides,
                                                    const GoSources& sources, const std::string& module)
{
    for (const auto& main : sources.mains) {
        if (auto place = expected_place(folder, overrides, name_of(main, module.empty() ? "app" : module));
            !place.empty()) {
            return {&main, std::move(place)};
        }
    }
    return {nullptr, ""};
}

void warn_of_others(const GoSources& sources, const GoMain& chosen, Application& application)
{
    std::string others;
    for (const auto& main : sources.mains) {
        if (&main != &chosen) {
            const auto name = main.directory.empty() ? std::string(".") : main.directory;
            others += (others.empty() ? "" : ", ") + printable_line(name);
        }
    }
    if (!others.empty()) {
        application.warnings.push_back(
            fmt::format("other programs are not in the image: {} (--start ./bin/NAME takes that one instead)", others));
    }
}

void start_program(const Folder& folder, const GoMain& main, Application& application)
{
    application.entry = main.file;
    application.start_command = "./out";
    application.recipe.command = {"./out"};
    see(application, folder, main.file, main.line, "package main with func main: this is built and started");
}

std::vector<Pin> version_pins(const Folder& folder, const Overrides& overrides, const GoModules& modules)
{
    std::vector<Pin> own;
    if (auto pin = file_pin(folder, ".go-version")) {
        own.push_back(std::move(*pin));
    }
    own.insert(own.end(), modules.pins.begin(), modules.pins.end());
    return ordered_pins(folder, overrides, {"go", "golang"}, std::move(own));
}

}  // namespace

std::optional<Application> detect_go(const Folder& folder, const Overrides& overrides)
{
    const auto modules = read_go_modules(folder);
    const auto own_files = std::ranges::any_of(folder.files(), [](auto name) { return name.ends_with(".go"); });
    if (modules.manifest.empty() && !own_files) {
        return std::nullopt;
    }
    const auto sources = read_go_sources(folder);
    Application application;
    application.language = "go";
    application.package_manager = modules.manager;
    const auto first = modules.manifest.empty() ? std::string(folder.find_files(".go", 1).front()) : modules.manifest;
    application.score = modules.manifest.empty() ? by_stray_file : sources.mains.empty() ? by_library : by_start;
    see(application, folder, first, 1,
        modules.manifest.empty() ? "a Go program without go.mod" : "a Go module, workspace or GOPATH project");
    application.framework = find_framework(modules, sources, application, folder);
    application.runtime = choose_native(version_pins(folder, overrides, modules), go_releases, application.warnings);
    if (sources.mains.empty()) {
        application.refusal = "this is a Go library: no package main with func main was found to start";
        return application;
    }
    Builder builder(folder, modules, sources, application);
    const auto module = last_of(modules.path);
    if (const auto [main, place] = find_expected(folder, overrides, sources, module); main != nullptr) {
        start_program(folder, *main, application);
        builder.build({main}, place);
    } else if (const auto* chosen = choose_go_main(sources, module, modules.asked)) {
        start_program(folder, *chosen, application);
        builder.build({chosen}, "./out");
        warn_of_others(sources, *chosen, application);
    } else {
        std::vector<const GoMain*> all;
        for (const auto& each : sources.mains) {
            all.push_back(&each);
        }
        ask_which_program(sources, application);
        builder.build(all, "");
    }
    auto listening = sources.listening;
    listening.listens |= application.framework != "none";
    serve_on(application, overrides, listening, usual_port);
    application.recipe.ignored = {"**/*_test.go"};
    return application;
}

}  // namespace tinystacks::framework
