#include "aws/cloudformation.hpp"
#include "aws/ecr.hpp"
#include "aws/ecs.hpp"
#include "aws/elbv2.hpp"
#include "aws/error.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "aws/secrets_manager.hpp"
#include "aws/ssm.hpp"
#include "base/base64.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/service_desk.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;
using nlohmann::json;
using support::ServiceDesk;

TEST_CASE("Ecs asks each operation by its name with its input", "[aws]")
{
    struct Case {
        std::function<json(aws::Ecs&)> ask;
        std::string operation;
        json input;
        std::string answer;
    };
    const std::string any = R"({"any":1})";
    const auto [ask, operation, input, answer] = GENERATE_COPY(values<Case>({
        {[](auto& ecs) { return ecs.describe_services("c", "s"); },
         "DescribeServices",
         {{"cluster", "c"}, {"services", {"s"}}},
         any},
        {[](auto& ecs) {
             return ecs.describe_tasks("c", {"t1", "t2"});
         },
         "DescribeTasks",
         {{"cluster", "c"}, {"tasks", {"t1", "t2"}}},
         any},
        {[](auto& ecs) { return ecs.describe_service_deployments({"d"}); },
         "DescribeServiceDeployments",
         {{"serviceDeploymentArns", {"d"}}},
         any},
        {[](auto& ecs) { return ecs.describe_service_revisions({"r"}); },
         "DescribeServiceRevisions",
         {{"serviceRevisionArns", {"r"}}},
         any},
        {[](auto& ecs) { return ecs.describe_task_definition("web:3"); },
         "DescribeTaskDefinition",
         {{"taskDefinition", "web:3"}, {"include", {"TAGS"}}},
         any},
        {[](auto& ecs) { return ecs.stop_service_deployment("d"); },
         "StopServiceDeployment",
         {{"serviceDeploymentArn", "d"}, {"stopType", "ROLLBACK"}},
         any},
        {[](auto& ecs) { return ecs.update_service("c", "s", "web:3"); },
         "UpdateService",
         {{"cluster", "c"}, {"service", "s"}, {"taskDefinition", "web:3"}},
         any},
    }));
    CAPTURE(operation);
    ServiceDesk desk;
    desk.transport.reply(200, answer);
    aws::Ecs ecs(desk.client);
    CHECK(ask(ecs) == json::parse(answer));
    CHECK(desk.asked().url == "https://ecs.us-east-1.amazonaws.com/");
    CHECK(desk.header("x-amz-target") == "AmazonEC2ContainerServiceV20141113." + operation);
    CHECK(json::parse(desk.asked().body) == input);
}

TEST_CASE("Ecs::list_tasks reads every page, ten at most", "[aws]")
{
    ServiceDesk desk;
    aws::Ecs ecs(desk.client);
    desk.transport.reply(200, R"({"taskArns":["a"],"nextToken":"2"})");
    desk.transport.reply(200, R"({"taskArns":["b"]})");
    CHECK(ecs.list_tasks("c", "s", "STOPPED") == json{{"taskArns", {"a", "b"}}});
    CHECK(json::parse(desk.asked(1).body) ==
          json{{"cluster", "c"}, {"serviceName", "s"}, {"desiredStatus", "STOPPED"}, {"nextToken", "2"}});
    for (int page = 0; page < 10; ++page) {
        desk.transport.reply(200, R"({"taskArns":["x"],"nextToken":"n"})");
    }
    CHECK(ecs.list_tasks("c", "s", "RUNNING").at("taskArns").size() == 10);
    CHECK(desk.transport.used_up());
}

TEST_CASE("Ecs::list_service_deployments puts the newest first", "[aws]")
{
    ServiceDesk desk;
    desk.transport.reply(200, R"({"serviceDeployments":[{"createdAt":1.5},{"createdAt":3.25},{"createdAt":2}]})");
    aws::Ecs ecs(desk.client);
    const auto listed = ecs.list_service_deployments("c", "s").at("serviceDeployments");
    CHECK(listed == json::array({{{"createdAt", 3.25}}, {{"createdAt", 2}}, {{"createdAt", 1.5}}}));
    CHECK(json::parse(desk.asked().body) == json{{"cluster", "c"}, {"service", "s"}, {"maxResults", 20}});
}

