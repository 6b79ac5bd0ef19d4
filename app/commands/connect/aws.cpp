#include "commands/connect/connect.hpp"
#include "commands/values.hpp"

#include "access.hpp"
#include "watch.hpp"

#include "aws/assume_role.hpp"
#include "aws/chain.hpp"
#include "aws/region.hpp"
#include "aws/session.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

constexpr std::string_view session_name = "connect";

struct Options {
    connection::Aws way;
};

void check_way(const connection::Aws& way)
{
    if (way.role_arn.empty() && way.external_id.empty()) {
        return;
    }
    if (way.role_arn.empty()) {
        throw Error(ErrorKind::usage, "--external-id is for a role, and there is no --role-arn")
            .with_hint("tinystacks connect aws --help");
    }
    try {
        aws::check({way.role_arn, way.external_id, std::string(session_name)});
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, "{}", error.message()).with_hint("tinystacks connect aws --help");
    }
}

aws::Caller identify(const connection::Aws& way, const std::string& region, process::Environment environment,
                     const Services& services, const Interruption& interruption)
{
    const auto transport = services.make_transport();
    if (way.profile.empty()) {
        aws::Session session({*transport, std::move(environment), services.clock(), services.make_launcher()},
                             {region, way.role_arn, way.external_id, std::string(session_name)});
        return session.sts.get_caller_identity(interruption);
    }
    const aws::Client::World world{*transport, std::move(environment), services.clock(), http::real_patience()};
    const auto launcher = services.make_launcher()();
    const auto keys = aws::make_chain({world, *launcher, region, "tinystacks", aws::ProfileChoice::flag});
    aws::Client client(world, *keys, region);
    return aws::Sts(client).get_caller_identity(interruption);
}

/// The same profile or role may not lead to another account than it did: it was connected for that one.
void check_pinned(const connection::Aws& way, const aws::Caller& caller, const connection::Store& store)
{
    if (way.profile.empty() && way.role_arn.empty()) {
        return;
    }
    for (const auto& each : store.list()) {
        const bool same =
            each.kind == connection::Kind::aws && each.aws.profile == way.profile && each.aws.role_arn == way.role_arn;
        if (same && each.address != caller.account) {
            throw Error(ErrorKind::conflict, "{} led to account {} when it was connected, and leads to {} now",
                        way.profile.empty() ? "the role" : fmt::format("profile '{}'", printable_line(way.profile)),
                        each.address, caller.account)
                .with_hint(fmt::format("tinystacks connect remove {}", each.address));
        }
    }
}

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    auto way = options.way;
    check_way(way);
    auto environment = services.environment();
    if (!way.profile.empty()) {
        environment.erase("AWS_DEFAULT_PROFILE");
        environment["AWS_PROFILE"] = way.profile;
    }
    const auto region = aws::choose_region(way.region, environment).name;
    const auto caller = interruptible(context.err, [&](const Interruption& interruption) {
        return identify(way, region, environment, services, interruption);
    });
    check_pinned(way, caller, connections(services));
    way.region = region;
    connection::Connection connection;
    connection.kind = connection::Kind::aws;
    connection.address = caller.account;
    connection.account = caller.arn;
    connection.aws = std::move(way);
    return store_connection(std::move(connection), {}, context);
}

}  // namespace

void declare_connect_aws(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto& way = options->way;
    auto* command = parent.add_subcommand("aws", "An AWS account, by a profile, a role or the environment's keys.");
    auto* profile =
        command->add_option("--profile", way.profile, "A profile of the AWS CLI.")->type_name("NAME")->check(a_value());
    command->add_option("--role-arn", way.role_arn, "A role to assume.")
        ->type_name("ARN")
        ->check(a_value())
        ->excludes(profile);
    command->add_option("--external-id", way.external_id, "What the role's owner wants to be told.")
        ->type_name("ID")
        ->check(a_value());
    command->add_option("--region", way.region, "Whose services are asked.")->type_name("REGION")->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
