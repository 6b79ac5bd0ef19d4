#include "project/import/detail/image.hpp"

#include "base/text.hpp"
#include "templates/render.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::project::detail {
namespace {

constexpr std::string_view usual_line =
    R"(      - docker build --file "${DOCKERFILE_PATH:-Dockerfile}" --tag "$ECR_IMAGE_URL:latest" .)";

std::string_view prefix_of(BuildStyle style)
{
    return style == BuildStyle::copilot ? "copilot" : "compose";
}

void read_arguments(const document::Node& build, BuildStyle style, Image& image, Remarks& remarks,
                    const std::function<Filled(const std::string&)>& fill_in)
{
    const auto rule = fmt::format("{}.build_args", prefix_of(style));
    for (const auto& pair : pairs_of(build.find("args"))) {
        const auto filled = pair.text ? fill_in(*pair.text) : Filled{{}, {pair.name}, {}};
        const auto refuse = [&](std::string_view why, std::string instead) {
            remarks.add(Fate::left, pair.where, rule, fmt::format("build argument {} {}", in_quotes(pair.name), why),
                        std::move(instead));
        };
        if (!is_variable_name(pair.name)) {
            refuse("is no name", "add --build-arg to the docker build line of build.yml");
        } else if (!filled.unknown.empty()) {
            refuse("gets its value from the environment", "give it a value in build.yml");
        } else if (looks_secret(pair.name, filled.text)) {
            refuse("looks like a secret, which every image would show",
                   "mount it: RUN --mount=type=secret in the Dockerfile, env.secrets-manager in build.yml");
        } else if (!is_plain_line(filled.text)) {
            refuse("has a line end or a character that cannot be seen", "write it into build.yml");
        } else {
            image.arguments.emplace_back(pair.name, filled.text);
        }
    }
}

std::string filled_text(const document::Node& node, std::string_view key,
                        const std::function<Filled(const std::string&)>& fill_in)
{
    const auto filled = fill_in(node.text);
    if (!filled.unknown.empty()) {
        throw Error(ErrorKind::invalid_input, "'{}' depends on the variable {}, which is not known here", key,
                    in_quotes(filled.unknown.front()))
            .at(node.where)
            .with_hint("write the value into the file");
    }
    return filled.text;
}

/// The text of a key that must be a single value.
std::string scalar_at(const document::Node& build, std::string_view key,
                      const std::function<Filled(const std::string&)>& fill_in)
{
    const auto* node = build.find(key);
    if (node == nullptr || node->is_null()) {
        return {};
    }
    if (!node->is_scalar()) {
        throw Error(ErrorKind::invalid_input, "'{}' must be a single value", key).at(node->where);
    }
    return filled_text(*node, key, fill_in);
}

void remark_others(const document::Node& build, BuildStyle style, Remarks& remarks)
{
    static constexpr std::array read = {"context", "dockerfile", "target", "args"};
    for (const auto& entry : build.entries) {
        if (std::ranges::find(read, entry.key) == read.end() && !entry.key.starts_with("x-")) {
            remarks.add(Fate::left, entry.key_where, fmt::format("{}.build", prefix_of(style)),
                        fmt::format("{} of 'build'", in_quotes(entry.key)),
                        "add the flag to the docker build line of build.yml");
        }
    }
}

/// The folder of a path: "a" of "a/Dockerfile", "" of "Dockerfile".
std::string folder_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

/// One word of the shell that no program takes for a flag.
std::string path_word(const std::string& path)
{
    return path.empty() ? "." : shell_quote(path.starts_with('-') ? "./" + path : path);
}

}  // namespace

