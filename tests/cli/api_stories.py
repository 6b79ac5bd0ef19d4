#!/usr/bin/env python3
"""What goes on for a while at a server: source checks and deployments that begin, are watched and followed, and end.

usage: api_stories.py PROGRAM [NAME...]
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

from api_world import (ADA, BOB, FAILING, SOURCES, SOURCE, STACKS, api, have_source, have_stack, make_source, measured, said,
                       sent, told)
from checks import TIME_LIMIT, expect, run_checks
from played_api import BROKEN, Course
from terminal_session import Terminal

LINES = [f"line {number}" for number in range(5)]


def lines_of(text):
    return re.findall(r"line \d+", text)


def verdict_of(document):
    return document["verdict"]["outcome"] if document["verdict"] else None


def check_from_source_to_logs(place):
    """The whole way, as a person types it."""
    with api(place) as world:
        make_source(place, description=FAILING)
        text = said(place, "source create --file source.json --wait", 10)
        expect(world.url in text and "no main module" in text and "source logs web" in text, "says", text)
        expect("exit status 1" in said(place, "source show web"), "does not show why the check failed")
        expect("no main module" in said(place, "source logs web"), "does not show the log")
        said(place, "source publish web --version 1", 6)
        make_source(place)
        world.state.next_checks.append(Course(appears_after=1, lines=LINES))
        text = said(place, "source update web --file source.json --wait")
        expect(lines_of(text) == LINES, "of the log is shown", lines_of(text))
        expect("no main module" not in text, "shows the log of the check before:", text)
        said(place, "source publish web --version 1")
        said(place, "source publish web --version 1", 6)
        text = said(place, "stack create shop --source web --version 1 --stage dev:us-east-1 --stage prod:us-west-2:210987654321 "
                    "--parameter size=3 --wait")
        expect("dev: done" in text, "does not show the deployment's log:", text)
        made = json.loads(sent(world, "POST", STACKS)[0].body)
        expect(made["parameters"]["size"]["value"] == 3 and made["source"]["name"] == "web", "sends", made)
        expect([(each["name"], each["region"], each.get("accountId")) for each in made["stages"]] ==
               [("dev", "us-east-1", None), ("prod", "us-west-2", "210987654321")], "sends", made)
        world.state.next_deployments.append(Course(appears_after=2, lines=LINES))
        text = said(place, "deploy --stack shop --stage prod")
        expect(lines_of(text) == LINES, "of the log is shown", lines_of(text))
        expect(lines_of(said(place, "logs deployment --stack shop --stage prod")) == LINES, "the log is not whole")
        for line, words in (("source list", ["web"]), ("source versions web", ["1"]), ("source stacks web", ["shop", "ada"]),
                            ("source parameters web", ["size", "zone"]), ("stack list", ["shop"]), ("stack show shop", ["prod", "us-west-2"]),
                            ("stack parameters shop", ["size", "3"]), ("stack outputs shop", ["Url", "https://shop.example.com"]),
                            ("stack resources shop", ["AWS::ECS::Service", "shop-service"]), ("stack events shop", ["ada"]),
                            ("stack deployments shop", ["deploy-0003", "deploy-0004", "SUCCEEDED"])):
            text = said(place, line)
            expect(all(word in text for word in words), line, "does not tell", words, text)
        said(place, "stack delete shop", 2)
        said(place, "stack delete shop --confirm shopp", 2)
        expect(not sent(world, "DELETE"), "is deleted unconfirmed")
        said(place, "stack delete shop --confirm shop")
        said(place, "source delete web --confirm web")
        expect(not world.state.sources and not world.state.stacks, "is not deleted")


def check_show_edit_update(place):
    """What a server has of which we know nothing goes round unchanged."""
    with api(place) as world:
        have_source(world)
        shown = told(place, "source show web", members=["source"])["source"]
        expect(shown == world.state.sources["ada", "web"].record, "shows", shown)
        shown["description"] = "Edited"
        place.write("edited.json", json.dumps(shown))
        back = told(place, "source update web --file edited.json", members=["source"])["source"]
        expect(json.loads(sent(world, "PUT", f"{SOURCES}/web")[0].body) == shown, "sends", sent(world, "PUT")[0].body)
        expect(back["labels"] == SOURCE["labels"] and back["parameters"] == SOURCE["parameters"], "returns", back)
        have_stack(world)
        shown = told(place, "stack show shop", members=["stack"])["stack"]
        expect(shown == world.state.stack("ada", "shop").record, "shows", shown)
        text = json.dumps(shown)
        told(place, "stack update shop --file -", members=["stack"], stdin=None, input=text.encode())
        expect(json.loads(sent(world, "PUT", f"{STACKS}/shop")[0].body) == json.loads(text), "sends", sent(world, "PUT")[1].body)


def check_ends(place):
    """The word is looked up; one that nobody knows is neither success nor failure."""
    with api(place) as world:
        for word, status, outcome in (("SUCCEEDED", 0, "succeeded"), ("FAILED", 10, "failed"), ("ROLLBACK_COMPLETE", 11, "rolled_back"),
                                      ("ASSUMED_FINE", 9, "uncertain"), ("", 9, "uncertain")):
            name = f"web-{len(world.state.sources)}"
            world.state.next_checks.append(Course(polls=1, word=word, lines=["hello"]))
            make_source(place, name=name)
            document = told(place, "source create --file source.json --wait", status, ["source"])
            expect(verdict_of(document) == outcome, word, "is", document["verdict"])
            expect(word in json.dumps(document["verdict"]), word, "is not shown:", document["verdict"])
        have_stack(world)
        for word, status in (("SUCCEEDED", 0), ("TIMED_OUT", 10), ("STOPPED", 6), ("ASSUMED_FINE", 9)):
            world.state.next_deployments.append(Course(polls=1, word=word))
            text = said(place, "deploy --stack shop --stage dev", status)
            expect(word in text, "does not show", word, text)
        # The word says that it is over, and nothing else does.
        world.state.next_deployments.append(Course(polls=3, running="SUCCEEDED", word="FAILED"))
        said(place, "deploy --stack shop --stage dev", 10)
        said(place, f"deploy --stack shop --stage {BROKEN}", 5)


def check_null_is_no_end(place):
    """A server that writes `"finishTime": null` while it goes on."""
    with api(place) as world:
        have_stack(world)
        whole = world.listDeployments

        def with_null(*arguments, **named):
            status, answer = whole(*arguments, **named)
            return status, [{"finishTime": None, **each} for each in answer]
        world.listDeployments = with_null
        said(place, "deploy --stack shop --stage dev")
        world.wrong.clear()  # its null is not in the contract
        expect("done" in said(place, "logs deployment --stack shop --stage dev"), "did not wait for the end")


def check_without_waiting(place):
    with api(place) as world:
        world.state.next_checks.append(Course(polls=1000))
        make_source(place, name="other")
        document = told(place, "source create --file source.json", members=["source"])
        expect(document["source"]["buildDetails"]["gitIngestion"]["status"] == "IN_PROGRESS", document)
        expect([each.method for each in world.requests] == ["POST"], "asks for more:", [each.path for each in world.requests])
        have_stack(world)
        world.state.next_deployments.append(Course(polls=1000))
        began = time.monotonic()
        document = told(place, "deploy --stack shop --stage dev --no-wait")
        expect(time.monotonic() - began < 10, "waits")
        expect("deploy-" in json.dumps(document), "does not tell which deployment", document)


def check_two_new_deployments(place):
    """The contract gives ours no id; when another begins at the same time, that is said."""
    with api(place) as world:
        have_stack(world)
        world.state.next_deployments.append(Course(appears_after=1, beside=1, lines=LINES))
        text = said(place, "deploy --stack shop --stage dev")
        expect("deploy-0003" in text and "deploy-0004" in text, "does not name both:", text)
        expect(lines_of(text) == LINES, "shows of the log", lines_of(text))


def check_ctrl_c(place):
    """What goes on at the server goes on; how to see it is said."""
    with api(place) as world:
        world.state.next_checks += [Course(polls=1000, lines=["at work"]) for _ in range(2)]
        make_source(place)
        terminal = Terminal(place, "source", "create", "--file", "source.json", "--wait")
        terminal.read_until(b"at work")
        began = time.monotonic()
        terminal.press_ctrl_c()
        expect(terminal.end() == 130, "exits otherwise than 130:", terminal.seen[-800:])
        expect(time.monotonic() - began < 5, "took", time.monotonic() - began, "s")
        expect(b"goes on" in terminal.seen and b"source show web" in terminal.seen, "says", terminal.seen[-800:])
        expect(len(sent(world, "POST")) == 1 and not sent(world, "DELETE"), "changes something")
        command = [place.program, "source", "update", "web", "--file", "source.json", "--wait", "--json"]
        with subprocess.Popen(command, cwd=place.work, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            wait_until(lambda: sent(world, "PUT"))
            child.send_signal(signal.SIGTERM)
            out, err = child.communicate(timeout=TIME_LIMIT)
        expect(child.returncode == 143 and json.loads(out)["exit_code"] == 143, child.returncode, out, err)


def wait_until(condition):
    deadline = time.monotonic() + TIME_LIMIT
    while not condition():
        expect(time.monotonic() < deadline, "does not come as far")
        time.sleep(0.02)


def check_followed_log(place):
    """Every line once and in order, though it is only to be had whole and again and again."""
    with api(place) as world:
        have_stack(world)
        for flags in ([], ["--events"]):
            world.state.next_deployments.append(Course(polls=4, lines=LINES))
            said(place, "deploy --stack shop --stage dev --no-wait")
            text = said(place, ["logs", "deployment", "--stack", "shop", "--stage", "dev", "--follow", *flags])
            expect(lines_of(text) == LINES, flags, "prints", lines_of(text))
        found = told(place, "stack deployments shop", members=["deployments"])["deployments"]
        expect(len(found) == 3, "lists", found)
        oldest = found[-1]["deploymentId"]
        text = said(place, ["logs", "deployment", "--stack", "shop", "--deployment", oldest])
        expect("dev: done" in text and "line" not in text, "shows another log:", text)
        said(place, "logs deployment --stack shop --deployment deploy-9999", 5)


def check_log_that_changes(place):
    """Its beginning is lost while it is followed: that is told, and no line is shown again."""
    with api(place) as world:
        have_stack(world)
        course = Course(polls=1000, lines=list(LINES))
        world.state.next_deployments.append(course)
        said(place, "deploy --stack shop --stage dev --no-wait")
        command = [place.program, "logs", "deployment", "--stack", "shop", "--stage", "dev", "--follow", "--events"]
        with subprocess.Popen(command, cwd=place.work, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as child:
            seen = []

            def cut_the_beginning():
                for text in child.stdout:
                    seen.append(json.loads(text))
                    if "line 2" in text:
                        with world.lock:
                            course.lines[:2], course.polls = [], 0
            reader = threading.Thread(target=cut_the_beginning)
            reader.start()
            reader.join(TIME_LIMIT)
            expect(not reader.is_alive(), "never ends")
        expect([each["type"] for each in seen].count("gap") == 1, "tells of gaps:", seen)
        expect(lines_of(json.dumps([each for each in seen if each["type"] == "lines"])) == LINES, "prints", seen)


def check_groups_and_customers(place):
    with api(place) as world:
        make_source(place)
        said(place, "source create --file source.json --group TinyStacks")
        expect(("group:TinyStacks", "web") in world.state.sources, "creates", list(world.state.sources))
        said(place, "source show web", 5)
        place.environment["TINYSTACKS_GROUP"] = "TinyStacks"
        expect(told(place, "source show web")["source"]["owner"] == "group:TinyStacks", "does not heed TINYSTACKS_GROUP")
        expect(told(place, "source list --group Acme")["sources"] == [], "the flag does not win")
        place.environment["TINYSTACKS_TOKEN"] = BOB
        error = told(place, "source list", 4)["error"]
        expect(error["kind"] == "not_allowed" and "TinyStacks" in error["message"], error)
        del place.environment["TINYSTACKS_GROUP"]
        place.environment["TINYSTACKS_TOKEN"] = ADA
        have_source(world)
        have_stack(world, customer="c-7")
        expect(told(place, "stack list")["stacks"] == [], "lists a customer's")
        expect(len(told(place, "stack list --customer c-7")["stacks"]) == 1, "does not list the customer's")
        said(place, "stack show shop --customer c-7")
        said(place, "stack show shop --customer c-8", 5)
        said(place, "deploy --stack shop --stage dev --customer c-7")
        asked = [each for each in world.requests if each.path.endswith("/deploy")]
        expect([each.query for each in asked] == [{"customerId": "c-7"}], "asks", asked)


def check_values_before_sending(place):
    """Every problem at once, and nothing is sent."""
    with api(place) as world:
        have_source(world)
        error = said(place, "stack create shop --source web --stage dev:us-east-1 --parameter size=big --parameter zoen=b", 3)
        expect(all(word in error for word in ("size", "big", "zoen", "zone")), "tells", error)
        error = said(place, "stack create shop --source web --stage dev:us-east-1", 3)
        expect("size" in error, "tells", error)
        said(place, "stack create shop --source web --stage dev --parameter size=3", 2)
        said(place, "stack create shop --source wbe --stage dev:us-east-1 --parameter size=3", 5)
        place.write("source.json", '{\n  "name": 7,\n  "repository": {"cloneUrl": true},\n  "parameters": {"a": {"required": "yes"}}\n}\n')
        document = told(place, "source create --file source.json", 3)
        lines = {each["line"] for each in document["problems"]}
        expect({2, 3, 4} <= lines, "tells", document["problems"])
        for pointer in ("/name", "/repository/cloneUrl", "/parameters/a/required"):
            expect(pointer in json.dumps(document["problems"]), pointer, "is not named:", document["problems"])
        expect(not sent(world, "POST"), "is sent:", sent(world, "POST"))


def check_ten_thousand_stacks(place):
    """They are listed in less than 64 MiB, with all that they hold."""
    with api(place) as world:
        world.add_many(stacks=10_000)
        for flags in ([], ["--json"]):
            status, text, memory = measured(place, "stack", "list", *flags)
            expect(status == 0 and "stack-00000" in text and "stack-09999" in text, flags, "exits", status, text[:300])
            expect(memory < 64 * 1024, flags, "takes", memory, "KiB")
        expect(len(json.loads(text)["stacks"]) == 10_000, "stacks are missing")


def check_says_what_it_changes(place):
    """The first line of what changes something names the control plane; reading says nothing on stderr."""
    with api(place) as world:
        make_source(place)
        for line in ("source create --file source.json", "source update web --file source.json"):
            done = place.run(*line.split())
            expect(done.returncode == 0 and world.url in done.stderr.decode().splitlines()[0], line, done.stderr)
        done = place.run("source", "show", "web")
        expect(done.returncode == 0 and done.stderr == b"", done.stderr)
        place.environment.update(TINYSTACKS_CONTROL="embedded")
        document = told(place, "source list", 1)
        expect(document["error"]["kind"] == "unavailable" and document["error"]["hint"], document)
        said(place, ["source", "list", "--control", world.url])


def check_names_complete(place):
    """The shell offers what the server has: asked once in a while, briefly, and never with an error."""
    place.program_on_path("tinystacks", f'exec {place.program} "$@"')

    def offered(*words):
        code = ('source <(tinystacks completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tinystacks; '
                'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", code, "bash", "tinystacks", *words], cwd=place.work, env=place.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
        expect(done.stderr == "", words, "says", done.stderr)
        return set(done.stdout.split())

    with api(place) as world:
        canary = place.work / "canary"
        for name in ("web", "worker", f"$(touch {canary})", f"`touch {canary}`", "two words", "\x1b[2J", "a;b"):
            have_source(world, name)
        have_stack(world)
        expect({"web", "worker"} == offered("source", "show", "w"), "offers", offered("source", "show", "w"))
        expect("shop" in offered("deploy", "--stack", ""), "offers", offered("deploy", "--stack", ""))
        expect({"web", "worker"} <= offered("stack", "create", "x", "--source", ""), "offers no source")
        expect(not canary.exists(), "a name was carried out")
        asked = len(world.requests)
        expect(asked == 2, "asks", asked, "times for two lists")
    with api(place) as world:
        world.fail(delay=TIME_LIMIT, times=9)
        began = time.monotonic()
        expect(said(place, "completion stacks") == "" and time.monotonic() - began < 5, "waits for", time.monotonic() - began, "s")
    expect(said(place, "completion stacks") == "", "says that nobody listens")
    del place.environment["TINYSTACKS_CONTROL"]
    expect(said(place, "completion sources") == "", "says that there is no server")


def check_readme(place):
    """The commands that the README shows, against this server instead of the public one."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
    (block,) = re.findall(r"^```shell\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    with api(place) as world:
        del place.environment["TINYSTACKS_TOKEN"], place.environment["TINYSTACKS_CONTROL"]
        repository = place.work / "awscdk-samples-eks-rds"
        for words in (["init", "-q", "-b", "main", repository],
                      ["-C", repository, "remote", "add", "origin", "https://github.com/tinystacks/awscdk-samples-eks-rds.git"],
                      ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "A"]):
            subprocess.run(["git", *words], check=True)
        (repository / "cdk.json").write_text("{}")
        (repository / "tsconfig.json").write_text("{}")
        world.state.next_checks.append(Course(polls=1, lines=LINES))
        script = block.replace("https://api.tinystacks.com --default", f"{world.url} --default --with-token <<<'{ADA}'")
        script = script.replace("tinystacks ", f"{place.program} ").replace("--parameter TEST_KEY=x ", "")
        done = subprocess.run(["bash", "-euc", script], cwd=place.work, env=place.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
        expect(done.returncode == 0, "exits", done.returncode, done.stdout, done.stderr)
        made = json.loads(sent(world, "POST", SOURCES)[0].body)
        expect(made["repository"] == {"cloneUrl": "https://github.com/tinystacks/awscdk-samples-eks-rds.git", "defaultBranch": "main",
                                      "name": "awscdk-samples-eks-rds", "owner": "tinystacks", "provider": "github"}, "sends", made)
        expect(made["infrastructureCodeType"] == {"format": "AWS_CDK", "language": "typescript"}, "sends", made)


sys.exit(run_checks(globals(), sys.argv))
