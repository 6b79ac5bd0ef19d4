"""What goes wrong between the client and AWS, whatever AWS does."""
import itertools
import time


class Faults:
    """The first rule that fits a call decides. `to` names operations (all without it), `from` and `until` story seconds;
    `calls` (numbers from 1), `every` and `times` choose among the calls that fit so far."""

    def __init__(self, rules, clock):
        self.rules, self.clock = rules, clock
        self._counts = [itertools.count(1) for _ in rules]
        self._keys = {}

    def find(self, operation, now, key):
        for rule, counter in zip(self.rules, self._counts):
            if rule.get("to") and operation not in rule["to"]:
                continue
            if not rule.get("from", -1e9) <= now < rule.get("until", 1e9):
                continue
            if rule["is"] == "expired":
                if self._has_expired(key, rule["after"]):
                    return rule
            elif self._is_chosen(rule, next(counter)):
                return rule
        return None

    @staticmethod
    def _is_chosen(rule, count):
        if "calls" in rule:
            return count in rule["calls"]
        return count <= rule.get("times", 1e9) and count % rule.get("every", 1) == 0

    def _has_expired(self, key, after):
        """Temporary keys are good for a while after they were first seen."""
        seen = self._keys.setdefault(key, time.monotonic())
        return (time.monotonic() - seen) * (self.clock.speed or 1.0) > after


# What a rule says: (HTTP status, code, message) by the wire form of the service asked.
ERRORS = {
    "throttled": {"json": (400, "ThrottlingException", "Rate exceeded"), "query": (400, "Throttling", "Rate exceeded"),
                  "rest": (429, "TooManyRequestsException", "Rate Exceeded.")},
    "error": {"json": (500, "ServerException", "Service Unavailable. Please try again later."),
              "query": (500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."),
              "rest": (500, "ServiceException", "Service exception")},
    "expired": {"json": (400, "ExpiredTokenException", "The security token included in the request is expired"),
                "query": (403, "ExpiredToken", "The security token included in the request is expired"),
                "rest": (403, "ExpiredTokenException", "The security token included in the request is expired")},
}
PAGE = b"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>try later</body>\r\n</html>\r\n"


def refusal(rule, operation, prefix):
    """The words of a rule that refuses by name; `denied` needs none."""
    if rule["is"] == "denied":
        user = "User: arn:aws:sts::123456789012:assumed-role/vendor/ci is not authorized to perform: "
        return 403 if prefix == "lambda" else 400, "AccessDeniedException", f"{user}{prefix}:{operation} on resource: *"
    return rule.get("status", 400), rule["code"], rule.get("says", "")
