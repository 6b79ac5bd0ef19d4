#include "aws/cloudformation.hpp"
#include "aws/ecr.hpp"
#include "aws/ecs.hpp"
#include "aws/elbv2.hpp"
#include "aws/environment_keys.hpp"
#include "aws/error.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "aws/s3.hpp"
#include "aws/secrets_manager.hpp"
#include "aws/ssm.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "deployment/runtime_log.hpp"
#include "http/curl_transport.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/moto.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <variant>

using namespace tinystacks;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A client of a moto that checks signatures, over the real transport. `setup` is Python that is run before, with
/// `client(service)` for a boto3 client.
class Cloud {
public:
    Cloud(const support::Moto& moto, const std::string& setup)
        : environment_(moto.admin()), transport_(environment_), keys_(environment_),
          client({transport_, environment_, system_time, http::real_patience()}, keys_, "us-east-1")
    {
        auto command =
            support::python("import boto3\ndef client(service): return boto3.client(service, 'us-east-1')\n" + setup);
        command.environment.merge(moto.admin());
        process::GuardedLauncher launcher;
        std::string printed;
        const auto outcome =
            launcher.run(command, [&](process::Stream, std::string_view piece) { printed += piece; }, {});
        INFO(printed);
        REQUIRE(std::holds_alternative<process::Exited>(outcome));
        REQUIRE(std::get<process::Exited>(outcome).status == 0);
    }

private:
    std::map<std::string, std::string> environment_;
    http::CurlTransport transport_;
    aws::EnvironmentKeys keys_;

public:
    aws::Client client;
};

ErrorKind kind_of(const std::function<void()>& call)
{
    try {
        call();
    } catch (const aws::Refusal& refusal) {
        return refusal.kind();
    }
    FAIL("expected a Refusal");
    return ErrorKind::failed;
}

}  // namespace

TEST_CASE("S3 stores, lists and gives back; what must not be overwritten stays", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    Cloud cloud(*moto, "client('s3').create_bucket(Bucket='shop')");
    aws::S3 s3(cloud.client);
    const aws::PutOptions once{"application/json", aws::Overwrite::refused};
    CHECK(s3.put_object("shop", "ledger/a b?", R"({"n":1})", once) == aws::Stored::yes);
    CHECK(s3.put_object("shop", "ledger/a b?", R"({"n":2})", once) == aws::Stored::exists);
    const auto object = s3.get_object("shop", "ledger/a b?");
    REQUIRE(object);
    CHECK(object->body == R"({"n":1})");
    CHECK(object->info.content_type == "application/json");

    const TempDir directory;
    const auto file = directory.path() / "log";
    replace_file(file, std::string(3'000'000, 'x'));
    CHECK(s3.put_file("shop", "logs/big", file, {"text/plain", aws::Overwrite::allowed}) == aws::Stored::yes);
    replace_file(file, "");
    CHECK(s3.put_file("shop", "logs/empty", file) == aws::Stored::yes);
    const auto info = s3.head_object("shop", "logs/big");
    REQUIRE(info);
    CHECK(info->size == 3'000'000);
    CHECK(info->modified_at);

    const auto all = s3.list_objects("shop", "");
    REQUIRE(all.objects.size() == 3);
    CHECK(all.objects[0].key == "ledger/a b?");
    CHECK(all.objects[1].size == 3'000'000);
    CHECK(s3.list_objects("shop", "logs/", "", "logs/big").objects.size() == 1);
    CHECK_FALSE(s3.get_object("shop", "none"));
    CHECK_FALSE(s3.head_object("shop", "none"));
    CHECK(kind_of([&] { (void)s3.get_object("no-such-bucket", "k"); }) == ErrorKind::not_found);
}