TEST_CASE("Ecs::register_task_definition leaves out what only AWS may set, and nothing else", "[aws]")
{
    ServiceDesk desk;
    desk.transport.reply(200, R"({"taskDefinition":{"revision":4}})");
    desk.transport.reply(200, "{}");
    aws::Ecs ecs(desk.client);
    const auto described = json::parse(R"({"taskDefinitionArn":"arn:web:3","revision":3,"status":"ACTIVE",
        "requiresAttributes":[{"name":"x"}],"compatibilities":["EC2"],"registeredAt":1.5,"registeredBy":"arn:u",
        "deregisteredAt":2.5,"family":"web","ofTomorrow":{"any":[1]},"containerDefinitions":[{"name":"web"}],
        "tags":[{"key":"aws:cloudformation:stack-name","value":"s"},{"key":"team","value":"shop"}]})");

    CHECK(ecs.register_task_definition(described) == json::parse(R"({"taskDefinition":{"revision":4}})"));
    CHECK(json::parse(desk.asked().body) == json::parse(R"({"family":"web","ofTomorrow":{"any":[1]},
        "containerDefinitions":[{"name":"web"}],"tags":[{"key":"team","value":"shop"}]})"));
    CHECK(desk.header("x-amz-target") == "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition");

    (void)ecs.register_task_definition({{"family", "web"}, {"tags", nullptr}});
    CHECK(json::parse(desk.asked(1).body) == json{{"family", "web"}});
}

TEST_CASE("Ecs asks nothing about no names, which AWS refuses", "[aws]")
{
    ServiceDesk desk;
    aws::Ecs ecs(desk.client);
    CHECK(ecs.describe_tasks("c", {}).at("tasks").empty());
    CHECK(ecs.describe_service_deployments({}).at("serviceDeployments").empty());
    CHECK(ecs.describe_service_revisions({}).at("serviceRevisions").empty());
    desk.transport.reply(200, R"({"containerInstanceArns":[]})");
    CHECK(ecs.describe_container_instances("c").at("containerInstances").empty());
    CHECK(desk.transport.requests().size() == 1);
}

TEST_CASE("Lambda names functions and ARNs in the path, encoded", "[aws]")
{
    ServiceDesk desk;
    aws::Lambda lambda(desk.client);
    const std::string host = "https://lambda.us-east-1.amazonaws.com";
    const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:web";
    const std::string encoded = "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aweb";
    for (int i = 0; i < 4; ++i) {
        desk.transport.reply(200, R"({"FunctionName":"web"})");
    }
    CHECK(lambda.get_function(arn) == json{{"FunctionName", "web"}});
    (void)lambda.get_function_configuration("web");
    (void)lambda.get_function_url_config("web");
    (void)lambda.update_function_code("web", "r/i@sha256:abc");
    CHECK(desk.asked(0).method + " " + desk.asked(0).url == "GET " + host + "/2015-03-31/functions/" + encoded);
    CHECK(desk.asked(1).url == host + "/2015-03-31/functions/web/configuration");
    CHECK(desk.asked(2).url == host + "/2021-10-31/functions/web/url");
    CHECK(desk.asked(3).method + " " + desk.asked(3).url == "PUT " + host + "/2015-03-31/functions/web/code");
    CHECK(desk.asked(3).body == R"({"ImageUri":"r/i@sha256:abc"})");
}

TEST_CASE("Lambda::update_function_code is sent again only for a digest", "[aws]")
{
    ServiceDesk desk;
    aws::Lambda lambda(desk.client);
    desk.transport.fail("connection reset");
    CHECK_THROWS_AS(lambda.update_function_code("web", "r/i:latest"), Error);
    CHECK(desk.transport.requests().size() == 1);
    desk.transport.fail("connection reset");
    desk.transport.reply(200, "{}");
    CHECK(lambda.update_function_code("web", "r/i@sha256:abc").empty());
}

TEST_CASE("Lambda::update_function_configuration changes the environment alone", "[aws]")
{
    ServiceDesk desk;
    aws::Lambda lambda(desk.client);
    desk.transport.reply(200, R"({"LastUpdateStatus":"InProgress"})");
    CHECK(lambda.update_function_configuration("web", {{"TZ", "UTC"}}) == json{{"LastUpdateStatus", "InProgress"}});
    CHECK(desk.asked().method + " " + desk.asked().url ==
          "PUT https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/web/configuration");
    CHECK(json::parse(desk.asked().body) == json{{"Environment", {{"Variables", {{"TZ", "UTC"}}}}}});
}

