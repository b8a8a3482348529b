"""Ask real Podman what a build takes: reads cases (JSON lines) on stdin, writes them with a ``podman`` key to stdout.

    scripts/recorder/setup podman
    python3 -m scripts.recorder.record_podman [podman] [buildah] [remote] <cases.jsonl >recorded.jsonl

The arguments are the tools to ask, ``remote`` being a Podman service and its client, as on macOS and Windows; without
any, ``podman``. A later one's answer is kept only where it differs from the first's, wording aside. Needs no daemon.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Sequence
from typing import Any

from scripts.recorder.fake_daemon import FakeDaemon
from scripts.recorder.oracle import ROOT, Case, Listing, make_tree, read_tree, set_modes

# In memory, since a build syncs a lot; our own, and gone at the end.
HOME = f"/dev/shm/podman-{os.getpid()}"
IMAGE_ID = HOME + "/image-id"
STORAGE = ["--root", HOME + "/store", "--runroot", HOME + "/run", "--storage-driver", "vfs"]
LOCAL = ["podman", *STORAGE, "--tmpdir", HOME + "/tmp"]
SERVICE = f"unix://{HOME}/service.sock"
TOOLS = {
    "podman": LOCAL,
    "buildah": ["buildah", *STORAGE],
    "remote": ["podman", "--url", SERVICE],
}
BUILDS_PER_STORE = 100
"""So many images fit into memory; then the store is emptied."""

BINARY = "/bin/busybox"
"""For cases that run something: a file whose content is ``{"binary": true}``."""

_NOISE = re.compile(r" for copier\.request\{.*\}(?=: )|(?<=^Post )\S+ ")
_RANDOM = re.compile(
    r"(?<=podman-build-stdin-)\d+|(?<=libpod_builder)\d+|(?<=buildah)\d+|\b[0-9a-f]{64}\b"
)
# A mount namespace of its own, where / is a mount point (else no RUN step works) and the case is at /TREE.
_ENTER = """mkdir -p "$0/TREE" && mount --rbind "$0" "$0" && mount --bind "$0$1" "$0/TREE" && cd "$0" && shift &&
    exec chroot "$0" env HOME=/root TMPDIR=/tmp PODMAN_IGNORE_CGROUPSV1_WARNING=1 "$@\""""


def _limits() -> list[str]:
    # RUN asks for higher ones than this process has, which a container may not give.
    asked = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    options = []
    for name, number in asked.items():
        soft, hard = resource.getrlimit(number)
        options.append(f"--ulimit={name}={soft}:{hard}")
    return options


def in_root(command: Sequence[str], cwd: str = "/") -> list[str]:
    """Return the command that runs ``command`` in the oracle's folder ``cwd``."""
    inside = ["sh", "-c", 'cd "$0" && exec "$@"', cwd, *command]
    return ["unshare", "--mount", "sh", "-c", _ENTER, ROOT, HOME + "/tree", *inside]


def prepare(case: Case) -> None:
    """Lay the case's tree out."""
    folder = f"{ROOT}{HOME}/tree"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    tree = dict(case["tree"])
    binaries = [path for path, content in tree.items() if content == {"binary": True}]
    for path in binaries:
        del tree[path]
        os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
        shutil.copy(ROOT + BINARY, f"{folder}/{path}")
    make_tree(tree, folder)
    set_modes(case.get("modes", {}), folder)


def build_arguments(case: Case) -> list[str]:
    """Return what follows ``build``."""
    flags = {"-f": "dockerfile", "--target": "target", "--ignorefile": "ignorefile"}
    words = []
    for flag, key in flags.items():
        if key in case:
            words += [flag, case[key]]
    words += [f"--build-arg={arg}" for arg in case.get("args", [])]
    words += [f"--build-context={name}={path}" for name, path in case.get("contexts", {}).items()]
    words += case.get("options", [])
    path = case.get("path", ".")
    if path is not None:
        words.append(path)
    return words


def image_files(identity: str) -> Listing:
    """Return what is in an image: with vfs storage a layer's folder is the whole filesystem up to that layer."""
    index = pathlib.Path(f"{ROOT}{HOME}/store/vfs-images/images.json")
    images = json.loads(index.read_text(encoding="utf-8"))
    layer = next(image.get("layer") for image in images if image["id"] == identity)
    if not layer:
        return {}
    return read_tree(f"{ROOT}{HOME}/store/vfs/dir/{layer}")


