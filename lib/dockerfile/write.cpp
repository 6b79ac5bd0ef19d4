#include "dockerfile/write.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::dockerfile {
namespace {

constexpr std::string_view registry = "public.ecr.aws/docker/library";
/// Multi-architecture; outside Lambda it is a file that nothing starts.
/// Source: the adapter's README.
constexpr std::string_view lambda_adapter = "public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1";

std::string checked(std::string_view text)
{
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (!is_utf8(text) || std::ranges::any_of(text, control) || printable(text) != text) {
        throw Error(ErrorKind::invalid_input, "'{}' holds a character that a Dockerfile cannot say",
                    printable_line(text));
    }
    return std::string(text);
}

/// A command as it is where its cache is mounted: pip's must not be told to keep none.
std::string with_cache(std::string command)
{
    constexpr std::string_view flag = " --no-cache-dir";
    if (const auto at = command.find(flag); at != std::string::npos) {
        command.erase(at, flag.size());
    }
    return command;
}

/// A shell's command that stays the RUN it is in: a backslash at its end would take the next line, `<<` a
/// here-document.
std::string checked_command(std::string_view text)
{
    const auto last = text.find_last_not_of('\\');
    const auto backslashes = text.size() - (last == std::string_view::npos ? 0 : last + 1);
    if (backslashes % 2 == 1 || text.find("<<") != std::string_view::npos) {
        throw Error(ErrorKind::invalid_input, "the command '{}' cannot be a line of a Dockerfile", printable_line(text))
            .with_hint("tinystacks init --build COMMAND --start COMMAND");
    }
    return checked(text);
}

/// An exec form: JSON, in which nothing is expanded.
std::string exec_form(const std::vector<std::string>& argv)
{
    auto words = nlohmann::json::array();
    for (const auto& word : argv) {
        words.push_back(checked(word));
    }
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word.dump();
    }
    return "[" + text + "]";
}

bool is_plain(std::string_view text)
{
    constexpr std::string_view special = " \t\"'\\$#[]";
    return !text.empty() && text.find_first_of(special) == std::string_view::npos;
}

/// The value of ENV: quoted when it needs it, with no variable of the builder in it.
std::string value_of(std::string_view text)
{
    const auto value = checked(text);
    if (is_plain(value)) {
        return value;
    }
    std::string quoted = "\"";
    for (const auto c : value) {
        if (c == '"' || c == '\\' || c == '$') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + '"';
}

/// A path of COPY: its variables and wildcards are taken as letters.
std::string path_of(std::string_view text)
{
    std::string escaped;
    for (const auto c : checked(text)) {
        if (c == '$' || c == '\\') {
            escaped += '\\';
        }
        escaped += c == '[' || c == '*' || c == '?' ? std::string{'[', c, ']'} : std::string(1, c);
    }
    // In front a '-' would be a flag's, a '<' a here-document's.
    return (escaped.starts_with('-') || escaped.starts_with('<') ? "./" : "") + escaped;
}

std::string comment(const std::string& reason)
{
    return reason.empty() ? std::string() : "# " + checked(reason) + "\n";
}

std::string image_of(const std::string& image)
{
    const auto slash = image.find('/');
    const auto host = image.substr(0, slash);
    const auto elsewhere = slash != std::string::npos && host.find('.') != std::string::npos;
    return elsewhere ? checked(image) : "${REGISTRY}/" + checked(image);
}

class Writer {
public:
    explicit Writer(const WriteOptions& options) : options_(options) {}

    void operator()(const Copy& copy)
    {
        const auto blank = [](const std::string& path) { return path.find_first_of(" \t\"'") != std::string::npos; };
        text += comment(copy.reason) + "COPY ";
        if (!copy.from.empty()) {
            text +=
                "--from=" + (copy.from.find('/') == std::string::npos ? checked(copy.from) : image_of(copy.from)) + " ";
        }
        std::vector<std::string> paths;
        for (const auto& source : copy.sources) {
            paths.push_back(path_of(source));
        }
        paths.push_back(path_of(copy.to));
        text += (std::ranges::any_of(paths, blank) ? exec_form(paths) : join(paths, " ")) + "\n";
    }

    void operator()(const Run& run)
    {
        text += comment(run.reason) + (run.unlinted.empty() ? "" : "# hadolint ignore=" + run.unlinted + "\n") + "RUN ";
        if (options_.buildkit) {
            for (const auto& cache : run.caches) {
                mounts = true;
                text += "--mount=type=cache,target=" + checked(cache) + " \\\n    ";
            }
        }
        std::vector<std::string> commands;
        for (const auto& command : run.commands) {
            commands.push_back(
                checked_command(options_.buildkit && !run.caches.empty() ? with_cache(command) : command));
        }
        text += join(commands, " \\\n    && ") + "\n";
    }

    void operator()(const Environment& environment)
    {
        std::vector<std::string> variables;
        for (const auto& [name, value] : environment.variables) {
            variables.push_back(checked(name) + "=" + value_of(value));
        }
        if (!variables.empty()) {
            text += "ENV " + join(variables, " \\\n    ") + "\n";
        }
    }

    void operator()(const Argument& argument)
    {
        text += comment(argument.reason) + "ARG " + checked(argument.name) + "\n";
    }

    void begin(const Stage& stage)
    {
        text += "\nFROM " + image_of(stage.image) + (stage.name.empty() ? "" : " AS " + checked(stage.name)) + "\n";
        if (!stage.packages.empty()) {
            auto packages = stage.packages;
            std::ranges::sort(packages);
            const auto repeated = std::ranges::unique(packages);
            packages.erase(repeated.begin(), repeated.end());
            text +=
                "# pinned versions vanish from Debian's mirrors; the base image is pinned\n# hadolint ignore=DL3008\n"
                "RUN apt-get update \\\n    && apt-get install --yes --no-install-recommends";
            for (const auto& package : packages) {
                text += " \\\n        " + checked(package);
            }
            text += " \\\n    && rm -rf /var/lib/apt/lists/*\n";
        }
        text += "WORKDIR " + path_of(stage.directory) + "\n";
    }

    std::string text;
    bool mounts = false;  ///< it has a cache mount

private:
    const WriteOptions& options_;
};

void write_end(Writer& writer, const Recipe& recipe, const WriteOptions& options)
{
    auto& text = writer.text;
    if (!recipe.writable.empty()) {
        std::vector<std::string> quoted;
        for (const auto& directory : recipe.writable) {
            quoted.push_back(shell_quote(directory));
        }
        const auto directories = join(quoted, " ");
        writer(Run{{"mkdir -p " + directories, fmt::format("chown -R {} {}", recipe.user, directories)}, {}, ""});
    }
    if (options.lambda && recipe.port != 0) {
        writer(Copy{{"/lambda-adapter"},
                    "/opt/extensions/lambda-adapter",
                    std::string(lambda_adapter),
                    "on AWS Lambda it turns invocations into requests; elsewhere nothing starts it"});
    }
    text += "USER " + checked(recipe.user) + "\n";
    if (recipe.port != 0) {
        text += fmt::format("EXPOSE {}\n", recipe.port);
    }
    if (!recipe.stop_signal.empty()) {
        text += "STOPSIGNAL " + checked(recipe.stop_signal) + "\n";
    }
    if (!recipe.health.command.empty()) {
        text += fmt::format("HEALTHCHECK --interval=30s --timeout=3s --start-period={}s --retries=3 \\\n    CMD {}\n",
                            recipe.health.start_period, exec_form(recipe.health.command));
    } else {
        text += comment("no HEALTHCHECK: " + recipe.health.reason);
    }
    if (!recipe.entrypoint.empty()) {
        text += "ENTRYPOINT " + exec_form(recipe.entrypoint) + "\n";
    }
    text += "CMD " + exec_form(recipe.command) + "\n";
}

}  // namespace