TEST_CASE("Lambda::invoke calls once and tells what came of it", "[aws]")
{
    ServiceDesk desk;
    aws::Lambda lambda(desk.client);
    desk.transport.reply(200, R"({"errorType":"Runtime.ExitError"})",
                         {{"X-Amz-Function-Error", "Unhandled"},
                          {"X-Amz-Executed-Version", "$LATEST"},
                          {"X-Amz-Log-Result", to_base64("START\nREPORT\n")}});
    const auto result = lambda.invoke("web", R"({"version":"2.0"})", std::chrono::seconds(70));
    CHECK(result == json{{"StatusCode", 200},
                         {"FunctionError", "Unhandled"},
                         {"ExecutedVersion", "$LATEST"},
                         {"LogResult", "START\nREPORT\n"},
                         {"Payload", R"({"errorType":"Runtime.ExitError"})"}});
    CHECK(desk.asked().method == "POST");
    CHECK(desk.asked().url == "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/web/invocations");
    CHECK(desk.asked().body == R"({"version":"2.0"})");
    CHECK(desk.asked().timeout == std::chrono::seconds(70));
    CHECK(desk.asked().may_be_silent);
    CHECK(desk.header("x-amz-invocation-type") == "RequestResponse");
    CHECK(desk.header("x-amz-log-type") == "Tail");
}

TEST_CASE("Lambda::invoke is not repeated, whatever went wrong", "[aws]")
{
    ServiceDesk desk;
    aws::Lambda lambda(desk.client);
    desk.transport.fail("connection reset");
    CHECK_THROWS_AS(lambda.invoke("web", "{}", std::chrono::seconds(1)), Error);
    desk.transport.reply(502, R"({"Type":"Server","message":"bad gateway"})");
    CHECK_THROWS_AS(lambda.invoke("web", "{}", std::chrono::seconds(1)), aws::Refusal);
    CHECK(desk.transport.requests().size() == 2);
}

TEST_CASE("Lambda::invoke keeps the first 64 KiB of a payload, as UTF-8", "[aws]")
{
    ServiceDesk desk;
    aws::Lambda lambda(desk.client);
    desk.transport.reply(200, std::string(65535, 'x') + "\xC3\xA9 and more");
    const auto payload = lambda.invoke("web", "{}", std::chrono::seconds(1)).at("Payload").get<std::string>();
    CHECK(payload == std::string(65535, 'x') + "\xEF\xBF\xBD");
}

TEST_CASE("Elbv2 answers as the AWS CLI prints", "[aws]")
{
    ServiceDesk desk;
    aws::Elbv2 elbv2(desk.client);
    desk.transport.reply(200, R"(<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/">
  <DescribeTargetHealthResult><TargetHealthDescriptions>
    <member><HealthCheckPort>8080</HealthCheckPort><Target><Id>10.0.0.1</Id><Port>8080</Port></Target>
      <TargetHealth><State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason>
        <Description>Health checks failed with these codes: [404]</Description></TargetHealth></member>
  </TargetHealthDescriptions></DescribeTargetHealthResult>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeTargetHealthResponse>)");
    CHECK(elbv2.describe_target_health("arn:tg/a b") ==
          json::parse(R"({"TargetHealthDescriptions":[{"HealthCheckPort":"8080","Target":{"Id":"10.0.0.1","Port":8080},
            "TargetHealth":{"State":"unhealthy","Reason":"Target.ResponseCodeMismatch",
            "Description":"Health checks failed with these codes: [404]"}}]})"));
    CHECK(desk.asked().url == "https://elasticloadbalancing.us-east-1.amazonaws.com/");
    CHECK(desk.asked().body == "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=arn%3Atg%2Fa%20b");
    CHECK(desk.header("content-type") == "application/x-www-form-urlencoded; charset=utf-8");

    desk.transport.reply(200, R"(<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions/>
      </DescribeTargetHealthResult></DescribeTargetHealthResponse>)");
    CHECK(elbv2.describe_target_health("tg") == json{{"TargetHealthDescriptions", json::array()}});
}