def ask(tool: Sequence[str], case: Case) -> dict[str, Any]:
    """Build with one tool; return the files in the image, or the error."""
    image_id = pathlib.Path(ROOT + IMAGE_ID)
    image_id.unlink(missing_ok=True)
    options = ["--isolation", "chroot", "--no-cache", *_limits(), "--iidfile", IMAGE_ID]
    command = [*tool, "build", *options, *build_arguments(case)]
    run = subprocess.run(
        in_root(command, f"/TREE/{case.get('context', '')}"),
        input=case.get("stdin", ""),
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
    if run.returncode:
        _, _, error = (run.stdout + run.stderr).rpartition("Error: ")
        return {"files": {}, "error": _NOISE.sub("", error.strip())}
    identity = image_id.read_text(encoding="utf-8").removeprefix("sha256:").strip()
    return {"files": image_files(identity), "error": None}


def outcome(answer: dict[str, Any]) -> tuple[Listing, bool]:
    """Return what two tools have to agree on: the wording of an error varies."""
    return answer["files"], answer["error"] is None


def ask_upload(case: Case, daemon: FakeDaemon) -> dict[str, Any] | None:
    """Return what the remote client sends, or None if it refuses: a tar, compressed on the way; it prints no figure."""
    daemon.uploads.clear()
    command = ["podman", "--url", f"unix://{HOME}/fake.sock", "build", *build_arguments(case)]
    stdin = case.get("stdin", "").encode()
    folder = f"/TREE/{case.get('context', '')}"
    subprocess.run(in_root(command, folder), capture_output=True, input=stdin, check=False)
    try:
        tar = gzip.decompress(daemon.uploads[-1])
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            entries = dict(map(_member, archive))
    except (IndexError, OSError, EOFError, tarfile.ReadError):  # refused, or broken off
        return None
    return {"entries": entries, "tar_bytes": len(tar)}


def _member(member: tarfile.TarInfo) -> tuple[str, int | str]:
    if member.isdir():
        return member.name + "/", member.size
    if member.issym():
        return member.name, f"-> {member.linkname}"
    return member.name, member.size


@contextlib.contextmanager
def own_folder() -> Iterator[None]:
    """Make the folder that everything happens in, and remove it afterwards."""
    os.makedirs(f"{ROOT}{HOME}/tree")
    try:
        yield
    finally:
        shutil.rmtree(ROOT + HOME)


@contextlib.contextmanager
def service() -> Iterator[None]:
    """Run a Podman service, which the remote client talks to."""
    command = in_root([*LOCAL, "system", "service", "--time=0", SERVICE])
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        while not os.path.exists(f"{ROOT}{HOME}/service.sock"):
            time.sleep(0.1)
        try:
            yield
        finally:
            process.terminate()


def answer_of(case: Case, tools: Sequence[str]) -> dict[str, Any]:
    """Return the first tool's answer, with those of the others where they differ."""
    first, *others = tools
    answer = ask(TOOLS[first], case)
    differing = {}
    for tool in others:
        other = ask(TOOLS[tool], case)
        if outcome(other) != outcome(answer):
            differing[tool] = other
    return {**answer, **differing}


def main() -> None:
    """Answer every case on stdin."""
    tools = sys.argv[1:] or ["podman"]
    with contextlib.ExitStack() as stack:
        stack.enter_context(own_folder())
        daemon = None
        if "remote" in tools:
            stack.enter_context(service())
            daemon = FakeDaemon(f"{ROOT}{HOME}/fake.sock")
        for number, line in enumerate(sys.stdin):
            # The service holds its store open, so it can be emptied only without one.
            if daemon is None and number % BUILDS_PER_STORE == 0:
                shutil.rmtree(f"{ROOT}{HOME}/store", ignore_errors=True)
            case: Case = json.loads(line)
            prepare(case)
            answer = answer_of(case, tools)
            if daemon is not None:
                answer["upload"] = ask_upload(case, daemon)
            print(_RANDOM.sub("*", json.dumps({**case, "podman": answer})), flush=True)


if __name__ == "__main__":
    main()
