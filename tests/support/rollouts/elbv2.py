"""The calls of Elastic Load Balancing v2 that tell of the service's targets. XML is made by the server."""
import re

from .names import REGION, Refused, present

NOT_REGISTERED = {"State": "unused", "Reason": "Target.NotRegistered", "Description": "Target is not registered to the target group"}
GROUP_MISSING = ("TargetGroupNotFound", "One or more target groups not found")


class Elbv2:
    def __init__(self, service):
        self.service = service

    def _port(self):
        return self.service.balancer.get("port", 8080)

    def DescribeTargetHealth(self, form):
        service, group = self.service, form.get("TargetGroupArn")
        if not service.balancer or group not in service.groups or service.balancer.get("group_gone"):
            raise Refused(*GROUP_MISSING)
        staged = service.strategy != "ROLLING"
        rows = []
        for task in service.tasks:
            green = staged and task.kind == "new"
            if task.target is None or (group == service.groups[1]) != green:
                continue
            state, reason, words = task.target
            rows.append({"Target": self._target(task), "HealthCheckPort": str(self._port()),
                         "TargetHealth": present(State=state, Reason=reason, Description=words)})
        asked = [v for k, v in sorted(form.items()) if re.fullmatch(r"Targets\.member\.\d+\.Id", k)]
        if asked:
            have = {r["Target"]["Id"]: r for r in rows}
            rows = [have.get(i, {"Target": {"Id": i, "Port": self._port()}, "TargetHealth": NOT_REGISTERED}) for i in asked]
        return {"TargetHealthDescriptions": rows}

    def _target(self, task):
        zone = REGION + "ab"[task.serial % 2]
        if self.service.launch == "FARGATE":
            return {"Id": task.address, "Port": self._port(), "AvailabilityZone": zone}
        # An awsvpc task on an instance is a target by its own address too.
        return {"Id": task.address, "Port": self._port()}

    def DescribeTargetGroups(self, form):
        service = self.service
        asked = [v for k, v in form.items() if k.startswith("TargetGroupArns.member.")]
        groups = service.groups if service.strategy != "ROLLING" else service.groups[:1]
        if not service.balancer or any(a not in groups for a in asked) or service.balancer.get("group_gone"):
            raise Refused(*GROUP_MISSING)
        return {"TargetGroups": [self._view_group(g) for g in groups if not asked or g in asked]}

    def _view_group(self, group):
        balancer = self.service.balancer
        return {"TargetGroupArn": group, "TargetGroupName": group.split("/")[1], "Protocol": "HTTP", "Port": self._port(),
                "VpcId": "vpc-0d1c2b3a495867768", "HealthCheckProtocol": "HTTP", "HealthCheckPort": "traffic-port",
                "HealthCheckEnabled": True, "HealthCheckIntervalSeconds": balancer.get("interval", 5), "HealthCheckTimeoutSeconds": 2,
                "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2, "HealthCheckPath": balancer.get("path", "/healthz"),
                "Matcher": {"HttpCode": "200"}, "LoadBalancerArns": [self.service.balancer_arn], "TargetType": "ip"}

    def DescribeLoadBalancers(self, _):
        if not self.service.balancer:
            raise Refused("LoadBalancerNotFound", "One or more load balancers not found")
        name = self.service.name
        return {"LoadBalancers": [{"LoadBalancerArn": self.service.balancer_arn, "DNSName": f"{name}-4711.{REGION}.elb.amazonaws.com",
                                   "LoadBalancerName": name, "Scheme": "internet-facing", "VpcId": "vpc-0d1c2b3a495867768",
                                   "State": {"Code": "active"}, "Type": "application"}]}


OPERATIONS = frozenset(name for name in vars(Elbv2) if re.match(r"[A-Z]", name))