TEST_CASE("Elbv2 makes numbers and lists of groups and balancers", "[aws]")
{
    ServiceDesk desk;
    aws::Elbv2 elbv2(desk.client);
    desk.transport.reply(200, R"(<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups><member>
      <TargetGroupArn>tg</TargetGroupArn><HealthCheckPath>/ping</HealthCheckPath><Port>80</Port>
      <HealthCheckPort>traffic-port</HealthCheckPort><HealthCheckIntervalSeconds>30</HealthCheckIntervalSeconds>
      <HealthCheckEnabled>true</HealthCheckEnabled><Matcher><HttpCode>200</HttpCode></Matcher>
      <LoadBalancerArns><member>lb</member></LoadBalancerArns></member></TargetGroups>
      </DescribeTargetGroupsResult></DescribeTargetGroupsResponse>)");
    CHECK(elbv2.describe_target_groups({"tg", "t2"}) == json::parse(R"({"TargetGroups":[{"TargetGroupArn":"tg",
      "HealthCheckPath":"/ping","Port":80,"HealthCheckPort":"traffic-port","HealthCheckIntervalSeconds":30,
      "HealthCheckEnabled":true,"Matcher":{"HttpCode":"200"},"LoadBalancerArns":["lb"]}]})"));
    CHECK(desk.asked().body == "Action=DescribeTargetGroups&Version=2015-12-01&TargetGroupArns.member.1=tg&"
                               "TargetGroupArns.member.2=t2");
    desk.transport.reply(200, R"(<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers>
      <member><LoadBalancerArn>lb</LoadBalancerArn><DNSName>x.elb.amazonaws.com</DNSName><SecurityGroups>
      </SecurityGroups></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>)");
    CHECK(elbv2.describe_load_balancers({"lb"}) == json::parse(R"({"LoadBalancers":[{"LoadBalancerArn":"lb",
      "DNSName":"x.elb.amazonaws.com","SecurityGroups":[]}]})"));
    // Without names AWS would list the whole account.
    CHECK(elbv2.describe_load_balancers({}).at("LoadBalancers").empty());
    CHECK(desk.transport.requests().size() == 2);
}

TEST_CASE("Logs::get_last_events reads on while pages are empty", "[aws]")
{
    ServiceDesk desk;
    aws::Logs logs(desk.client);
    desk.transport.reply(200, R"({"events":[],"nextBackwardToken":"b/1"})");
    desk.transport.reply(200, R"({"events":[{"timestamp":5,"message":"a"},{"timestamp":6,"message":"b"}],
                                  "nextBackwardToken":"b/2"})");
    const auto page = logs.get_last_events("g", "s", 30);
    CHECK(page.events == std::vector<aws::LogEvent>{{Time(std::chrono::milliseconds(5)), "s", "a", ""},
                                                    {Time(std::chrono::milliseconds(6)), "s", "b", ""}});
    CHECK(json::parse(desk.asked(1).body) == json{{"logGroupName", "g"},
                                                  {"logStreamName", "s"},
                                                  {"startFromHead", false},
                                                  {"limit", 30},
                                                  {"nextToken", "b/1"}});
    CHECK(desk.header("x-amz-target") == "Logs_20140328.GetLogEvents");
    // The same token twice: the stream has nothing more.
    desk.transport.reply(200, R"({"events":[],"nextBackwardToken":"b/1"})");
    desk.transport.reply(200, R"({"events":[],"nextBackwardToken":"b/1"})");
    CHECK(logs.get_last_events("g", "s", 30).events.empty());
    CHECK(desk.transport.used_up());
}

TEST_CASE("Logs::filter_events asks from a time on and goes on by token", "[aws]")
{
    ServiceDesk desk;
    aws::Logs logs(desk.client);
    desk.transport.reply(200, R"({"events":[{"timestamp":7,"message":"b","logStreamName":"s","eventId":"2"},
                                            {"timestamp":6,"message":"a","logStreamName":"s","eventId":"1"}],
                                  "nextToken":"n"})");
    desk.transport.reply(
        400, R"({"__type":"ResourceNotFoundException","message":"The specified log group does not exist."})");
    const auto page = logs.filter_events("g", "web/", Time(std::chrono::milliseconds(5)), "");
    CHECK(page.next == "n");
    REQUIRE(page.events.size() == 2);
    CHECK(page.events.front() == aws::LogEvent{Time(std::chrono::milliseconds(6)), "s", "a", "1"});
    CHECK(json::parse(desk.asked().body) ==
          json{{"logGroupName", "g"}, {"logStreamNamePrefix", "web/"}, {"startTime", 5}});
    try {
        (void)logs.filter_events("g", "", Time(std::chrono::milliseconds(-5)), "n");
        FAIL("expected a Refusal");
    } catch (const aws::Refusal& refusal) {
        CHECK(refusal.kind() == ErrorKind::not_found);
    }
    CHECK(json::parse(desk.asked(1).body) == json{{"logGroupName", "g"}, {"startTime", 0}, {"nextToken", "n"}});
}

