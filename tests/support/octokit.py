"""GitHub's official description (npm's @octokit/openapi), cut to what we call, for prism to hold requests and replies to.

`description()` returns the path of a description whose paths stand below /api/v3, as on an organisation's own server.
The package unpacks to 400 MB, so that only what is cut from it is kept, in a folder below build/.
"""
import json
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

from prism import FOLDER, Unavailable

PACKAGE = "@octokit/openapi@23.0.2"
MEMBER = "package/generated/api.github.com.json"
PATHS = ("/user", "/user/repos", "/repos/{owner}/{repo}", "/repos/{owner}/{repo}/hooks", "/repos/{owner}/{repo}/hooks/{hook_id}")


def references(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref" and isinstance(inner, str):
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def cut(whole):
    """The paths that we call, and the components that they need."""
    paths = {f"/api/v3{path}": whole["paths"][path] for path in PATHS}
    components, waiting, seen = {}, [paths], set()
    while waiting:
        for reference in set(references(waiting.pop())) - seen:
            seen.add(reference)
            _, _, kind, name = reference.split("/")
            components.setdefault(kind, {})[name] = whole["components"][kind][name]
            waiting.append(components[kind][name])
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


def description():
    """Throws Unavailable where the package cannot be had."""
    file = FOLDER / "octokit" / f"{PACKAGE.rsplit('@', 1)[1]}.json"
    if file.exists():
        return file
    if not shutil.which("npm"):
        raise Unavailable("npm is missing")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as directory:
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=directory, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=280, check=False)
        if packed.returncode:
            raise Unavailable(f"npm pack {PACKAGE} failed: {packed.stderr[-300:]}")
        with tarfile.open(next(pathlib.Path(directory).glob("*.tgz"))) as archive:
            whole = json.load(archive.extractfile(MEMBER))
        made = pathlib.Path(directory) / "cut.json"
        made.write_text(json.dumps(cut(whole)))
        made.rename(file)
    return file
