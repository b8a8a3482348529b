"""The walk on real files: everything a context can hold, and everything that can go wrong."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.listing import list_entries
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BUILDKIT, CLASSIC
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree import wire
from ctxopt.tree import workers as crowd
from ctxopt.tree.policy import Policy
from ctxopt.tree.view import View
from ctxopt.tree.workers import Walker, walk
from tests.support.examples import examples
from tests.support.other_user import OTHER
from tests.support.places import ROOT
from tests.support.trees import lay

"""A user who owns nothing."""


pytestmark = pytest.mark.usefixtures("plain_umask")


def view_of(root, *lines, classic=False, with_excluded=False, processes=1):
    matcher = read_matcher(enumerate(lines, 1))
    builder = CLASSIC if classic else BUILDKIT
    policy = Policy(
        matcher,
        matcher.pruner(builder),
        enter_pruned=with_excluded,
        takes_sockets=builder.sends_sockets,
    )
    tree = walk(str(root), policy, Walker(processes))
    return View(tree, builder)


def rows(view):
    return [(entry.path, entry.type, entry.size) for entry in view.entries()]


def by_hand(view):
    """BuildKit's figure, added up entry by entry from the files themselves."""
    total = wire.TRANSFER_END
    first_names: dict[int, str] = {}
    for index, entry in enumerate(view.entries()):
        path = os.path.join(view.tree.root, entry.path)
        info = os.lstat(path)
        link = os.readlink(path) if entry.type == "symlink" else ""
        repeats = stat.S_ISREG(info.st_mode) and info.st_ino in first_names
        if stat.S_ISREG(info.st_mode):
            link = first_names.setdefault(info.st_ino, entry.path) if repeats else link
            first_names.setdefault(info.st_ino, entry.path)
        size = info.st_size if entry.type in ("file", "symlink") else 0
        fields = wire.text_field(len(os.fsencode(entry.path)))
        fields += wire.number_field(wire.go_mode(info.st_mode)) + wire.number_field(size)
        fields += wire.number_field(info.st_mtime_ns) + wire.text_field(len(os.fsencode(link)))
        names = os.listxattr(path, follow_symlinks=False)
        values = [os.getxattr(path, name, follow_symlinks=False) for name in names]
        fields += wire.xattr_fields(
            (len(name), len(value)) for name, value in zip(names, values, strict=True)
        )
        total += wire.packet(fields)
        if entry.type in ("file", "socket") and not repeats:
            packets = wire.data_packets(entry.size)
            total += wire.data_bytes(entry.size) + packets * wire.index_bytes(index)
    return total


def test_the_empty_context(tmp_path):
    view = view_of(tmp_path)
    assert rows(view) == []
    assert view.context_bytes() == view.unchanged_bytes() == 2


def test_one_file_costs_what_docker_says(tmp_path):
    (tmp_path / "Dockerfile").write_bytes(b"x" * 22)
    assert view_of(tmp_path).context_bytes() == 59
    (tmp_path / "Dockerfile").rename(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"")
    view = view_of(tmp_path)
    assert (view.context_bytes(), view.unchanged_bytes()) == (22, 20)


def test_order_is_by_bytes_and_depth_first(tmp_path):
    lay(tmp_path, {"a/x": 1, "a.txt": 1, "a-b": 1, "B": 1, "é": 1, "z": 1})
    assert [row[0] for row in rows(view_of(tmp_path))] == [
        "B", "a", "a/x", "a-b", "a.txt", "z", "é",
    ]  # fmt: skip