TEST_CASE("Ecr::get_authorization_token takes the token apart", "[aws]")
{
    ServiceDesk desk;
    aws::Ecr ecr(desk.client);
    desk.transport.reply(200,
                         R"({"authorizationData":[{"authorizationToken":")" + to_base64("AWS:pass:word") +
                             R"(","expiresAt":1795600000.5,"proxyEndpoint":"https://1.dkr.ecr.x.amazonaws.com"}]})");
    const auto login = ecr.get_authorization_token();
    CHECK(login.user == "AWS");
    CHECK(login.password.reveal() == "pass:word");
    CHECK(login.expires_at == Time(std::chrono::milliseconds(1795600000500)));
    CHECK(login.endpoint == "https://1.dkr.ecr.x.amazonaws.com");
    CHECK(desk.asked().url == "https://api.ecr.us-east-1.amazonaws.com/");
    CHECK(desk.header("authorization").find("/us-east-1/ecr/aws4_request") != std::string::npos);
    for (const auto* odd :
         {R"({})", R"({"authorizationData":[]})",
          R"({"authorizationData":[{"authorizationToken":"QVdT","expiresAt":1,"proxyEndpoint":"x"}]})"}) {
        CAPTURE(odd);
        desk.transport.reply(200, odd);
        CHECK_THROWS_AS(ecr.get_authorization_token(), Error);
    }
}

TEST_CASE("Ecr::find_image finds a tag's digest and manifest, or nothing", "[aws]")
{
    ServiceDesk desk;
    aws::Ecr ecr(desk.client);
    desk.transport.reply(200, R"({"images":[{"imageId":{"imageDigest":"sha256:aa","imageTag":"dev"},
      "imageManifest":"{}","imageManifestMediaType":"application/vnd.oci.image.index.v1+json"}],"failures":[]})");
    desk.transport.reply(200, R"({"images":[],"failures":[{"failureCode":"ImageNotFound"}]})");
    const auto image = ecr.find_image({"123456789012", "shop"}, "dev");
    REQUIRE(image);
    CHECK(image->digest == "sha256:aa");
    CHECK(image->media_type == "application/vnd.oci.image.index.v1+json");
    CHECK_FALSE(ecr.find_image({"", "shop"}, "sha256:bb"));
    const auto first = json::parse(desk.asked(0).body);
    CHECK(first.at("registryId") == "123456789012");
    CHECK(first.at("imageIds") == json::array({{{"imageTag", "dev"}}}));
    CHECK(first.at("acceptedMediaTypes").size() == 4);
    const auto second = json::parse(desk.asked(1).body);
    CHECK(second.at("imageIds") == json::array({{{"imageDigest", "sha256:bb"}}}));
    CHECK_FALSE(second.contains("registryId"));
}

TEST_CASE("Ecr::put_image takes an image that is there already for done", "[aws]")
{
    ServiceDesk desk;
    aws::Ecr ecr(desk.client);
    desk.transport.reply(400, R"({"__type":"ImageAlreadyExistsException","message":"it is there"})");
    ecr.put_image({"", "shop"}, {"sha256:aa", "t", "{}"}, "prod");
    CHECK(json::parse(desk.asked().body) == json{{"repositoryName", "shop"},
                                                 {"imageManifest", "{}"},
                                                 {"imageManifestMediaType", "t"},
                                                 {"imageTag", "prod"},
                                                 {"imageDigest", "sha256:aa"}});
    desk.transport.reply(400, R"({"__type":"ImageTagAlreadyExistsException","message":"tags are immutable"})");
    CHECK_THROWS_AS(ecr.put_image({"", "shop"}, {"sha256:aa", "t", "{}"}, "prod"), aws::Refusal);
}

