#include "framework/detail/java_project.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace tinystacks::framework {
namespace {

std::string stem_of(const std::string& file)
{
    const auto name = file.substr(file.rfind('/') + 1);
    return name.substr(0, name.rfind('.'));
}

/// 0 for what is usually called so, more for what is not.
int unlikeliness(const std::string& file)
{
    const auto stem = to_lower(stem_of(file));
    if (stem.ends_with("application") || stem == "main" || stem == "app") {
        return 0;
    }
    return stem.ends_with("main") || stem.ends_with("app") || stem.ends_with("server") || stem.ends_with("launcher")
               ? 1
               : 2;
}

std::vector<std::string> sources_of(const Folder& module)
{
    constexpr std::size_t most = 400;
    std::vector<std::string> files;
    for (const auto* const ending : {".java", ".kt", ".scala"}) {
        for (auto& file : module.find_files(ending, most)) {
            const auto in_tests = file.starts_with("src/test/") || file.find("/src/test/") != std::string::npos ||
                                  file.starts_with("test/") || file.find("Test/") != std::string::npos;
            const auto here = file.find("/src/main/") == std::string::npos;  // not of a module further down
            if (!in_tests && here) {
                files.push_back(std::move(file));
            }
        }
    }
    std::ranges::stable_sort(files, std::ranges::less(), unlikeliness);
    return files;
}

std::optional<std::string> class_of(const std::string& file, const std::string& text)
{
    const auto package = find_match(text, R"(^\s*package\s+([\w.]+))");
    const auto prefix = package ? *package + "." : std::string();
    const auto stem = stem_of(file);
    if (file.ends_with(".java")) {
        return matches(text, R"(\bstatic\s+(?:public\s+|final\s+)*void\s+main\s*\()") ? std::optional(prefix + stem)
                                                                                      : std::nullopt;
    }
    if (file.ends_with(".kt")) {
        if (!matches(text, R"(^(?:public\s+)?(?:suspend\s+)?fun\s+main\s*\()")) {
            return std::nullopt;
        }
        const auto named = find_match(text, R"re(@file:JvmName\("(\w+)"\))re");
        auto facade = stem + "Kt";
        facade.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(facade.front())));
        return prefix + named.value_or(facade);
    }
    const auto object = find_match(
        text, R"(^\s*object\s+(\w+)\s+extends\s+(?:[\w.\[\]]+\s+with\s+)*(?:App|IOApp|IOApp\.\w+|ZIOApp\w*)\b)");
    if (object) {
        return prefix + *object;
    }
    if (const auto function = find_match(text, R"(@main\s+def\s+(\w+))")) {
        return prefix + *function;
    }
    const auto holder = find_match(text, R"(^\s*object\s+(\w+)[^\n]*\{)");
    return holder && matches(text, R"(\bdef\s+main\s*\()") ? std::optional(prefix + *holder) : std::nullopt;
}

}  // namespace

std::vector<MainClass> MainSearch::find(const Folder& module)
{
    // One module's many classes must not hide the next one's.
    constexpr int most_of_one = 25;
    std::vector<MainClass> found;
    const auto end = std::max(0, left_ - most_of_one);
    for (const auto& file : sources_of(module)) {
        if (left_ == end) {
            break;
        }
        --left_;
        const auto* text = module.text(file);
        if (const auto name = text == nullptr ? std::nullopt : class_of(file, *text)) {
            const auto line = std::max(line_of(*text, "main"), std::size_t{1});
            found.push_back({*name, module.in_tree(file), line, *text});
            if (unlikeliness(file) == 0) {
                break;
            }
        }
    }
    return found;
}

std::string language_of_sources(const Folder& module)
{
    constexpr std::size_t most = 100;
    const auto count = [&](std::string_view ending) { return module.find_files(ending, most).size(); };
    const auto java = count(".java");
    const auto kotlin = count(".kt");
    const auto scala = count(".scala");
    if (kotlin > java && kotlin >= scala) {
        return "kotlin";
    }
    return scala > java ? "scala" : "java";
}

std::string in_module(const std::string& module, const std::string& name)
{
    return module.empty() ? name : name.empty() ? module : module + "/" + name;
}