TEST_CASE("parameters, secrets and stacks are read from a live service", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    Cloud cloud(*moto, R"PY(
client('ssm').put_parameter(Name='/shop/url', Value='clear', Type='String')
client('ssm').put_parameter(Name='/shop/key', Value='hidden', Type='SecureString')
client('secretsmanager').create_secret(Name='token', SecretString='quiet')
client('cloudformation').create_stack(StackName='web', TemplateBody='{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}},"Outputs":{"Name":{"Value":{"Fn::GetAtt":["Q","QueueName"]}}}}')
)PY");
    aws::Ssm ssm(cloud.client);
    CHECK(ssm.find_missing({"/shop/url", "/shop/gone", "/shop/key"}) == std::vector<std::string>{"/shop/gone"});
    CHECK(ssm.get_parameter("/shop/key").reveal() == "hidden");
    CHECK(kind_of([&] { (void)ssm.get_parameter("/shop/gone"); }) == ErrorKind::not_found);

    aws::SecretsManager secrets(cloud.client);
    CHECK(secrets.get_secret_value("token").reveal() == "quiet");
    CHECK(secrets.describe_secret("token").at("Name") == "token");
    CHECK(kind_of([&] { (void)secrets.describe_secret("gone"); }) == ErrorKind::not_found);

    aws::CloudFormation cloudformation(cloud.client);
    const auto stack = cloudformation.describe_stacks("web").at("Stacks").at(0);
    CHECK(stack.at("StackStatus") == "CREATE_COMPLETE");
    CHECK(stack.at("Outputs").at(0).at("OutputKey") == "Name");
    CHECK(stack.at("DisableRollback").is_boolean());
    CHECK_FALSE(cloudformation.describe_stack_events("web", "").at("StackEvents").empty());
    CHECK(cloudformation.describe_stack_resources("web").at("StackResources").at(0).at("ResourceType") ==
          "AWS::SQS::Queue");
    CHECK_THROWS_AS(cloudformation.describe_stacks("gone"), aws::Refusal);
}

TEST_CASE("Ecr logs in, finds a tag's image and moves a tag", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    Cloud cloud(*moto, R"PY(
import hashlib, json
manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2,
               "digest": "sha256:" + hashlib.sha256(b"{}").hexdigest()}, "layers": []})
client('ecr').create_repository(repositoryName='shop')
client('ecr').put_image(repositoryName='shop', imageManifest=manifest, imageTag='dev')
)PY");
    aws::Ecr ecr(cloud.client);
    const auto login = ecr.get_authorization_token();
    CHECK(login.user == "AWS");
    CHECK_FALSE(login.password.empty());
    CHECK(login.expires_at > Time());
    CHECK(login.endpoint.find("dkr.ecr.us-east-1.amazonaws.com") != std::string::npos);
    const aws::EcrRepository repository{"", "shop"};
    const auto image = ecr.find_image(repository, "dev");
    REQUIRE(image);
    CHECK(image->digest.starts_with("sha256:"));
    CHECK_FALSE(ecr.find_image(repository, "prod"));
    ecr.put_image(repository, *image, "prod");
    const auto promoted = ecr.find_image(repository, "prod");
    REQUIRE(promoted);
    CHECK(promoted->digest == image->digest);
    CHECK(kind_of([&] { (void)ecr.find_image({"", "gone"}, "dev"); }) == ErrorKind::not_found);
}

