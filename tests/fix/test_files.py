"""``fix`` on odd ignore files: it touches the lines it says, and no byte besides."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.atomic_write import TEMPORARY
from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.cli.fix import fix
from ctxopt.config.load import Config
from ctxopt.fix.options import FixOptions
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.report.diff import Hunk, hunks, unified_diff
from tests.support.examples import examples
from tests.support.judging import BROAD
from tests.support.program import ctxopt, environment
from tests.support.repositories import git_apply
from tests.support.trees import lay
from tests.test_atomic_write import Tripwire, kill_self, killed, restored

__all__ = ["restored"]

pytestmark = pytest.mark.usefixtures("clean")

TREE: dict[str, int | str] = {
    "Dockerfile": BROAD,
    "web/node_modules/x/a.js": 2_000_000,
    "logs/a.log": 500_000,
    ".env": "KEY=1",
    ".gitignore": "logs\n",
    "src/a.py": 1000,
}
HARMLESS = [
    b"", b"   ", b"\t", b"# caf\xe9 \xff", b"# \r inside", b"#", b"a  ", b"  b", b"c\r", b"nothing/*", b"!kept", b"./d/",
    b"/e", b"f\xe9", "\u2028g".encode(), b"h\x0c", b"\x85", b"# ctxopt: keep docs", b"!src/a.py",
]  # fmt: skip
REPAIRED = [b"node_modules", b"node_modules/", b"logs/** ", b".env # secret", b" # note", b"web//x"]
ENDINGS = [b"\n", b"\r\n"]

odd_files = st.builds(
    lambda bom, lines, last: bom + b"".join(map(b"".join, lines)) + last,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf"]),
    st.lists(
        st.tuples(st.sampled_from(HARMLESS * 2 + REPAIRED), st.sampled_from(ENDINGS)), max_size=12
    ),
    st.sampled_from([b"", b"last", b"# last \xff", b"last\r", b" "]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return lay(tmp_path_factory.mktemp("p") / "c", TREE)


def planned(root: str, old: bytes) -> Fix:
    with open(f"{root}/.dockerignore", "wb") as file:
        file.write(old)
    return plan_fix(
        analyze(find_context(root), BuildRequest()), Config(), FixOptions(prune_unused=True)
    )


def lines_of(content: bytes) -> list[bytes]:
    parts = content.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + [part for part in parts[-1:] if part]


def bare(line: bytes) -> str:
    return os.fsdecode(line.removesuffix(b"\n").removesuffix(b"\r"))


def check_said(old: bytes, new: bytes, changes: list[Hunk], said: Collection[str]) -> None:
    """Only lines that are named go, and what no change names is the same to the byte."""
    before, after = lines_of(old), lines_of(new)
    built = list(map(bare, before))
    for change in reversed(changes):
        start = change.line - 1
        assert tuple(built[start : start + len(change.old)]) == change.old
        built[start : start + len(change.old)] = change.new
    assert built == list(map(bare, after))
    at, made = 0, 0
    for change in [*changes, Hunk(len(before) + 1, (), ())]:
        kept = change.line - 1 - at
        assert before[at : at + kept] == after[made : made + kept]
        at, made = at + kept + len(change.old), made + kept + len(change.new)
    for change in changes:
        gone = Counter(change.old) - Counter(change.new)
        assert set(gone) <= set(said)
        if set(change.old) - set(gone):
            # Named only because it was the last one, and had no line break.
            assert change.line + len(change.old) == len(before) + 1
            assert not old.endswith(b"\n")


def check_patch(folder: str, old: bytes, new: bytes) -> None:
    path = os.path.join(folder, "patched")
    with open(path, "wb") as file:
        file.write(old)
    git_apply(Path(folder), unified_diff(old, new, "patched"))
    with open(path, "rb") as file:
        assert file.read() == new


@settings(max_examples=examples(50), derandomize=True)
@given(old=odd_files)
def test_odd_files_change_where_it_says(folder: str, old: bytes):
    proposed = planned(folder, old)
    assert proposed.old_content == old
    if proposed.new_content is None:
        assert not proposed.lines
        return
    said = {text for line in proposed.lines for text in line.replaces}
    check_said(old, proposed.new_content, hunks(old, proposed.new_content), said)
    check_patch(os.path.dirname(folder), old, proposed.new_content)
    mark = b"\xef\xbb\xbf"
    assert mark not in proposed.new_content[1:]
    assert old.startswith(mark) or not proposed.new_content.startswith(mark)
    assert planned(folder, proposed.new_content).new_content is None


def large_file(lines: int) -> bytes:
    """Many lines of every kind with both endings, a mark at the start and no last line break."""
    chance = random.Random(7)
    kinds = [
        b"", b"   ", b"# caf\xe9 \xff", b"dir%d/file  ", b"dir%d", b"\t**/x%d.tmp", b"!kept%d", b"# \r %d",
        b"./b%d/", b"/c%d", b"d%d/*",
    ]  # fmt: skip
    content = b"\xef\xbb\xbf# first\r\n"
    for number in range(lines - 2):
        kind = b"node_modules" if number == lines // 2 else chance.choice(kinds)
        content += kind.replace(b"%d", b"%d" % number) + chance.choice(ENDINGS)
    return content + b"last "


@pytest.mark.slow
def test_a_large_file(tmp_path: Path):
    root = lay(tmp_path / "c", TREE)
    path = Path(root, ".dockerignore")
    old = large_file(5000)
    path.write_bytes(old)
    document = json.loads(ctxopt("fix", "-q", "--format", "json", cwd=root).stdout)
    new = path.read_bytes()
    changes = [Hunk(e["line"], tuple(e["old"]), tuple(e["new"])) for e in document["edits"]]
    said = {text for line in document["lines"] for text in line["replaces"]}
    assert len(changes) <= 3
    check_said(old, new, changes, said)
    path.write_bytes(old)
    git_apply(Path(root), document["diff"])
    assert path.read_bytes() == new
    assert ctxopt("fix", "--check", cwd=root).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("old", [None, b"# mine\n"])
@pytest.mark.usefixtures("restored")
def test_the_whole_command_killed_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes | None
):
    """The moments are the calls that write; before those nothing has changed."""
    root = lay(tmp_path / "c", TREE)
    monkeypatch.chdir(root)
    path = Path(root, ".dockerignore")
    present = set(os.listdir(root))
    contents = set()
    for at in range(100):
        path.unlink(missing_ok=True)
        if old is not None:
            path.write_bytes(old)

        def act(at: int = at) -> None:
            Tripwire(kill_self, at).install()
            with suppress(typer.Exit):
                fix(output="/dev/null", quiet=True)

        is_killed = killed(act)
        left = set(os.listdir(root)) - present
        assert left <= ({".dockerignore"} if old is None else {".dockerignore", TEMPORARY})
        contents.add(path.read_bytes() if path.exists() else None)
        Path(TEMPORARY).unlink(missing_ok=True)
        if not is_killed:
            break
    assert at > 10
    assert old in contents
    assert len(contents) == 2


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_command_ended_by_a_signal(tmp_path: Path, ending: int):
    chance = random.Random(ending)
    root = lay(tmp_path / "c", TREE)
    path = Path(root, ".dockerignore")
    present = set(os.listdir(root))
    # Coverage writes its data when the process ends, and would be what the signal meets.
    plain = environment()
    plain.pop("COVERAGE_PROCESS_CONFIG", None)
    for _ in range(8):
        path.unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", STARTED],
            cwd=root, env=plain, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout
        assert process.stdout.read(1) == b"."
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(ending)
        _, errors = process.communicate(timeout=30)
        assert process.returncode in (0, -ending, 130 if ending == signal.SIGINT else 0)
        assert b"Traceback" not in errors
        assert set(os.listdir(root)) <= present | {".dockerignore"}
        assert not path.exists() or path.read_bytes().endswith(b"**/node_modules\n**/logs\n")


STARTED = """
import os, sys
from ctxopt.__main__ import main
sys.argv[1:] = ["fix", "-q"]
try:
    os.write(1, b".")
    main()
except KeyboardInterrupt:
    os._exit(130)
"""