Image read_build(const document::Node& build, BuildStyle style, Remarks& remarks,
                 const std::function<Filled(const std::string&)>& fill_in)
{
    Image image;
    if (build.is_scalar()) {
        const auto path = inner_path(build, filled_text(build, "build", fill_in));
        image.dockerfile = style == BuildStyle::copilot ? path : inner_path(build, "Dockerfile", path);
        image.context = style == BuildStyle::copilot ? folder_of(path) : path;
        return image;
    }
    if (!build.is_mapping()) {
        throw Error(ErrorKind::invalid_input, "'build' must be a path or a mapping").at(build.where);
    }
    remark_others(build, style, remarks);
    if (const auto* text = build.find("dockerfile_inline")) {
        throw Error(ErrorKind::invalid_input, "'dockerfile_inline' has no file that a build could name")
            .at(text->where)
            .with_hint("save it as a Dockerfile, and name that in 'dockerfile'");
    }
    const auto context = scalar_at(build, "context", fill_in);
    const auto dockerfile = scalar_at(build, "dockerfile", fill_in);
    const auto& at = build.find("context") != nullptr ? *build.find("context") : build;
    image.context = inner_path(at, context.empty() ? "." : context);
    const auto base = style == BuildStyle::compose || dockerfile.empty() ? image.context : std::string();
    image.dockerfile = inner_path(build.find("dockerfile") != nullptr ? *build.find("dockerfile") : build,
                                  dockerfile.empty() ? "Dockerfile" : dockerfile, base);
    if (style == BuildStyle::copilot && context.empty()) {
        image.context = folder_of(image.dockerfile);
    }
    image.target = scalar_at(build, "target", fill_in);
    if (!is_plain_line(image.target)) {
        throw Error(ErrorKind::invalid_input, "'target' must be the name of a stage").at(build.find("target")->where);
    }
    read_arguments(build, style, image, remarks, fill_in);
    return image;
}

void check_context(const framework::Tree& tree, const Image& image, const Position& where)
{
    if (!image.context.empty() && !tree.has_directory(image.context)) {
        throw Error(ErrorKind::invalid_input, "the build's context {} is no folder of the repository",
                    in_quotes(image.context))
            .at(where)
            .with_hint("name the folder that holds what the Dockerfile copies");
    }
}

bool is_image(std::string_view text)
{
    constexpr std::size_t longest = 512;
    return !text.empty() && text.size() <= longest && text.front() != '-' &&
           std::ranges::all_of(text, [](unsigned char c) {
               return c < 0x80 && (std::isalnum(c) != 0 ||
                                   std::string_view("._/:@-").find(static_cast<char>(c)) != std::string_view::npos);
           });
}

Image of_repository(const Image& image)
{
    return {.location = {}, .dockerfile = image.dockerfile, .context = {}, .target = {}, .arguments = {}};
}

std::string build_file(const Image& image)
{
    std::string text(templates::text("build.yml"));
    const auto at = text.find(usual_line);
    if (at == std::string::npos) {
        throw Error(ErrorKind::failed, "templates/build.yml has no line that builds the image");
    }
    if (!image.location.empty()) {
        text.replace(at, usual_line.size(),
                     fmt::format("      # The image is built elsewhere: it is brought here, not built.\n"
                                 "      - docker pull {0}\n      - docker tag {0} \"$ECR_IMAGE_URL:latest\"",
                                 image.location));
        return text;
    }
    if (image.context.empty() && image.target.empty() && image.arguments.empty()) {
        return text;
    }
    auto line = std::string(R"(docker build --file "${DOCKERFILE_PATH:-Dockerfile}")");
    if (!image.target.empty()) {
        line += fmt::format(" \\\n          --target {}", shell_quote_always(image.target));
    }
    for (const auto& [name, value] : image.arguments) {
        line += fmt::format(" \\\n          --build-arg {}", shell_quote_always(name + "=" + value));
    }
    line += fmt::format(" \\\n          --tag \"$ECR_IMAGE_URL:latest\" {}", path_word(image.context));
    text.replace(at, usual_line.size(), fmt::format("      - |\n        {}", line));
    return text;
}

}  // namespace tinystacks::project::detail
