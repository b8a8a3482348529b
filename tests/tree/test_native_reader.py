"""The compiled reader against the one in Python, which is the reference: the same values, whatever there is to read."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import threading
from array import array
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree import native
from ctxopt.tree.model import Folder, tally
from ctxopt.tree.policy import Policy
from ctxopt.tree.reader import Reader, open_reader, root_task
from tests.support.examples import examples
from tests.support.other_user import as_other_user
from tests.support.random_trees import compare, read_by_all
from tests.support.recordings import load
from tests.support.trees import lay

pytestmark = [
    pytest.mark.usefixtures("plain_umask"),
    pytest.mark.skipif(native.functions is None, reason="the compiled reader is not built"),
]

RECORDINGS = (
    "allowlists.jsonl", "builds.jsonl.gz", "cache.jsonl", "compose.jsonl.gz", "images.jsonl",
    "images-random.jsonl", "own.jsonl", "projects-own.jsonl.gz", "transfers.jsonl",
    pytest.param("matching.jsonl.gz", marks=pytest.mark.slow),
    pytest.param("podman.jsonl.gz", marks=pytest.mark.slow),
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_open_files():
    """Every test closes what it opens."""
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


def same(root, *lines, **choices):
    """Hold the readers against each other; return the tree."""
    tree, differences = read_by_all(str(root), lines, **choices)
    assert differences == []
    return tree


def readers(root):
    """The compiled reader and the one in Python, whose walk starts at ``root``."""
    matcher = read_matcher([])
    policy = Policy(matcher, matcher.buildkit_prunes)
    errors: list[object] = []
    both = open_reader(policy, errors.append), Reader(policy, errors.append)
    assert not isinstance(both[0], Reader)
    return both, errors, root_task(str(root), policy)


def tree_of(case):
    if not isinstance(case["tree"], dict):
        return dict.fromkeys(case["tree"], 1)
    return {
        path: 1 if content == {"binary": True} else content
        for path, content in case["tree"].items()
    }


def lines_of(case):
    tree = case["tree"]
    text = case.get("ignore")
    if text is None and isinstance(tree, dict):
        text = tree.get(".dockerignore", "")
    if not isinstance(text, str):
        return []
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded_trees(tmp_path, name):
    for number, case in enumerate(load(name)):
        root = tmp_path / str(number)
        lay(root, tree_of(case), case.get("modes"))
        same(root, *lines_of(case))
        shutil.rmtree(root)


def test_an_empty_folder(tmp_path):
    assert same(tmp_path).folders == {"": Folder("", "", b"", b"", b"")}


def test_names_of_every_byte(tmp_path):
    for byte in {*range(1, 256)} - {ord("/"), ord(".")}:
        lay(tmp_path, {os.fsdecode(bytes([byte])): byte, os.fsdecode(bytes([byte, 0xC3])): 1})
    for number, name in enumerate((b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\xe2\x82")):
        lay(tmp_path, {os.fsdecode(name + b"/" + name): number, os.fsdecode(b"x" + name): number})
    same(tmp_path, "\udcff", "a*", "!a")


@pytest.mark.parametrize("length", [2, 3, 126, 127, 128, 129, 254, 255])
def test_lengths_around_a_second_byte(tmp_path, length):
    lay(tmp_path, {"n" * length: 1, "d/" + "n" * length: 128, "é" * (length // 2) + "/a": 1})
    same(tmp_path)


@pytest.mark.parametrize(("name", "depth"), [("d", 4_000), ("é" * 60, 300)])
def test_four_thousand_folders_deep(tmp_path, name, depth):
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=handle)
        inner = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("f", os.O_CREAT, dir_fd=handle))
    os.close(handle)
    try:
        assert same(tmp_path).walked == depth + 1
    finally:
        remove_deep(tmp_path)


def remove_deep(root):
    """Remove a path longer than the system takes: its parts are pulled up first."""
    inner = os.path.join(root, os.listdir(root)[0])
    number = 0
    while os.path.isdir(inner):
        names = os.listdir(inner)
        for name in names:
            os.rename(os.path.join(inner, name), os.path.join(root, f"up-{number}"))
        os.rmdir(inner)
        inner = os.path.join(root, f"up-{number}")
        number += 1


def test_a_folder_that_vanished_is_passed_over(tmp_path):
    lay(tmp_path, {"a/b": 1, "c": 1})
    both, errors, start = readers(tmp_path)
    below = [reader.read(start)[2][0] for reader in both]
    shutil.rmtree(tmp_path / "a")
    assert [reader.read(task) for reader, task in zip(both, below, strict=True)] == [None, None]
    assert errors == []
    for reader in both:
        reader.close()


@pytest.mark.parametrize("what", ["file", "link"])
def test_a_folder_that_became_something_else(tmp_path, what):
    lay(tmp_path, {"a/b": 1, "other/secret": 1})
    both, errors, start = readers(tmp_path)
    below = [reader.read(start)[2][-1] for reader in both]
    assert [task.path for task in below] == ["a", "a"]
    shutil.rmtree(tmp_path / "a")
    lay(tmp_path, {"a": 1 if what == "file" else {"link": "other"}})
    assert both[0].read(below[0]) is None
    assert [error.path for error in errors] == ["a"]
    # The one in Python reads by path, and follows a link that takes a folder's place.
    assert (both[1].read(below[1]) is None) is (what == "file")
    for reader in both:
        reader.close()


def test_a_link_above_is_not_followed_either(tmp_path):
    lay(tmp_path, {"a/b/c/d": 1, "other/b/c/secret": 1})
    both, errors, start = readers(tmp_path)
    task = start._replace(path="a/b/c")
    assert both[0].read(task)[0].names == ["d"]
    shutil.rmtree(tmp_path / "a")
    os.symlink("other", tmp_path / "a")
    assert both[0].read(task) is None
    assert [error.path for error in errors] == ["a/b/c"]
    both[0].close()


def test_files_that_come_and_go(tmp_path):
    """What vanishes between its listing and its stat is left out; nothing is an error."""
    (reader, other), errors, start = readers(tmp_path)
    other.close()
    over = threading.Event()

    def stir():
        number = 0
        while not over.is_set():
            number += 1
            path = tmp_path / f"f{number % 50}"
            path.write_bytes(b"x")
            path.unlink()

    thread = threading.Thread(target=stir)
    thread.start()
    try:
        for _ in range(300):
            folder, sums, _ = reader.read(start)
            assert len(folder.names) == len(folder.sizes) == sums.entries
    finally:
        over.set()
        thread.join()
        reader.close()
    assert errors == []


@pytest.fixture
def closed(open_path):
    """A tree of which another user may not read all."""
    tree = ("shut/a", "listed/a", "listed/b/c", "through/a", "own", "all", "group", "x.log")
    modes = {
        "shut": "0", "listed": "744", "through": "711", "own": "600", "all": "444", "x.log": "0",
    }  # fmt: skip
    lay(open_path / "root", dict.fromkeys(tree, 5), modes)
    return open_path / "root"


@pytest.mark.parametrize("tries_excluded", [False, True])
def test_what_another_user_may_not_read(closed, tries_excluded):
    with as_other_user():
        tree = same(closed, "*.log", tries_excluded=tries_excluded)
    if os.geteuid() == 0:
        assert [error.path for error in tree.errors] == ["listed/a", "listed/b", "shut", "through"]


def test_an_unreadable_root(closed):
    os.chmod(closed, 0o711)
    with as_other_user():
        same(closed)


def test_extended_attributes(tmp_path):
    lay(tmp_path, {"none": 1, "one": 1, "many": 1, "apple": 1, "dir/": "", "link": {"link": "one"}})
    os.setxattr(tmp_path / "one", "user.a", b"value")
    os.setxattr(tmp_path / "dir", "user.dir", b"x" * 200)
    for number in range(20):
        os.setxattr(tmp_path / "many", f"user.{'n' * 50}{number}", b"v" * number)
    tree = same(tmp_path)
    folder = tree.folders[""]
    packets = dict(zip(folder.names, folder.packets, strict=True))
    assert packets["many"] > packets["one"] > packets["none"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives capabilities and makes devices")
def test_what_only_root_makes(tmp_path):
    lay(tmp_path, {"able": 1, "x": 1})
    os.setxattr(tmp_path / "able", "security.capability", bytes.fromhex("01000002" + "00" * 16))
    for number in (0, 1, 255, 256, 4_095, 4_096, 1_048_575):
        os.mknod(
            tmp_path / f"c{number}", stat.S_IFCHR | 0o666, os.makedev(min(number, 4_095), number)
        )
        os.mknod(tmp_path / f"b{number}", stat.S_IFBLK | 0o666, os.makedev(1, number))
    tree = same(tmp_path)
    assert tree.folders[""].odd["able"].capability == 20


def test_hard_links_pipes_and_modes(tmp_path):
    lay(
        tmp_path,
        {"a/one": 100, "two": 7, "link": {"link": "t" * 300}, "broken": {"link": "\udcff"}},
    )
    os.link(tmp_path / "a/one", tmp_path / "a/again")
    os.link(tmp_path / "link", tmp_path / "a/link")
    os.mkfifo(tmp_path / "pipe")
    os.link(tmp_path / "pipe", tmp_path / "pipe2")
    for mode in range(0, 0o10000, 0o111):
        lay(tmp_path, {f"m/{mode:o}": 1}, {f"m/{mode:o}": f"{mode:o}"})
    same(tmp_path)
    same(tmp_path, "*", "!a", classic=True)


def test_times_and_sizes(tmp_path):
    times = (
        0,
        1,
        -1,
        -(10**18),
        72_057_594 * 10**9,
        72_057_595 * 10**9,
        10**18,
        8**11 * 10**9,
        15 * 10**18,
    )
    for number, time in enumerate(times):
        lay(tmp_path, {f"t{number}": 1})
        os.utime(tmp_path / f"t{number}", ns=(time, time))
    for bits in (*range(20), 31, 32, 40):
        lay(tmp_path, {f"s{bits}": {"hole": 1 << bits}, f"u{bits}": {"hole": (1 << bits) - 1}})
    same(tmp_path)


def test_what_counts_as_not_there(tmp_path):
    lay(tmp_path, {"a/x": 1, "a/y": 1, "b": 1, "c/d/e": 1})
    tree = same(tmp_path, unseen=frozenset({"a/x", "b", "c/d"}))
    assert {path: folder.names for path, folder in tree.folders.items()} == {
        "": ["a", "c"], "a": ["y"], "c": [],
    }  # fmt: skip


def test_several_processes(tmp_path):
    for number in range(40):
        lay(tmp_path, {f"d{number}/f{file}.py": file for file in range(50)})
    same(tmp_path, "**/f1*", "!d3", processes=2)
    same(tmp_path, "*", "!d3", processes=2, enter_pruned=True)


@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.integers(0, 2**32))
def test_random_trees(tmp_path, seed):
    assert compare(str(tmp_path / "root"), seed) == []


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 30), st.randoms(use_true_random=False))
def test_sums_under_flags(monkeypatch, count, chance):
    sizes = [
        chance.choice((0, 1, 127, 32_768, 32_769, chance.randrange(1 << 40))) for _ in range(count)
    ]
    packets = [chance.randrange(1 << 32) for _ in range(count)]
    folder = Folder(
        path="",
        joined="/".join("n" * count),
        kinds=bytes(chance.choices(b"ffffdlpscb", k=count)),
        raw_sizes=array("q", sizes).tobytes(),
        raw_packets=array("I", packets).tobytes(),
    )
    for flags in (None, bytes(chance.choices(range(8), k=count))):
        compiled = tally(folder, flags)
        with monkeypatch.context() as patch:
            patch.setattr(native, "functions", None)
            assert tally(folder, flags) == compiled


def test_wrong_arguments(tmp_path):
    functions: Any = native.functions
    arguments: Any
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(OSError, match="Bad file descriptor"):
            functions.read(-1, b"", False, ())
        with pytest.raises(FileNotFoundError):
            functions.read(handle, b"nothing", False, ())
        with pytest.raises(OSError, match="too long"):
            functions.read(handle, b"n" * 5_000, False, ())
        with pytest.raises(ValueError, match="null"):
            functions.read(handle, b"a\0b", False, ())
        wrongs: list[Any] = [
            (handle, "text", False, ()),
            (handle, b"", False, []),
            (handle, b"", False, ("a",)),
            (),
        ]
        for wrong in wrongs:
            with pytest.raises(TypeError):
                functions.read(*wrong)
    finally:
        os.close(handle)
    texts = ((), (), (), ())
    for arguments in (
        (-1, (b"",), texts, 0, (False, True, 0, 9)), (-1, (b"",), texts, 9, (False, True, 0, 9)),
        (-1, (b"a\0b",), texts, 1, (False, True, 0, 9)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"threads|null"):
            functions.read_below(*arguments)
    for arguments in (
        (-1, ("a",), texts, 1, (False, True, 0, 9)), (-1, (b"a",), ((), (), ()), 1, (False, True, 0, 9)),
        (-1, (b"a",), ((), (), (), ("a",)), 1, (False, True, 0, 9)), (),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            functions.read_below(*arguments)
    assert functions.read_below(-1, (b"a",), texts, 2, (False, True, 0, 9)) == ([("a", 9)], [], [])
    for columns in (
        (b"f", b"", b"", None),
        (b"f", bytes(8), bytes(4), b""),
        (b"", bytes(8), b"", None),
    ):
        with pytest.raises(ValueError, match="length"):
            functions.tally(*columns)


def _read_for_ever(reader, task):
    while True:
        reader.read(task)


def test_an_interrupt_ends_a_walk(tmp_path):
    lay(tmp_path, {f"f{number}": 1 for number in range(200)})
    (reader, other), _, start = readers(tmp_path)
    other.close()

    def interrupt(*_):
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            _read_for_ever(reader, start)
    finally:
        signal.signal(signal.SIGALRM, old)
        reader.close()
