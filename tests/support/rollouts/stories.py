"""Reads stories and refuses what they cannot say: a misspelt key would make a test that tests nothing."""
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures" / "rollouts"
EXITS = {"succeeded": 0, "failed": 10, "rolled_back": 11, "rollback_failed": 12, "superseded": 6, "stopped": 6, "waiting": 8,
         "uncertain": 9}
OWNERS = ("application", "infrastructure", "operator", "undecided")
FATE = {"start": 0, "dies": {"at": 0, "code": "", "words": "", "exit": 0, "reason": "", "container": "", "takes": 0, "others": 0},
        "log": [[]], "target": [[]], "health": [[]], "address": True, "exit_when_told": 0, "takes_to_stop": 0,
        "finishes": [{"container": "", "at": 0, "exit": 0}], "note": ""}
REFUSED = {"code": "", "says": "", "status": 0, "times": 0}
RESULT = {"error": "", "payload": ..., "log": "", "takes": 0, "refused": REFUSED}
UPDATE = {"takes": 0, "fails": {"code": "", "says": ""}, "refused": REFUSED}
SHAPE = {
    "story": "", "ci": True, "release": "", "release_change": ..., "keys_expire_after": 0, "note": "",
    "truth": {"outcome": [""], "exit": [0], "cause": "", "or": [""], "cause_optional": True, "owner": [""], "certain": ...,
              "words": ""},
    "service": {"cluster": "", "name": "", "desired": 0, "launch": "", "containers": [""], "sidecars_optional": True,
                "breaker": {"enable": True, "rollback": True, "threshold": 0}, "percent": [0], "strategy": "", "bake": 0, "settle": 0,
                "steps": [0], "step_seconds": 0, "alarms": [""], "alarms_roll_back": True, "first": True, "state": "", "image": "",
                "secrets": [{"name": "", "valueFrom": ""}], "environment": [{"name": "", "value": ""}],
                "balancer": {"port": 0, "path": "", "grace": 0, "interval": 0, "patience": 0, "group_gone": True},
                "health_check": {"command": [""], "interval": 0, "timeout": 0, "retries": 0, "startPeriod": 0},
                "free": {"cpu": 0, "memory": 0},
                "no_log_group": True, "stopped_tasks_kept_for": 0},
    "new": [FATE], "old": [FATE], "rollback": [FATE], "other": [FATE], "variables": [FATE],
    "hindrances": [{"from": 0, "until": 0, "says": "", "after": 0, "again": 0, "kinds": [""]}],
    "events": [{"at": ..., "says": ""}], "past_events": [{"ago": 0, "says": ""}],
    "acts": [{"at": ..., "do": "", "of": "", "nth": 0, "count": 0, "code": "", "words": "", "exit": 0, "takes": 0, "to": 0}],
    "hooks": [{"stage": "", "takes": 0, "answer": "", "function": "", "pause": True, "expires": 0, "words": ""}],
    "lag": {"list": 0, "revision": 0, "current": 0, "service": 0},
    "faults": [{"is": "", "to": [""], "from": 0, "until": 0, "calls": [0], "every": 0, "times": 0, "seconds": 0, "after": 0,
                "code": "", "says": "", "status": 0}],
    "lambda": {"name": "", "timeout": 0, "architecture": "", "vpc": True, "busy_for": 0, "missing": True, "idle": True,
               "update": UPDATE, "rollback": UPDATE, "version": UPDATE, "variables": UPDATE, "environment": ...,
               "calls": [RESULT], "old_calls": [RESULT], "variables_calls": [RESULT]},
}


def complaints(value, shape, place="story"):
    """What is wrong with a value, by a shape: an example of each member."""
    if shape is ... or value is None:
        return []
    if isinstance(shape, dict) and isinstance(value, dict):
        unknown = [f"{place} has no '{key}'" for key in value if key not in shape]
        return unknown + [c for k, v in value.items() if k in shape for c in complaints(v, shape[k], f"{place}.{k}")]
    if isinstance(shape, list) and isinstance(value, list):
        return [c for i, v in enumerate(value) for c in (complaints(v, shape[0], f"{place}[{i}]") if shape[0] != [] else [])]
    numbers = isinstance(shape, int) and not isinstance(shape, bool)
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) if numbers else isinstance(value, type(shape))
    return [] if fits else [f"{place} is {value!r}, not like {shape!r}"]


def check_truth(story):
    truth = story.get("truth") or {}
    missing = [f"truth lacks '{key}'" for key in ("outcome", "exit", "cause", "owner", "certain") if key not in truth]
    if missing:
        return missing
    wrong = [f"no outcome '{o}'" for o in truth["outcome"] if o not in EXITS]
    wrong += [f"no owner '{o}'" for o in truth["owner"] if o not in OWNERS]
    wrong += [f"exit {e} fits no outcome" for e in truth["exit"] if e not in [EXITS.get(o) for o in truth["outcome"]]]
    if truth["cause"] and not truth["owner"]:
        wrong.append("a cause needs an owner")
    return wrong


def load(path):
    """The story of a file; its name is the story's when it has none of its own."""
    story = json.loads(pathlib.Path(path).read_text())
    wrong = complaints(story, SHAPE) + check_truth(story)
    if ("service" in story) == ("lambda" in story):
        wrong.append("a story has either 'service' or 'lambda'")
    if wrong:
        raise ValueError(f"{path}: " + "; ".join(wrong))
    return story


def every():
    """Name and story of each file, by name."""
    return {path.stem: load(path) for path in sorted(FOLDER.glob("*.json"))}
