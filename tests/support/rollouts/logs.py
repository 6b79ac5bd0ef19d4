"""The calls of CloudWatch Logs that read what the containers have printed."""
import re

from .names import Refused, arn, hexadecimal, present


class Logs:
    def __init__(self, service):
        self.service = service
        self.group = f"/ecs/{service.name}"

    def _check_group(self, ask):
        name = (ask.get("logGroupName") or ask.get("logGroupIdentifier") or "").split(":log-group:")[-1]
        if name.removesuffix(":*") != self.group or self.service.story.get("service", {}).get("no_log_group"):
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")

    def _streams(self):
        wall, streams = self.service.clock.wall, {}
        for task in self.service.tasks:
            lines = task.lines()
            if lines or task.running_at is not None:
                name = f"ecs/{self.service.containers[0]}/{task.id}"
                streams[name] = [(int(wall(moment) * 1000), line) for moment, line in lines]
        return streams

    def DescribeLogStreams(self, ask):
        self._check_group(ask)
        rows = []
        for name, lines in sorted(self._streams().items()):
            if name.startswith(ask.get("logStreamNamePrefix") or ""):
                first, last = (lines[0][0], lines[-1][0]) if lines else (None, None)
                rows.append(present(logStreamName=name, storedBytes=0, firstEventTimestamp=first, lastEventTimestamp=last,
                                    arn=arn("logs", f"log-group:{self.group}:log-stream:{name}")))
        return {"logStreams": rows}

    def GetLogEvents(self, ask):
        self._check_group(ask)
        lines = self._streams().get(ask.get("logStreamName"))
        if lines is None:
            raise Refused("ResourceNotFoundException", "The specified log stream does not exist.")
        rows = [each for each in enumerate(lines) if ask.get("startTime", 0) <= each[1][0] < ask.get("endTime", 1e15)]
        token, limit = re.fullmatch(r"f/(\d+)", ask.get("nextToken") or ""), ask.get("limit", 10000)
        if token:
            rows = [each for each in rows if each[0] >= int(token[1])][:limit]
        else:
            rows = rows[:limit] if ask.get("startFromHead") else rows[-limit:]
        after = rows[-1][0] + 1 if rows else int(token[1]) if token else len(lines)
        return {"events": [{"timestamp": at, "message": line, "ingestionTime": at + 80} for _, (at, line) in rows],
                "nextForwardToken": f"f/{after}", "nextBackwardToken": f"b/{rows[0][0] if rows else 0}"}

    def FilterLogEvents(self, ask):
        self._check_group(ask)
        wanted, pattern = ask.get("logStreamNames"), (ask.get("filterPattern") or "").strip('"')
        rows = []
        for name, lines in self._streams().items():
            if (wanted and name not in wanted) or not name.startswith(ask.get("logStreamNamePrefix") or ""):
                continue
            for index, (at, line) in enumerate(lines):
                if ask.get("startTime", 0) <= at < ask.get("endTime", 1e15) and pattern in line:
                    rows.append({"logStreamName": name, "timestamp": at, "message": line, "ingestionTime": at + 80,
                                 "eventId": str(int(hexadecimal(40, name, index), 16))})
        rows.sort(key=lambda r: r["timestamp"])
        start, size = int(ask.get("nextToken") or 0), int(ask.get("limit") or 10000)
        return present(events=rows[start:start + size], searchedLogStreams=[],
                       nextToken=str(start + size) if start + size < len(rows) else None)


OPERATIONS = frozenset(name for name in vars(Logs) if re.match(r"[A-Z]", name))
