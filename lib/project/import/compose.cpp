#include "project/import/import.hpp"

#include "base/text.hpp"
#include "dockerfile/instruction.hpp"
#include "project/import/detail/compose_service.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::project {

using namespace detail;

namespace {

/// Of this machine, for the stages whose port the file does not publish.
constexpr int first_port = 8001;
constexpr std::size_t longest_name = 100;
constexpr std::size_t longest_listing = 20;

/// Source: the Compose Specification, "The Compose file": the first that is there.
constexpr std::array<std::string_view, 4> file_names = {"compose.yaml", "compose.yml", "docker-compose.yaml",
                                                        "docker-compose.yml"};

/// A service with what it extends.
document::Node extended(const document::Node& service, const document::Node& services, int depth)
{
    constexpr int deepest = 8;
    const auto* extends = service.is_mapping() ? service.find("extends") : nullptr;
    if (extends == nullptr) {
        return service;
    }
    const auto name = extends->is_scalar() ? extends->text : framework::text_at(extends, {"service"});
    const auto* base = services.find(name);
    if (extends->find("file") != nullptr || base == nullptr || depth == deepest) {
        throw Error(ErrorKind::invalid_input, "what a service extends must be a service of the same file")
            .at(extends->where)
            .with_hint("docker compose config --no-interpolate --no-path-resolution --output compose.resolved.yaml, in "
                       "place of the file");
    }
    return merged(extended(*base, services, depth + 1), service);
}

class ComposeImport {
public:
    ComposeImport(const framework::Tree& tree, const ImportRequest& request) : tree_(tree), request_(request) {}

    Imported run();

private:
    void find_file();
    void choose();
    void remark_file();
    void remark_other(const document::Entry& other);
    Image read_image();
    [[nodiscard]] int container_port(const ComposePort& port, const Image& image,
                                     const stage::Variables& variables) const;
    [[nodiscard]] std::vector<DraftStage> stages(const ComposePort& port, int container_port) const;

