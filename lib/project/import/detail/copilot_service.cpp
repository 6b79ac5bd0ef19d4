#include "project/import/detail/copilot_service.hpp"

#include "base/text.hpp"
#include "project/detail/grammar.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::project::detail {
namespace {

struct KeyRule {
    std::string_view key;
    Fate fate;
    std::string_view instead;
};

constexpr std::string_view in_task_definition =
    "stays in the task definition: release.yml changes the image there, and nothing else";
constexpr std::string_view in_stack = "stays in the service's CloudFormation stack, which is yours to change";
constexpr std::string_view in_service = "stays in the ECS service: aws ecs update-service changes it";

/// Source: AWS Copilot CLI documentation, "Manifest", by type of service.
constexpr std::array<KeyRule, 30> key_rules = {{
    {"http", Fate::stays, in_stack},
    {"nlb", Fate::stays, in_stack},
    {"count", Fate::stays, in_service},
    {"exec", Fate::stays, in_service},
    {"network", Fate::stays, in_service},
    {"deployment", Fate::stays, in_service},
    {"cpu", Fate::stays, in_task_definition},
    {"memory", Fate::stays, in_task_definition},
    {"platform", Fate::stays,
     "stays in the task definition; build on a machine of that kind, or add --platform to the "
     "docker build line of build.yml"},
    {"entrypoint", Fate::stays, in_task_definition},
    {"command", Fate::stays, in_task_definition},
    {"storage", Fate::stays, in_task_definition},
    {"logging", Fate::stays, in_task_definition},
    {"sidecars", Fate::stays,
     "their containers stay in the task definition with the images they have; release.yml changes ours alone"},
    {"taskdef_overrides", Fate::stays, in_task_definition},
    {"env_file", Fate::stays,
     "stays in the task definition, as the file Copilot stored in S3: later changes of this one reach nobody, so use "
     "`variables.runtime` for what changes"},
    {"observability", Fate::stays, in_task_definition},
    {"publish", Fate::stays,
     "the SNS topics stay in the service's CloudFormation stack, their ARNs in "
     "COPILOT_SNS_TOPIC_ARNS of the task definition"},
    {"subscribe", Fate::stays,
     "the SQS queue stays in the service's CloudFormation stack, its address in "
     "COPILOT_QUEUE_URI of the task definition"},
    {"tags", Fate::stays, in_stack},
    {"instance_role_arn", Fate::stays, in_stack},
    {"on", Fate::left, "a schedule starts the job's old task definition: see copilot.type"},
    {"schedule", Fate::left, "a schedule starts the job's old task definition: see copilot.type"},
    {"retries", Fate::left, "the job's state machine keeps it: see copilot.type"},
    {"timeout", Fate::left, "the job's state machine keeps it: see copilot.type"},
    {"files", Fate::left, "the image must have the files: see copilot.type"},
    {"alb", Fate::stays, in_stack},
    {"tracing", Fate::stays, in_task_definition},
    {"credentials", Fate::stays, in_task_definition},
    {"cdn", Fate::stays, in_stack},
}};

/// Read, or said, elsewhere.
constexpr std::array read_keys = {"name", "type", "image", "variables", "secrets", "environments"};

/// Keys of `image` other than those that are read.
constexpr std::array read_image_keys = {"build", "location", "port"};

bool has(const auto& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

Filled fill_names(const std::string& text, const CopilotNames& names)
{
    return fill(text, Dialect::copilot, [&](const std::string& name) -> std::optional<std::string> {
        if (name == "COPILOT_APPLICATION_NAME" && !names.application.empty()) {
            return names.application;
        }
        if (name == "COPILOT_ENVIRONMENT_NAME" && !names.environment.empty()) {
            return names.environment;
        }
        return std::nullopt;
    });
}

/// "cpu: 256", "on.schedule: @daily"; the key alone where the value is long or a mapping.
std::string shown_value(const document::Entry& entry)
{
    constexpr std::size_t longest = 60;
    const auto schedule = framework::text_at(&entry.value, {"schedule"});
    const auto& text = schedule.empty() ? entry.value.text : schedule;
    // A command may hold a password: a text of several words is not repeated.
    const auto is_word = text.find_first_of(schedule.empty() ? " =" : "=") == std::string::npos;
    if (text.empty() || text.size() > longest || !is_plain_line(text) || !is_word) {
        return entry.key;
    }
    return fmt::format("{}{}: {}", entry.key, schedule.empty() ? "" : ".schedule", text);
}

void remark_keys(const document::Node& manifest, const std::string& of, Remarks& remarks)
{
    for (const auto& entry : manifest.entries) {
        if (has(read_keys, entry.key)) {
            continue;
        }
        const auto rule = std::ranges::find(key_rules, entry.key, &KeyRule::key);
        const auto known = rule != key_rules.end();
        const auto value = shown_value(entry);
        remarks.add(known ? rule->fate : Fate::left, entry.key_where,
                    known ? fmt::format("copilot.{}", entry.key) : "copilot.unknown_key",
                    in_quotes(known ? value : entry.key) + of,
                    std::string(known ? rule->instead : "not known here: it stays as it is in AWS, if it is there"));
    }
    if (const auto* image = manifest.find("image")) {
        for (const auto& entry : image->entries) {
            if (!has(read_image_keys, entry.key)) {
                remarks.add(Fate::stays, entry.key_where, "copilot.image",
                            fmt::format("{} of 'image'{}", in_quotes(entry.key), of), std::string(in_task_definition));
            }
        }
    }
}

void remark_folder(const framework::Tree& tree, const std::string& folder, std::string_view rule, std::string instead,
                   Remarks& remarks)
{
    constexpr std::size_t shown = 8;
    std::vector<std::string> names;
    for (const auto name : tree.files_in(folder)) {
        if (names.size() < shown) {
            names.push_back(in_quotes(name));
        }
    }
    if (!names.empty()) {
        remarks.add(Fate::stays, {folder + "/"}, std::string(rule), join(names, ", "), std::move(instead));
    }
}

/// What a secret's value refers to; empty when it is nothing that may be shown.
std::string secret_reference(const document::Node& value, const CopilotNames& names)
{
    const auto text_of = [&](const std::string& text) {
        auto filled = fill_names(text, names);
        const auto shows = is_plain_line(filled.text) && filled.unknown.empty() && !filled.text.empty() &&
                           !find_credential_kind(filled.text) && filled.text.size() < 512;
        return shows ? filled.text : std::string();
    };
    if (value.is_scalar()) {
        const auto text = text_of(value.text);
        const auto kind = find_arn(text, "secretsmanager") ? "" : "SSM parameter ";
        return text.empty() ? text : kind + text;
    }
    if (const auto* secret = value.find("secretsmanager")) {
        const auto text = text_of(secret->text);
        return text.empty() ? text : "Secrets Manager " + text;
    }
    if (const auto* stack = value.find("from_cfn")) {
        const auto text = text_of(stack->text);
        return text.empty() ? text : "CloudFormation export " + text;
    }
    return {};
}

}  // namespace

document::Node with_overrides(const document::Node& manifest, const std::string& environment)
{
    const auto* over = framework::find_path(&manifest, {"environments", environment});
    return over == nullptr || !over->is_mapping() ? manifest : merged(manifest, *over);
}

stage::Variables copilot_variables(const document::Node& manifest, const CopilotNames& names, Remarks& remarks)
{
    constexpr std::string_view rule = "copilot.variables";
    stage::Variables variables;
    const auto* node = manifest.find("variables");
    for (const auto& pair : pairs_of(node)) {
        if (!pair.text) {
            const auto is_export = pair.value != nullptr && pair.value->find("from_cfn") != nullptr;
            remarks.add(is_export ? Fate::stays : Fate::left, pair.where, std::string(rule),
                        fmt::format("variable {} {}", in_quotes(pair.name),
                                    is_export ? "is the output of a CloudFormation stack" : "has no value"),
                        std::string(in_task_definition));
            continue;
        }
        const auto filled = fill_names(*pair.text, names);
        if (!filled.unknown.empty()) {
            remarks.add(Fate::stays, pair.where, std::string(rule),
                        fmt::format("variable {} depends on {}, which the shell gave to Copilot", in_quotes(pair.name),
                                    in_quotes(filled.unknown.front())),
                        fmt::format("it stays as last deployed; to change it: tinystacks variable set {}=VALUE",
                                    is_variable_name(pair.name) ? pair.name : "NAME"));
            continue;
        }
        add_variable(variables, pair.name, filled.text, pair.where, Dialect::copilot, remarks);
    }
    return variables;
}

Image copilot_image(const CopilotService& service, const CopilotNames& names, Remarks& remarks)
{
    const auto* image = service.manifest->find("image");
    const auto fill_in = [&](const std::string& text) { return fill_names(text, names); };
    const auto* build = framework::find_path(image, {"build"});
    if (build != nullptr) {
        return read_build(*build, BuildStyle::copilot, remarks, fill_in);
    }
    const auto* location = framework::find_path(image, {"location"});
    if (location != nullptr) {
        const auto filled = fill_in(location->text);
        if (filled.unknown.empty() && is_image(filled.text)) {
            return {.location = filled.text, .dockerfile = {}, .context = {}, .target = {}, .arguments = {}};
        }
        remarks.add(Fate::fill_in, location->where, "copilot.image",
                    "image.location depends on a variable that Copilot got from the shell",
                    "write `docker pull` and `docker tag` for it into build.yml, in place of docker build");
        return {};
    }
    if (service.type != "Static Site") {
        remarks.add(Fate::fill_in, {service.path}, "copilot.image",
                    "the manifest says neither image.build nor image.location: 'Dockerfile' is taken",
                    "write image.build into the manifest, then the same command once more");
    }
    return {.location = {}, .dockerfile = "Dockerfile", .context = {}, .target = {}, .arguments = {}};
}

int copilot_port(const document::Node& manifest)
{
    const auto* port = framework::find_path(&manifest, {"image", "port"});
    if (port == nullptr) {
        return 0;
    }
    const auto number = port_of(port->text);
    if (number == 0) {
        throw Error(ErrorKind::invalid_input, "{} is no port: ports are 1 to 65535", in_quotes(port->text))
            .at(port->where);
    }
    return number;
}

std::vector<std::string> copilot_secrets(const document::Node& manifest, const CopilotNames& names, Remarks& remarks)
{
    std::vector<std::string> secrets;
    for (const auto& pair : pairs_of(manifest.find("secrets"))) {
        const auto reference = pair.value == nullptr ? std::string() : secret_reference(*pair.value, names);
        const auto name = in_quotes(pair.name);
        remarks.add(Fate::stays, pair.where, "copilot.secrets",
                    fmt::format("secret {}{}", name, reference.empty() ? "" : ", from " + reference),
                    "the task definition keeps the reference: do not delete what it names, nor its tags "
                    "copilot-application and copilot-environment, which the role's policy asks for");
        if (!reference.empty() && is_variable_name(pair.name)) {
            secrets.push_back(fmt::format("{}: {}", pair.name, reference));
        }
    }
    return secrets;
}

void remark_copilot_manifest(const framework::Tree& tree, const CopilotService& service, Remarks& remarks)
{
    remark_keys(*service.manifest, "", remarks);
    if (const auto* environments = service.manifest->find("environments")) {
        for (const auto& environment : environments->entries) {
            const auto of = fmt::format(" of environment {}", in_quotes(environment.key));
            remark_keys(environment.value, of, remarks);
            const auto* image = environment.value.find("image");
            if (image != nullptr && (image->find("build") != nullptr || image->find("location") != nullptr)) {
                remarks.add(Fate::left, image->where, "copilot.image", fmt::format("an image of its own{}", of),
                            "one image is built and passes all stages: tell them apart by variables");
            }
        }
    }
    const auto folder = service.path.substr(0, service.path.rfind('/'));
    remark_folder(tree, folder + "/addons", "copilot.addons",
                  "their resources stay in a nested CloudFormation stack of the service: take it over before you "
                  "delete anything with copilot svc delete",
                  remarks);
    remark_folder(tree, folder + "/overrides", "copilot.overrides", std::string(in_stack), remarks);
    remark_folder(tree, "copilot/environments/addons", "copilot.addons",
                  "their resources stay in a nested CloudFormation stack of each environment", remarks);
}

}  // namespace tinystacks::project::detail
