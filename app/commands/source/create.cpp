#include "commands/payload.hpp"
#include "commands/source/change.hpp"
#include "commands/source/repository.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"
#include "contract/contract.hpp"
#include "document/json.hpp"
#include "source/name.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string file;
    std::string repository;
    std::string branch;
    std::string format;
    std::string language;
    std::string region;
    std::string account;
    std::string description;
    WatchFlags watch;
};

/// What of a code source its repository tells.
void fill_in_repository(const Options& options, document::Node& payload, Context& context)
{
    auto& repository = inner_mapping(payload, "repository");
    if (!repository.is_mapping() || (options.repository.empty() && repository.find("cloneUrl") != nullptr)) {
        return;
    }
    const auto found = find_code_repository(options.repository, context);
    put(repository, "cloneUrl", found.repository.clone_url);
    put(repository, "owner", found.repository.owner);
    put(repository, "name", found.repository.name);
    put(repository, "provider", found.repository.provider);
    fill_in(repository, "defaultBranch", found.repository.default_branch);
    if (const auto name = source::Name::find_near(found.repository.name)) {
        fill_in(payload, "name", name->str());
    }
    if (found.toolset) {
        auto& type = inner_mapping(payload, "infrastructureCodeType");
        fill_in(type, "format", found.toolset->format);
        fill_in(type, "language", found.toolset->language);
    }
}

/// The payload: what the file says, the flags over it, and what the repository tells of itself.
document::Node read(const Options& options, Context& context)
{
    const bool from_input = options.name == "-";
    if (from_input && !options.file.empty()) {
        throw Error(ErrorKind::usage, "'-' and --file exclude each other").with_hint("tinystacks source create --help");
    }
    if (!from_input && !options.name.empty()) {
        check_new_name(Thing::source, options.name);
    }
    const auto file = from_input ? options.name : options.file;
    auto payload = file.empty() ? document::make_mapping() : read_payload(file, "source", context.services).root;
    if (!payload.is_mapping()) {
        return payload;  // which is refused with its place
    }
    put(payload, "name", from_input ? std::string() : options.name);
    put(payload, "description", options.description);
    put(payload, "region", options.region);
    put(payload, "accountId", options.account);
    if (!options.format.empty() || !options.language.empty()) {
        auto& type = inner_mapping(payload, "infrastructureCodeType");
        put(type, "format", options.format);
        put(type, "language", options.language);
    }
    if (!options.branch.empty()) {
        put(inner_mapping(payload, "repository"), "defaultBranch", options.branch);
    }
    fill_in_repository(options, payload, context);
    fill_in(payload, "cloudProvider", "aws");
    return payload;
}

view::Report run(const Options& options, Context& context)
{
    const control::SourceRequest request{
        control::SourceRequest::Change::create,
        contract::read_new_source(read(options, context), connected_origins(context.services)),
        watch_of(options.watch, context.services)};
    auto& keeper = plane(options, context);
    const auto& repository = request.source.repository;
    announce_change(context, keeper,
                    fmt::format("create code source {} of {}{}{}", request.source.name, repository->clone_url,
                                repository->default_branch.empty() ? "" : ", branch ", repository->default_branch));
    return carry_out_source_change(request, keeper, "created", context);
}

}  // namespace

void declare_source_create(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("create", "Make a code source of a file, or of the repository you stand in.");
    command->add_option("name", options->name, "Its name, when the file has none; - for a payload on standard input.")
        ->type_name("NAME")
        ->check(a_file());
    command->add_option("--file", options->file, "The code source as JSON or YAML; - for standard input.")
        ->type_name("FILE")
        ->check(a_file());
    command
        ->add_option("--repository", options->repository,
                     "Its repository: a clone URL, or OWNER/NAME of a connected provider; else origin of this one.")
        ->type_name("REPOSITORY")
        ->check(a_value());
    const auto text = [&](const char* flag, std::string& value, const char* what, const char* type) {
        command->add_option(flag, value, what)->type_name(type)->check(a_value());
    };
    text("--branch", options->branch, "The branch that is deployed; else the repository's default.", "NAME");
    command->add_option("--format", options->format, "The toolset, when it cannot be seen.")
        ->type_name("FORMAT")
        ->check(offer({"TERRAFORM", "AWS_CDK", "CLOUDFORMATION"}));
    text("--language", options->language, "The toolset's language, such as typescript or hcl.", "LANGUAGE");
    text("--region", options->region, "The region it is deployed to.", "REGION");
    text("--account", options->account, "The account it is deployed to.", "ID");
    text("--description", options->description, "What it is, in a sentence.", "TEXT");
    declare_group_option(*command, *options);
    declare_watch_flags(*command, options->watch, "its source check");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