    const framework::Tree& tree_;
    const ImportRequest& request_;
    Remarks remarks_;
    std::string file_;
    const document::Node* root_ = nullptr;
    document::Node services_;  ///< each with what it extends
    std::vector<std::string> others_;
    std::size_t candidates_ = 0;
    ComposeService service_;
};

void ComposeImport::find_file()
{
    for (const auto name : file_names) {
        if (!tree_.has_file(name)) {
            continue;
        }
        if (!file_.empty()) {
            remarks_.add(Fate::left, {std::string(name)}, "compose.file", "a second Compose file",
                         fmt::format("{} is read, as docker compose does", file_));
            continue;
        }
        file_ = name;
        root_ = find_yaml(tree_, file_);
    }
    if (root_ == nullptr) {
        throw Error(ErrorKind::not_found, "there is no compose.yaml or docker-compose.yml here")
            .with_hint("git mv FOLDER/compose.yaml . # it is read in the repository's root");
    }
    const auto* services = root_->find("services");
    if (services == nullptr || !services->is_mapping() || services->entries.empty()) {
        throw Error(ErrorKind::invalid_input, "'services' must be a mapping with at least one service")
            .at(services == nullptr ? root_->where : services->where);
    }
    services_ = *services;
    for (auto& entry : services_.entries) {
        entry.value = extended(entry.value, *services, 0);
    }
    for (const auto* other : {"compose.override.yaml", "compose.override.yml", "docker-compose.override.yml",
                              "docker-compose.override.yaml"}) {
        if (tree_.has_file(other)) {
            remarks_.add(Fate::left, {other}, "compose.file", "what it overrides",
                         "it is for work on this machine; write into the Compose file what is for all stages");
        }
    }
}

void ComposeImport::choose()
{
    std::vector<std::string> names;
    std::vector<std::string> built;
    for (const auto& entry : services_.entries) {
        if (entry.key.empty() || entry.key.size() > longest_name || !is_plain_line(entry.key)) {
            throw Error(ErrorKind::invalid_input, "{} cannot be the name of a service", in_quotes(entry.key))
                .at(entry.key_where);
        }
        if (!entry.value.is_mapping()) {
            throw Error(ErrorKind::invalid_input, "service {} must be a mapping", in_quotes(entry.key))
                .at(entry.value.where);
        }
        names.push_back(entry.key);
        if (entry.value.find("build") != nullptr) {
            built.push_back(entry.key);
        }
    }
    const auto& candidates = built.empty() ? names : built;
    candidates_ = candidates.size();
    if (request_.service.empty() && candidates.size() > 1) {
        auto described = candidates;
        described.resize(std::min(described.size(), longest_listing));
        ask_service("compose", in_quotes(file_), described, candidates.front());
    }
    const auto& wanted = request_.service.empty() ? candidates.front() : request_.service;
    const auto found = std::ranges::find(services_.entries, wanted, &document::Entry::key);
    if (found == services_.entries.end()) {
        throw Error(ErrorKind::not_found, "{} has no service {}", in_quotes(file_), in_quotes(wanted))
            .with_hint(suggest(wanted, names));
    }
    service_ = {found->key, found->value, found->key_where};
    for (const auto& entry : services_.entries) {
        if (entry.key != wanted) {
            others_.push_back(entry.key);
            remark_other(entry);
        }
    }
}

void ComposeImport::remark_other(const document::Entry& other)
{
    const auto image = framework::text_at(&other.value, {"image"});
    if (other.value.find("build") != nullptr) {
        remarks_.add(Fate::left, other.key_where, "compose.service", fmt::format("service {}", in_quotes(other.key)),
                     fmt::format("a project file is for one image: tinystacks init --from compose --service {}, in a "
                                 "checkout of its own",
                                 shell_quote(other.key)));
        return;
    }
    remarks_.add(Fate::left, other.key_where, "compose.service",
                 fmt::format("service {}, of image {}", in_quotes(other.key), in_quotes(image)),
                 "on this machine: docker compose goes on with it; on AWS: a managed one, such as RDS, ElastiCache or "
                 "Amazon MQ, its address in a variable");
}

void ComposeImport::remark_file()
{
    static constexpr std::array known = {"services", "version", "name"};
    for (const auto& entry : root_->entries) {
        const auto is_known = std::ranges::find(known, entry.key) != known.end() || entry.key.starts_with("x-");
        if (is_known || entry.value.is_null()) {
            continue;
        }
        std::vector<std::string> names;
        for (const auto& item : entry.value.entries) {
            names.push_back(in_quotes(item.key));
        }
        names.resize(std::min(names.size(), longest_listing));
        const auto is_secret = entry.key == "secrets";
        remarks_.add(Fate::left, entry.key_where, fmt::format("compose.file"),
                     names.empty() ? in_quotes(entry.key)
                                   : fmt::format("{}: {}", in_quotes(entry.key), join(names, ", ")),
                     is_secret ? "put each into AWS Secrets Manager: aws secretsmanager create-secret --name NAME "
                                 "--secret-string file://…"
                               : "see what the service says of it");
    }
}

Image ComposeImport::read_image()
{
    if (const auto* build = service_.node.find("build")) {
        auto image = read_build(*build, BuildStyle::compose, remarks_, fill_compose);
        check_context(tree_, image, build->where);
        return image;
    }
    const auto* image = service_.node.find("image");
    if (image == nullptr || !image->is_scalar()) {
        throw Error(ErrorKind::invalid_input, "service {} has neither 'build' nor 'image'", in_quotes(service_.name))
            .at(service_.where);
    }
    const auto filled = fill_compose(image->text);
    if (!filled.unknown.empty() || !is_image(filled.text)) {
        throw Error(ErrorKind::invalid_input, "{} names no image", in_quotes(image->text))
            .at(image->where)
            .with_hint("write the image's whole name into the file");
    }
    return {.location = filled.text, .dockerfile = {}, .context = {}, .target = {}, .arguments = {}};
}

int ComposeImport::container_port(const ComposePort& port, const Image& image, const stage::Variables& variables) const
{
    if (request_.port != 0) {
        return request_.port;
    }
    if (port.target != 0) {
        return port.target;
    }
    const auto variable = variables.find("PORT");
    const auto from_variable = variable == variables.end() ? 0 : port_of(variable->second);
    const auto* dockerfile = image.dockerfile.empty() ? nullptr : tree_.text(image.dockerfile);
    const auto exposed = dockerfile == nullptr ? std::vector<int>() : dockerfile::exposed_ports(*dockerfile);
    const auto found = from_variable != 0 ? from_variable : exposed.empty() ? 0 : exposed.front();
    if (found == 0) {
        throw Error(ErrorKind::usage, "nothing says which port service {} listens on", in_quotes(service_.name))
            .at(service_.where)
            .with_hint(
                fmt::format("tinystacks init --from compose --service {} --port 8080", shell_quote(service_.name)));
    }
    return found;
}

std::vector<DraftStage> ComposeImport::stages(const ComposePort& port, int container_port) const
{
    std::vector<DraftStage> stages;
    auto next = first_port;
    for (const auto* name : {"dev", "prod"}) {
        DraftStage stage;
        stage.name = stage::Name::parse(name).str();
        next += next == port.published ? 1 : 0;
        const auto own = stages.empty() && port.published != 0 ? port.published : next++;
        stage.target = stage::DockerTarget{own, container_port};
        stages.push_back(std::move(stage));
    }
    return stages;
}

Imported ComposeImport::run()
{
    find_file();
    choose();
    remark_file();
    const auto variables = compose_variables(service_, others_, remarks_);
    const auto port = compose_port(service_, remarks_);
    Draft draft;
    draft.image = read_image();
    Imported imported;
    imported.port = container_port(port, draft.image, variables);
    draft.schema = request_.schema;
    draft.origin = file_;
    const auto name = fill_compose(framework::text_at(root_, {"name"}));
    const auto& application = name.text.empty() || !name.unknown.empty() ? request_.directory_name : name.text;
    draft.stack = stack_name(application, candidates_ > 1 ? service_.name : std::string());
    draft.comments = {"These run on this machine's Docker engine. On AWS: region, and the target "
                      "{ ecs: { cluster: NAME, service: NAME } }."};
    draft.stages = stages(port, imported.port);
    const auto health = compose_health(service_, imported.port, remarks_);
    for (auto& stage : draft.stages) {
        stage.health = health;
        stage.runtime = variables;
    }
    const auto dockerfile = draft.image.dockerfile;
    const auto context = draft.image.context;
    if (!dockerfile.empty() && !tree_.has_file(dockerfile)) {
        remarks_.add(Fate::fill_in, service_.where, "compose.dockerfile",
                     fmt::format("{} is not in the repository", in_quotes(dockerfile)),
                     "write it, or let `tinystacks init` do that");
        draft.image = of_repository(draft.image);
    }
    remark_compose_service(tree_, service_, remarks_);
    imported.service = service_.name;
    imported.type = "compose";
    imported.dockerfile = dockerfile;
    imported.context = context;
    imported.start = command_of(service_.node.find("command"));
    imported.files = write(draft);
    imported.remarks = remarks_.sorted();
    return imported;
}

}  // namespace

Imported import_compose(const framework::Tree& tree, const ImportRequest& request)
{
    return ComposeImport(tree, request).run();
}

}  // namespace tinystacks::project