std::optional<std::string> choose_module(const Folder& folder, const std::vector<JavaModule>& modules,
                                         std::vector<Question>& questions)
{
    const auto best = std::ranges::max_element(modules, std::ranges::less(), &JavaModule::rank);
    if (best == modules.end() || best->rank == 0) {
        return std::nullopt;
    }
    Question question{"several modules can be started: which one?", {}};
    for (const auto& module : modules) {
        if (module.rank == best->rank) {
            question.answers.push_back("--root " + shell_quote(folder.in_tree(module.path)));
        }
    }
    if (question.answers.size() > 1) {
        questions.push_back(std::move(question));
    }
    return best->path;
}

namespace {

/// The Main-Class of an unpacked jar.
std::optional<JavaProject> read_unpacked(const Folder& folder)
{
    const auto* manifest = folder.text("META-INF/MANIFEST.MF");
    const auto main = manifest == nullptr ? std::nullopt : find_match(*manifest, R"(^Main-Class:\s*([\w.$]+))");
    if (!main) {
        return std::nullopt;
    }
    JavaProject project;
    project.file = "META-INF/MANIFEST.MF";
    project.artifact = JavaArtifact::class_path;
    project.main_class = *main;
    project.texts = *manifest;
    project.framework = main->find("springframework") == std::string::npos ? "none" : "spring-boot";
    project.evidence.push_back(
        {{folder.in_tree(project.file), line_of(*manifest, "Main-Class:"), 1}, "an unpacked jar names its main class"});
    return project;
}

std::optional<JavaProject> read_jar(const Folder& folder)
{
    std::vector<std::string> jars;
    for (const auto* const place : {"", "target", "build"}) {
        for (const auto name :
             folder.tree().files_in(std::string_view(place).empty() ? folder.path() : folder.in_tree(place))) {
            const auto beside = name.ends_with("-sources.jar") || name.ends_with("-javadoc.jar") ||
                                name.ends_with("-plain.jar") || name.ends_with("-wrapper.jar");
            if (name.ends_with(".jar") && !beside) {
                jars.push_back(in_module(place, std::string(name)));
            }
        }
    }
    if (jars.empty()) {
        return std::nullopt;
    }
    JavaProject project;
    project.file = jars.front();
    project.evidence.push_back({{folder.in_tree(jars.front()), 0, 0}, "a jar that is already built"});
    if (jars.size() > 1) {
        project.questions.push_back({"several jars: which one is started?", {}});
        for (const auto& jar : jars) {
            project.questions.back().answers.push_back("--start " + shell_quote("java -jar " + shell_quote(jar)));
        }
        return project;
    }
    project.artifact = JavaArtifact::jar;
    project.made = jars.front();
    return project;
}

}  // namespace

std::optional<JavaProject> read_java_files(const Folder& folder)
{
    if (auto unpacked = read_unpacked(folder)) {
        return unpacked;
    }
    const auto in_root = [&](std::string_view ending) {
        return std::ranges::any_of(folder.files(), [&](auto name) { return name.ends_with(ending); });
    };
    constexpr std::array<std::string_view, 3> places = {"src", "src/main/java", "src/main/kotlin"};
    const auto has_sources = [&](std::string_view ending) {
        return in_root(ending) || std::ranges::any_of(places, [&](auto place) {
                   return folder.has_directory(place) && !folder.child(place).find_files(ending, 1).empty();
               });
    };
    if (!has_sources(".java") && !has_sources(".kt")) {
        return read_jar(folder);
    }
    JavaProject project;
    project.language = language_of_sources(folder);
    const auto mains = MainSearch().find(folder);
    const auto files = folder.find_files(project.language == "kotlin" ? ".kt" : ".java", 1);
    project.file = mains.empty() ? files.empty() ? std::string() : files.front()
                                 : mains.front().file.substr(folder.is_root() ? 0 : folder.path().size() + 1);
    project.evidence.push_back({{folder.in_tree(project.file), mains.empty() ? 0 : mains.front().line, 0},
                                mains.empty() ? "a source file without a build file" : "a main method, no build file"});
    if (project.language == "kotlin") {
        project.refusal = "Kotlin sources without a build file: add a build.gradle.kts or a pom.xml";
        return project;
    }
    if (mains.empty()) {
        project.refusal = "Java sources without a build file and without a main method: nothing says how it is started";
        return project;
    }
    project.artifact = JavaArtifact::class_path;
    project.main_class = mains.front().name;
    project.texts = mains.front().text;
    project.build = "find . -name '*.java' -not -path '*/test/*' > /tmp/sources && javac -d out @/tmp/sources";
    return project;
}

}  // namespace tinystacks::framework