std::string write(const Recipe& recipe, const WriteOptions& options)
{
    Writer writer(options);
    writer.text += comment(options.decided) + fmt::format("ARG REGISTRY={}\n", registry);
    for (const auto& stage : recipe.stages) {
        writer.begin(stage);
        if (&stage == &recipe.stages.back() && recipe.port != 0) {
            writer(Environment{{{"PORT", std::to_string(recipe.port)}}});
        }
        for (const auto& step : stage.steps) {
            std::visit(writer, step);
        }
    }
    write_end(writer, recipe, options);
    return writer.mounts ? "# requires BuildKit: its cache mounts keep downloads between builds\n" + writer.text
                         : writer.text;
}

namespace {

constexpr std::string_view ignore_head =
    "# What `docker build` does not see; written by `tinystacks init`, yours to change.\n";

}  // namespace

std::string add_ignored(std::string_view there, const std::string& ours)
{
    if (!there.starts_with(ignore_head)) {
        return ours;
    }
    auto text = std::string(there) + (there.ends_with('\n') ? "" : "\n");
    const auto known = split(there, '\n');
    for (const auto line : split(ours, '\n')) {
        if (std::ranges::find(known, line) == known.end()) {
            text += std::string(line) + "\n";
        }
    }
    return text;
}

std::string write_ignore(const Recipe& recipe)
{
    auto text = std::string(ignore_head) +
                ".git\n.gitignore\n.github\n.gitlab-ci.yml\n.vscode\n.idea\n.DS_Store\n"
                "Dockerfile*\n.dockerignore\ncompose*.y*ml\ndocker-compose*\ntinystacks.yml\nbuild.yml\nrelease.yml\n"
                "# secrets stay out of the image\n"
                "**/.env\n**/.env.*\n!**/.env.example\n**/*.pem\n**/*.key\n**/id_rsa*\n.aws\n.terraform\n*.tfstate*\n"
                "# made by the build, the tests or a package manager\n"
                "**/node_modules\n**/__pycache__\n**/*.pyc\n.venv\nvenv\n*.log\n";
    for (const auto& line : recipe.ignored) {
        if (line.find('\n') == std::string::npos) {
            text += line + "\n";
        }
    }
    return text;
}

}  // namespace tinystacks::dockerfile