def test_every_kind(tmp_path):
    lay(tmp_path, {"file": 5, "empty/": "", "dir/in": 3, "nul": 0})
    os.mkfifo(tmp_path / "pipe")
    os.symlink("nowhere", tmp_path / "broken")
    os.symlink(".", tmp_path / "loop")
    here = os.open(tmp_path, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{here}/sock")
        os.close(here)
        view = view_of(tmp_path)
        assert rows(view) == [
            ("broken", "symlink", 7), ("dir", "dir", 0), ("dir/in", "file", 3), ("empty", "dir", 0),
            ("file", "file", 5), ("loop", "symlink", 1), ("nul", "file", 0), ("pipe", "fifo", 0),
            ("sock", "socket", 0),
        ]  # fmt: skip
        assert view.context_bytes() == by_hand(view)
        assert "sock" not in [entry.path for entry in view_of(tmp_path, classic=True).entries()]
    assert view.total.files == 3
    assert view.total.bytes == 8


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_devices(tmp_path):
    os.mknod(tmp_path / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    view = view_of(tmp_path)
    assert rows(view) == [("null", "device", 0)]
    assert view.context_bytes() == by_hand(view) + 4


HARD = {"a/one": 100, "b/two": 7}


@pytest.fixture
def linked(tmp_path):
    lay(tmp_path, HARD)
    os.link(tmp_path / "a/one", tmp_path / "b/one")
    os.link(tmp_path / "a/one", tmp_path / "c")
    return tmp_path


def test_hard_links_carry_no_data_again(linked):
    view = view_of(linked)
    assert {entry.path: entry.link for entry in view.entries() if entry.link} == {
        "b/one": "a/one",
        "c": "a/one",
    }
    assert view.context_bytes() == by_hand(view)
    assert view.total.bytes == 307


def test_an_excluded_first_name_passes_the_data_on(linked):
    view = view_of(linked, "a")
    assert {entry.path: entry.link for entry in view.entries() if entry.link} == {"c": "b/one"}
    assert view.context_bytes() == by_hand(view)
    alone = view_of(linked, "a", "b/one")
    assert not any(entry.link for entry in alone.entries())
    assert alone.context_bytes() == by_hand(alone)


def test_names_that_are_not_text(tmp_path):
    root = os.fsencode(tmp_path)
    names = [b"\xff", b"a\nb", b"[slug]", b"\xed\xa0\x80", b"\xc3\xa9", b" "]
    for name in names:
        with open(os.path.join(root, name), "wb") as file:
            file.write(name)
    view = view_of(tmp_path)
    assert [os.fsencode(entry.path) for entry in view.entries()] == sorted(names)
    assert view.context_bytes() == by_hand(view)
    assert [os.fsencode(row[0]) for row in rows(view_of(tmp_path, "[a-z]*", "*\udcff"))] == [
        b" ", b"[slug]", b"\xc3\xa9",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "seconds", [0, 1, -1, -(2**40), 68_000_000, 72_057_594, 72_057_595, 8**11, 9_223_372_035]
)
def test_times(tmp_path, seconds):
    (tmp_path / "a").write_bytes(b"abc")
    try:
        os.utime(tmp_path / "a", ns=(0, seconds * 10**9))
    except OSError:
        pytest.skip("the file system cannot hold this time")
    view = view_of(tmp_path)
    assert view.context_bytes() == by_hand(view)
    folder = view.tree.folders[""]
    kept = os.stat(tmp_path / "a").st_mtime_ns // 10**9
    assert (folder.odd is not None) == (not 0 <= kept < 8**11)


def test_attributes(tmp_path):
    lay(tmp_path, {"a/b": 5, "c": 1})
    try:
        os.setxattr(tmp_path / "a/b", "user.note", b"x" * 300)
        os.setxattr(tmp_path / "a", "user.empty", b"")
    except OSError:
        pytest.skip("the file system keeps no attributes")
    view = view_of(tmp_path)
    assert view.context_bytes() == by_hand(view)
    assert view.context_bytes() > 300


def test_special_modes(tmp_path):
    lay(tmp_path, {"a": 1, "b": 1, "d/": ""}, {"a": "4755", "b": "000", "d": "1777"})
    view = view_of(tmp_path)
    assert view.context_bytes() == by_hand(view)


@pytest.mark.parametrize("count", [1, 126, 127, 128, 129, 130, 200])
def test_entry_numbers_grow(tmp_path, count):
    lay(tmp_path, {f"{number % 7}/{number}": number % 3 for number in range(count)})
    view = view_of(tmp_path)
    assert view.context_bytes() == by_hand(view)


def test_a_large_file_comes_in_pieces(tmp_path):
    lay(tmp_path, {"a": 32_768, "b": 32_769, "c": 100_000, "d": 32_767})
    view = view_of(tmp_path)
    assert view.context_bytes() == by_hand(view)


@pytest.mark.slow
def test_four_thousand_levels(tmp_path):
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(4_000):
        os.mkdir("deep", dir_fd=here)
        below = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    with os.fdopen(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=here), "wb") as file:
        file.write(b"leaf")
    os.close(here)
    before = len(os.listdir("/proc/self/fd"))
    view = view_of(tmp_path, "**/nothing*")
    entries = list(view.entries())
    assert (len(entries), entries[-1].size) == (4_001, 4)
    assert view.total.entries == 4_001
    assert not view.tree.errors
    assert len(os.listdir("/proc/self/fd")) == before
    subprocess.run(["rm", "-rf", str(tmp_path / "deep")], check=True)


def as_somebody(root, code):
    """Run Python code in a process of a user who owns nothing in ``root``; what it prints."""
    drop = f"import os\nif os.geteuid() == 0:\n    os.setgroups([])\n    os.setgid({OTHER})\n    os.setuid({OTHER})\n"
    load = "from ctxopt import measure; import ctxopt.api, ctxopt.build.analysis, ctxopt.languages.ignore.explain, ctxopt.build.listing\n"
    done = subprocess.run(
        [sys.executable, "-c", load + drop + textwrap.dedent(code), str(root)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


UNREADABLE = """
    import sys
    result = measure(sys.argv[1])
    for entry in result.entries:
        print(entry.path, entry.type, entry.size)
    print(result.bytes, *result.errors, sep="; ")
"""


def test_unreadable_files_and_folders(open_path):
    lay(
        str(open_path),
        {"a": 5, "closed/x": 3, "open/y": 7, "skipped/z": 1, ".dockerignore": "skipped\n"},
        {"a": "000", "closed": "000", "skipped": "000"},
    )
    assert as_somebody(open_path, UNREADABLE).splitlines() == [
        ".dockerignore file 8",
        "a file 0",
        "closed dir 0",
        "open dir 0",
        "open/y file 7",
        "15; closed: Permission denied",
    ]


def test_a_folder_whose_names_alone_can_be_read(open_path):
    lay(open_path, {"half/x": 3, "y": 1}, {"half": "744"})
    lines = as_somebody(open_path, UNREADABLE).splitlines()
    assert lines[-1] == "1; half/x: Permission denied"


REFUSED = """
    import sys
    from ctxopt import ContextError
    try:
        measure(sys.argv[1])
    except ContextError as error:
        print(str(error).partition(": ")[2], error.hint, sep="; ")
"""


def test_an_unreadable_root(open_path):
    """BuildKit would build with an empty context; nobody can mean that."""
    folder = open_path / "root"
    lay(folder, {"a": 5}, {".": "711"})
    assert as_somebody(folder, REFUSED) == (
        "Permission denied; Docker would build with an empty context and say nothing\n"
    )


@pytest.mark.usefixtures("pure")
def test_what_vanishes_is_left_out(tmp_path, monkeypatch):
    lay(tmp_path, {"a/b": 1, "c": 1, "d": 1})
    listed = os.listdir

    def listing(path="."):
        names = listed(path)
        if "c" in names:
            os.unlink(tmp_path / "c")
            shutil.rmtree(tmp_path / "a")
        return names

    monkeypatch.setattr(os, "listdir", listing)
    view = view_of(tmp_path)
    assert rows(view) == [("d", "file", 1)]
    assert not view.tree.errors


@pytest.mark.usefixtures("pure")
def test_a_folder_that_vanishes_before_it_is_entered(tmp_path, monkeypatch):
    lay(tmp_path, {"a/b": 1, "d": 1})
    listed = os.listdir

    def listing(path="."):
        if str(path).rstrip("/").endswith("/a"):
            shutil.rmtree(tmp_path / "a")
        return listed(path)

    monkeypatch.setattr(os, "listdir", listing)
    view = view_of(tmp_path)
    assert rows(view) == [("a", "dir", 0), ("d", "file", 1)]
    assert not view.tree.errors


@pytest.mark.usefixtures("pure")
def test_a_folder_that_becomes_a_file(tmp_path, monkeypatch):
    lay(tmp_path, {"a/b": 1, "d": 1})
    listed = os.listdir

    def listing(path="."):
        if str(path).rstrip("/").endswith("/a"):
            shutil.rmtree(tmp_path / "a")
            (tmp_path / "a").write_bytes(b"")
        return listed(path)

    monkeypatch.setattr(os, "listdir", listing)
    assert [error.path for error in view_of(tmp_path).tree.errors] == ["a"]


NAMES = st.sampled_from(["a", "b", "c.py", "d", "\udcff", "x\ny"])
TREES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=4).map("/".join), st.integers(0, 300), max_size=12
)
LINES = st.lists(
    st.sampled_from(
        ["*", "a", "!a", "a/b", "!a/b", "**/c.py", "!**/c.py", "**/a", "d/**", "!d/a", "!b/*", "?", "!a/b/d", "[a-c]*",
         "b", "!*/b", "a/*", "!\udcff", "b|c*"]
    ),
    max_size=5,
)  # fmt: skip


def without_clashes(tree):
    """Leave out files where a folder has to be."""
    return {
        path: size
        for path, size in tree.items()
        if not any(other.startswith(path + "/") for other in tree)
    }


@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, LINES, st.booleans())
def test_pruning_is_invisible(tmp_path, tree, lines, classic):
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    lay(root, without_clashes(tree))
    pruned = view_of(root, *lines, classic=classic)
    full = view_of(root, *lines, classic=classic, with_excluded=True)
    assert list(pruned.entries()) == list(full.entries())
    assert pruned.total.bytes == full.total.bytes
    assert pruned.context_bytes() == full.context_bytes()
    assert pruned.unchanged_bytes() == full.unchanged_bytes()
    if not classic:
        assert pruned.context_bytes() == by_hand(pruned)
    kept = {entry.path for entry in full.entries()}
    out = {entry.path for entry in full.excluded()}
    assert not kept & out
    found = set()
    for folder, folders, files in os.walk(root):
        found |= {os.path.relpath(os.path.join(folder, name), root) for name in folders + files}
    assert kept | out == found


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, LINES)
def test_a_stream_is_the_view(tmp_path, tree, lines):
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    lay(root, without_clashes(tree))
    content = "\n".join(lines).encode("utf-8", "surrogateescape")
    (root / ".dockerignore").write_bytes(content)
    context = find_context(str(root))
    errors: list[object] = []
    streamed = list(list_entries(context, BuildRequest(), "permitted", on_error=errors.append))
    whole = list(analyze(context).permitted.entries())
    assert [entry._replace(excluded=False) for entry in streamed] == [
        entry._replace(excluded=False) for entry in whole
    ]
    assert errors == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES, LINES, st.booleans(), st.integers(2, 4))
