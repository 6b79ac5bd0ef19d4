"""What the tests against a TinyStacks API share: the server that plays one, and how the program is told of it."""
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys

from checks import Skipped, expect

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from documents import check_document, one_document  # noqa: E402
from played_api import FAILING  # noqa: E402
from tinystacks_api import World  # noqa: E402

ADA, BOB = "token-of-ada", "token-of-bob"
SOURCES, STACKS = "/infrastructure-code-sources", "/infrastructure-code-stacks"
# Members that nobody knows, a null and a number that must come back as they are.
SOURCE = {"name": "web", "description": "What the shop runs on", "region": "us-east-1", "cloudProvider": "aws",
          "repository": {"cloneUrl": "https://git.example.com/acme/web.git", "defaultBranch": "main", "mirrors": ["eu", "us"]},
          "infrastructureCodeType": {"format": "TERRAFORM", "language": "hcl"}, "labels": {"tier": 1.50, "note": None},
          "parameters": {"size": {"propertyType": "Number", "required": True, "validation": {"min": 1, "max": 9, "step": 2}},
                         "zone": {"propertyType": "String", "defaultValue": "a", "hint": "one letter"}}}


@contextlib.contextmanager
def api(place, certificate=None, token=ADA, wrong=()):
    """A server that the program is told of by its environment; in the end it must have been sent nothing wrong but this."""
    with World(certificate) as world:
        point(place, world.url, token)
        yield world
        unexpected = [line for line in world.wrong if not any(word in line for word in wrong)]
        expect(not unexpected, "no right client sends:", *unexpected)


def point(place, url, token=ADA):
    place.environment.update(TINYSTACKS_CONTROL=url, TINYSTACKS_TOKEN=token)


def said(place, line, status=0, **more):
    """What a command line prints on both streams; a list is for words with blanks. The token is never in it."""
    words = line.split() if isinstance(line, str) else line
    done = place.run(*words, **more)
    text = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    expect(done.returncode == status, words, "exits", done.returncode, "not", status, text[-1500:])
    expect(ADA not in text, words, "prints the token:", text[-1500:])
    return text


def told(place, line, status=0, members=(), **more):
    """The document that a command line prints with --json."""
    words = [*(line.split() if isinstance(line, str) else line), "--json"]
    done = place.run(*words, **more)
    expect(done.returncode == status, words, "exits", done.returncode, "not", status, done.stdout[-1500:], done.stderr[-1500:])
    try:
        document = one_document(done.stdout.decode())
    except ValueError as error:
        raise AssertionError(f"{words}: stdout is not one document: {error}: {done.stdout[:300]}") from error
    problems = list(check_document(document, status, set(members)))
    expect(not problems, words, *problems)
    return document


def make_source(place, **changes):
    """source.json with these members changed."""
    place.write("source.json", json.dumps({**SOURCE, **changes}, indent=2))


def have_source(world, name="web", version="1", **changes):
    """Puts a checked and published source there, without the program."""
    state = world.state
    state.create_source("ada", "ada", {**SOURCE, "name": name, **changes})
    while not state.source("ada", name).check.finished:
        state.show_source("ada", name, None)
    state.publish("ada", name, {"version": version})


def have_stack(world, name="shop", stages=("dev", "prod"), customer=None):
    """Puts a stack there that was deployed once."""
    if ("ada", "web") not in world.state.sources:
        have_source(world)
    world.state.create_stack("ada", "ada", customer, {
        "name": name, "source": {"name": "web", "targetVersion": "1"}, "parameters": {"size": {"propertyType": "Number", "value": 3}},
        "stages": [{"name": stage, "region": "us-east-1"} for stage in stages], "owners": ["web", "ops"]})
    while "finishTime" not in world.state.deployments("ada", name, customer)[0]:
        pass


def sent(world, method, path=None):
    return [each for each in world.requests if each.method == method and path in (None, each.path)]


def measured(place, *arguments):
    """Exit status, what was printed, and the most memory in KiB; 0 where a sanitizer takes more than the program."""
    timer = shutil.which("time")
    if not timer:
        raise Skipped("GNU time is not installed")
    # Not os.wait4(): what it tells of a child begins with this process's own memory, of which the child was a copy.
    done = subprocess.run([timer, "--format", "%M", "--output", place.root / "memory", place.program, *arguments], cwd=place.work,
                          env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    memory = int((place.root / "memory").read_text().split()[-1])
    return done.returncode, done.stdout.decode(errors="replace"), 0 if "asan" in place.program else memory


def certificates(place, *names):
    """A certificate authority that the program is told to trust, and a PEM file with key for each name."""
    folder = place.root / "certificates"
    folder.mkdir()

    def openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Skipped(f"openssl: {done.stderr[-200:]}")

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test-ca")
    files = []
    for number, name in enumerate(names):
        kind = "IP" if name[0].isdigit() else "DNS"
        (folder / "extensions").write_text(f"subjectAltName={kind}:{name}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{number}.key", "-out", f"{number}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{number}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "extensions", "-out", f"{number}.crt")
        pem = folder / f"{number}.pem"
        pem.write_text((folder / f"{number}.crt").read_text() + (folder / f"{number}.key").read_text())
        files.append(pem)
    place.environment["SSL_CERT_FILE"] = str(folder / "ca.pem")
    return files