TEST_CASE("Ecs and Elbv2 describe what runs", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    Cloud cloud(*moto, R"PY(
ecs = client('ecs')
ecs.create_cluster(clusterName='shop')
ecs.register_task_definition(family='web', containerDefinitions=[{'name': 'web', 'image': 'i', 'memory': 64,
    'logConfiguration': {'logDriver': 'awslogs', 'options': {'awslogs-group': '/ecs/web',
    'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'app'}}}])
ecs.register_task_definition(family='web', containerDefinitions=[{'name': 'web', 'image': 'j', 'memory': 64}])
ecs.create_service(cluster='shop', serviceName='api', taskDefinition='web:1', desiredCount=1)
ec2 = client('ec2')
subnets = [s['SubnetId'] for s in ec2.describe_subnets()['Subnets'][:2]]
vpc = ec2.describe_vpcs()['Vpcs'][0]['VpcId']
elb = client('elbv2')
elb.create_load_balancer(Name='front', Subnets=subnets)
group = elb.create_target_group(Name='web', Protocol='HTTP', Port=80, VpcId=vpc, HealthCheckPath='/ping',
                                TargetType='ip')['TargetGroups'][0]['TargetGroupArn']
elb.register_targets(TargetGroupArn=group, Targets=[{'Id': '10.0.0.7', 'Port': 8080}])
client('ssm').put_parameter(Name='group', Value=group, Type='String')
)PY");
    aws::Ecs ecs(cloud.client);
    CHECK(ecs.describe_services("shop", "api").at("services").at(0).at("status") == "ACTIVE");
    CHECK(ecs.describe_services("shop", "gone").at("failures").size() == 1);
    CHECK(ecs.list_tasks("shop", "api", "RUNNING").at("taskArns").is_array());
    CHECK(ecs.describe_task_definition("web:1").at("taskDefinition").at("revision") == 1);
    CHECK(ecs.describe_container_instances("shop").at("containerInstances").empty());
    CHECK(ecs.update_service("shop", "api", "web:2").at("service").at("serviceName") == "api");
    CHECK(kind_of([&] { (void)ecs.describe_services("gone", "api"); }) == ErrorKind::not_found);

    aws::Elbv2 elbv2(cloud.client);
    const auto group = aws::Ssm(cloud.client).get_parameter("group").reveal();
    const auto groups = elbv2.describe_target_groups({group}).at("TargetGroups");
    CHECK(groups.at(0).at("HealthCheckPath") == "/ping");
    CHECK(groups.at(0).at("HealthCheckIntervalSeconds").is_number());
    CHECK(groups.at(0).at("LoadBalancerArns").is_array());
    const auto health = elbv2.describe_target_health(group).at("TargetHealthDescriptions");
    REQUIRE(health.size() == 1);
    CHECK(health.at(0).at("Target") == json{{"Id", "10.0.0.7"}, {"Port", 8080}});
    CHECK(health.at(0).at("TargetHealth").at("State").is_string());
    CHECK_THROWS_AS(elbv2.describe_load_balancers({"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/x/1"}),
                    aws::Refusal);
}

TEST_CASE("Lambda reads and updates a function named by its ARN", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    Cloud cloud(*moto, R"PY(
import json
role = client('iam').create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps({}))['Role']['Arn']
image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:' + 'a' * 64
client('ecr').create_repository(repositoryName='shop')
made = client('lambda').create_function(FunctionName='web', PackageType='Image', Role=role, Code={'ImageUri': image})
client('ssm').put_parameter(Name='arn', Value=made['FunctionArn'], Type='String')
)PY");
    aws::Lambda lambda(cloud.client);
    const auto arn = aws::Ssm(cloud.client).get_parameter("arn").reveal();
    const auto image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:" + std::string(64, 'b');
    CHECK(lambda.update_function_code(arn, image).at("FunctionName") == "web");
    CHECK(lambda.get_function(arn).at("Code").at("ImageUri") == image);
    CHECK(lambda.get_function_configuration("web").at("FunctionArn") == arn);
    CHECK(kind_of([&] { (void)lambda.get_function_url_config("web"); }) == ErrorKind::not_found);
    CHECK(kind_of([&] { (void)lambda.get_function("gone"); }) == ErrorKind::not_found);
}

TEST_CASE("Logs and RuntimeLog read what a service printed", "[aws]")
{
    const auto moto = support::Moto::start();
    if (!moto) {
        return;
    }
    Cloud cloud(*moto, R"PY(
import time
logs = client('logs')
logs.create_log_group(logGroupName='/ecs/web')
now = int(time.time() * 1000)
for stream, first in (('app/web/1111111122222222', 0), ('app/web/3333333344444444', 1), ('app/other/5', 0)):
    logs.create_log_stream(logGroupName='/ecs/web', logStreamName=stream)
    logs.put_log_events(logGroupName='/ecs/web', logStreamName=stream, logEvents=[
        {'timestamp': now - 10000 + 1000 * i, 'message': f'line {i} of {stream[4:]}'} for i in range(first, 40, 2)])
ecs = client('ecs')
ecs.create_cluster(clusterName='shop')
ecs.register_task_definition(family='web', containerDefinitions=[{'name': 'web', 'image': 'i', 'memory': 64,
    'logConfiguration': {'logDriver': 'awslogs', 'options': {'awslogs-group': '/ecs/web',
    'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'app'}}}])
ecs.create_service(cluster='shop', serviceName='api', taskDefinition='web:1', desiredCount=2)
)PY");
    aws::Logs logs(cloud.client);
    const auto last = logs.get_last_events("/ecs/web", "app/web/1111111122222222", 3);
    REQUIRE(last.events.size() == 3);
    CHECK(last.events.back().message == "line 38 of web/1111111122222222");
    CHECK(kind_of([&] { (void)logs.get_last_events("/ecs/web", "gone", 3); }) == ErrorKind::not_found);
    CHECK(kind_of([&] { (void)logs.filter_events("/gone", "", Time(), ""); }) == ErrorKind::not_found);

    struct Kept final : log::Sink {
        void write(const log::Event& event) override { text += std::get<log::Lines>(event.body).text; }
        std::string text;
    } kept;
    aws::Ecs ecs(cloud.client);
    aws::Lambda lambda(cloud.client);
    deployment::RuntimeLog log(ecs, lambda, logs, {system_time, http::real_patience().wait}, kept);
    log.show_service("shop", "api", {"dev", std::nullopt, false, {}}, {});
    CHECK(kept.text.starts_with("[11111111] line 0 of web/1111111122222222\n"
                                "[33333333] line 1 of web/3333333344444444\n"
                                "[11111111] line 2 of web/1111111122222222\n"));
    CHECK(std::ranges::count(kept.text, '\n') == 40);
}