def test_several_processes_see_what_one_sees(tmp_path, tree, lines, with_excluded, processes):
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for copy in ("a", "d/a", "d/e", "é"):
        lay(str(root / copy), without_clashes(tree))
    (root / "é").mkdir(exist_ok=True)
    os.utime(root / "é", (-5, -5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxopt.tree.workers._WORTH_FORKING", 0)
        patch.setattr("ctxopt.tree.workers._may_fork", lambda: True)
        several = view_of(root, *lines, with_excluded=with_excluded, processes=processes)
    one = view_of(root, *lines, with_excluded=with_excluded)
    assert dict(several.tree.folders) == dict(one.tree.folders)
    assert dict(several.tree.tallies) == dict(one.tree.tallies)
    assert several.tree.errors == one.tree.errors
    assert several.tree.walked == one.tree.walked
    assert several.tree.types == one.tree.types
    assert list(several.entries()) == list(one.entries())
    assert several.context_bytes() == one.context_bytes()


def test_several_processes_on_a_deep_and_wide_tree(tmp_path, monkeypatch):
    lay(
        str(tmp_path),
        {f"{number % 9}/{'n' * 200}/{number % 5}/{number}": number for number in range(400)},
    )
    deep = tmp_path / "/".join(["deep"] * 60)
    deep.mkdir(parents=True)
    (deep / "leaf").write_bytes(b"x")
    monkeypatch.setattr("ctxopt.tree.workers._WORTH_FORKING", 0)
    monkeypatch.setattr("ctxopt.tree.workers._may_fork", lambda: True)
    monkeypatch.setattr("ctxopt.tree.workers._TASK_BYTES", 100)
    several = view_of(tmp_path, "**/3", processes=3)
    monkeypatch.setattr("ctxopt.tree.workers._WORTH_FORKING", 10**9)
    one = view_of(tmp_path, "**/3")
    assert dict(several.tree.folders) == dict(one.tree.folders)
    assert several.context_bytes() == one.context_bytes()


def test_a_pattern_that_fails_in_another_process(tmp_path, monkeypatch):
    from ctxopt.errors import IgnoreFileError

    lay(tmp_path, {f"{number}/sub/x": 1 for number in range(10)} | {"9/sub/bad": 1})
    monkeypatch.setattr("ctxopt.tree.workers._WORTH_FORKING", 0)
    monkeypatch.setattr("ctxopt.tree.workers._may_fork", lambda: True)
    with pytest.raises(IgnoreFileError, match="syntax error in pattern") as caught:
        view_of(tmp_path, "9/sub/bad", "![z-a]", processes=2)
    assert caught.value.line == 2


@pytest.mark.usefixtures("pure")
def test_only_folders_of_the_walk_are_read(tmp_path, monkeypatch):
    lay(tmp_path, {"node_modules/a/b": 1, "src/x": 1, "keep/y/z": 1})
    read: list[str] = []
    listed = os.listdir

    def listing(path="."):
        read.append(str(path))
        return listed(path)

    monkeypatch.setattr(os, "listdir", listing)
    view_of(tmp_path, "node_modules", "keep", "!keep/y")
    assert sorted(os.path.relpath(path, tmp_path) for path in read) == [
        ".",
        "keep",
        "keep/y",
        "src",
    ]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
def test_no_worker_is_lost_on_the_way(tmp_path, monkeypatch):
    """A walk that had to start again alone would be right, and slow."""
    lay(tmp_path, {f"d{i % 40}/e{i % 7}/f{i}": "" for i in range(6_000)})
    matcher = read_matcher([])
    gathered = []
    gather = crowd._gather

    def gathering(*given):
        gathered.append(given)
        return gather(*given)

    monkeypatch.setattr(crowd, "_gather", gathering)
    policy = Policy(matcher, matcher.buildkit_prunes)
    assert walk(str(tmp_path), policy, Walker(3)).walked == 6_000 + 40 + 280
    assert len(gathered) == 1