TEST_CASE("Ssm::find_missing asks for ten names at a time and keeps no value", "[aws]")
{
    ServiceDesk desk;
    aws::Ssm ssm(desk.client);
    std::vector<std::string> names;
    for (int i = 0; i < 12; ++i) {
        names.push_back("/p/" + std::to_string(i));
    }
    desk.transport.reply(200, R"({"Parameters":[{"Name":"/p/0","Value":"v"}],"InvalidParameters":["/p/3"]})");
    desk.transport.reply(200, R"({"Parameters":[],"InvalidParameters":["/p/11"]})");
    CHECK(ssm.find_missing(names) == std::vector<std::string>{"/p/3", "/p/11"});
    CHECK(json::parse(desk.asked(0).body).at("Names").size() == 10);
    CHECK(json::parse(desk.asked(1).body) == json{{"Names", {"/p/10", "/p/11"}}, {"WithDecryption", false}});
    CHECK(ssm.find_missing({}).empty());
}

TEST_CASE("Ssm and SecretsManager give values in clear", "[aws]")
{
    ServiceDesk desk;
    aws::Ssm ssm(desk.client);
    aws::SecretsManager secrets(desk.client);
    desk.transport.reply(200, R"({"Parameter":{"Name":"p","Value":"hidden"}})");
    desk.transport.reply(200, R"({"SecretString":"quiet"})");
    desk.transport.reply(200, R"({"SecretBinary":"AAH/"})");
    desk.transport.reply(200, R"({"ARN":"a","DeletedDate":1.5})");
    CHECK(ssm.get_parameter("p").reveal() == "hidden");
    CHECK(secrets.get_secret_value("s").reveal() == "quiet");
    CHECK(secrets.get_secret_value("s").reveal() == std::string("\0\1\xFF", 3));
    CHECK(secrets.describe_secret("s").at("DeletedDate") == 1.5);
    CHECK(json::parse(desk.asked(0).body) == json{{"Name", "p"}, {"WithDecryption", true}});
    CHECK(desk.header("x-amz-target", 0) == "AmazonSSM.GetParameter");
    CHECK(desk.header("x-amz-target", 1) == "secretsmanager.GetSecretValue");
    CHECK(desk.asked(1).url == "https://secretsmanager.us-east-1.amazonaws.com/");
    desk.transport.reply(400, R"({"__type":"ResourceNotFoundException","Message":"can't find it"})");
    CHECK_THROWS_AS(secrets.describe_secret("gone"), aws::Refusal);
}

TEST_CASE("CloudFormation reads stacks, events and resources", "[aws]")
{
    ServiceDesk desk;
    aws::CloudFormation cloudformation(desk.client);
    desk.transport.reply(200,
                         R"(<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>web</StackName>
      <StackStatus>CREATE_COMPLETE</StackStatus><DisableRollback>false</DisableRollback><Tags/><Outputs><member>
      <OutputKey>Url</OutputKey><OutputValue>https://x</OutputValue></member></Outputs></member></Stacks>
      </DescribeStacksResult></DescribeStacksResponse>)");
    CHECK(cloudformation.describe_stacks("web") == json::parse(R"({"Stacks":[{"StackName":"web",
      "StackStatus":"CREATE_COMPLETE","DisableRollback":false,"Tags":[],
      "Outputs":[{"OutputKey":"Url","OutputValue":"https://x"}]}]})"));
    desk.transport.reply(200, R"(<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents><member>
      <EventId>1</EventId></member></StackEvents><NextToken>t</NextToken></DescribeStackEventsResult>
      </DescribeStackEventsResponse>)");
    CHECK(cloudformation.describe_stack_events("web", "n") ==
          json{{"StackEvents", {{{"EventId", "1"}}}}, {"NextToken", "t"}});
    CHECK(desk.asked(1).body == "Action=DescribeStackEvents&Version=2010-05-15&StackName=web&NextToken=n");
    desk.transport.reply(200, R"(<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources/>
      </DescribeStackResourcesResult></DescribeStackResourcesResponse>)");
    CHECK(cloudformation.describe_stack_resources("web") == json{{"StackResources", json::array()}});
    desk.transport.reply(400, R"(<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id web does not
      exist</Message></Error></ErrorResponse>)");
    CHECK_THROWS_AS(cloudformation.describe_stacks("web"), aws::Refusal);
}
