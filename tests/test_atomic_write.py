"""Replacing a file: refusals, and interruptions at every moment."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ctxopt import atomic_write as write
from ctxopt.atomic_write import TEMPORARY, remove_file, replace_file
from ctxopt.errors import WriteError

OLD, NEW = b"node_modules\n", b"node_modules\n.git\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(params=["nameless", "named"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the new file comes to be: file systems without nameless files take the second way."""
    if request.param == "named":
        monkeypatch.setattr(write, "_NAMELESS", None)
    return str(request.param)


def laid(content: bytes = OLD, name: str = ".dockerignore") -> Path:
    path = Path(name)
    path.write_bytes(content)
    return path


def replace(path: str = ".dockerignore", **changes: Any) -> bool:
    arguments: dict[str, Any] = {"content": NEW, "expected": OLD, "root": "."} | changes
    return replace_file(path, **arguments)


def refusal(path: str = ".dockerignore", **changes: Any) -> str:
    with pytest.raises(WriteError) as caught:
        replace(path, **changes)
    assert caught.value.hint
    return caught.value.message


def names(folder: str = ".") -> set[str]:
    return set(os.listdir(folder))


# --------------------------------------------------------------------------- replacing


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o640, 0o755, 0o666])
def test_a_file_is_replaced_and_keeps_its_mode(root: Path, mode: int):
    path = laid()
    path.chmod(mode)
    assert replace()
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert names() == {".dockerignore"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(root: Path):
    path = laid()
    os.chown(path, 1234, 5678)
    path.chmod(0o640)
    assert replace()
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, 0o640)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_usual_mode(root: Path, mask: int):
    before = os.umask(mask)
    try:
        assert replace(expected=None)
    finally:
        os.umask(before)
    assert Path(".dockerignore").read_bytes() == NEW
    assert stat.S_IMODE(Path(".dockerignore").stat().st_mode) == 0o666 & ~mask
    assert Path(".dockerignore").stat().st_nlink == 1
    assert names() == {".dockerignore"}


def test_a_file_system_without_hard_links(root: Path, monkeypatch: pytest.MonkeyPatch):
    patch_os(monkeypatch, link=failing(errno.EPERM))
    assert replace(expected=None)
    assert Path(".dockerignore").read_bytes() == NEW
    assert names() == {".dockerignore"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0\r\n", b"x" * 3_000_000])
def test_any_content(root: Path, content: bytes):
    laid()
    assert replace(content=content)
    assert Path(".dockerignore").read_bytes() == content


def test_nothing_to_do_touches_nothing(root: Path):
    path = laid()
    before = path.stat()
    assert not replace(content=OLD)
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_short_writes_are_continued(root: Path, monkeypatch: pytest.MonkeyPatch):
    laid()
    patch_os(monkeypatch, write=lambda descriptor, data: os.write(descriptor, bytes(data[:3])))
    assert replace()
    assert Path(".dockerignore").read_bytes() == NEW


@pytest.mark.parametrize("target", ["real", "sub/real", "sub/../real"])
def test_a_link_inside_stays(root: Path, target: str):
    Path("sub").mkdir()
    laid(name=target)
    Path(".dockerignore").symlink_to(target)
    assert replace()
    assert os.readlink(".dockerignore") == target
    assert Path(target).read_bytes() == NEW
    assert TEMPORARY not in names() | names("sub")


def test_a_link_through_several_links_inside(root: Path):
    Path("sub").mkdir()
    laid(name="sub/real")
    Path("alias").symlink_to("sub")
    Path("hop").symlink_to(root / "alias" / "real")
    Path(".dockerignore").symlink_to("hop")
    assert replace(root=str(root))
    assert Path("sub/real").read_bytes() == NEW
    assert Path("hop").is_symlink()


def test_a_root_behind_a_link(root: Path):
    laid()
    Path("../alias").symlink_to("root")
    assert replace("../alias/.dockerignore", root="../alias")
    assert replace("../alias/.dockerignore", root=".", expected=NEW, content=OLD)


def test_an_ignore_file_beside_a_dockerfile_outside(root: Path):
    Path("../docker").mkdir()
    path = laid(name="../docker/Dockerfile.dockerignore")
    assert replace("../docker/Dockerfile.dockerignore")
    assert path.read_bytes() == NEW


# --------------------------------------------------------------------------- refusing


@pytest.mark.parametrize(
    ("present", "expected", "message"),
    [
        (b"other\n", OLD, "has changed since"),
        (b"", OLD, "has changed since"),
        (None, OLD, "has changed since"),
        (OLD, None, "has appeared since"),
        (b"", None, "has appeared since"),
        (NEW, None, "has appeared since"),
        (NEW, OLD, "has changed since"),
    ],
)
def test_a_file_that_is_not_as_expected(
    root: Path, present: bytes | None, expected: bytes | None, message: str
):
    if present is not None:
        laid(present)
    before = names()
    assert message in refusal(expected=expected)
    assert names() == before
    assert present is None or Path(".dockerignore").read_bytes() == present


@pytest.mark.parametrize("is_new", [False, True])
def test_a_change_in_the_last_moment(root: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool):
    if not is_new:
        laid()

    def fsync(descriptor: int) -> None:
        laid(b"mine\n")

    patch_os(monkeypatch, fsync=fsync)
    assert "since it was looked at" in refusal(expected=None if is_new else OLD)
    assert Path(".dockerignore").read_bytes() == b"mine\n"
    assert names() == {".dockerignore"}


def test_a_file_that_appears_after_the_last_look(root: Path, monkeypatch: pytest.MonkeyPatch):
    def link(source: str, target: str, **options: Any) -> None:
        laid(b"mine\n")
        os.link(source, target, **options)

    patch_os(monkeypatch, link=link)
    assert "has appeared" in refusal(expected=None)
    assert Path(".dockerignore").read_bytes() == b"mine\n"
    assert names() == {".dockerignore"}


@pytest.mark.parametrize("kind", ["file", "folder", "none"])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_link_that_leaves(root: Path, kind: str, absolute: bool):
    outside = root.parent / "outside"
    if kind == "file":
        outside.write_bytes(OLD)
    elif kind == "folder":
        outside.mkdir()
    Path(".dockerignore").symlink_to(outside if absolute else "../outside")
    message = refusal()
    assert message.startswith(
        ".dockerignore is a link to nothing"
        if kind == "none"
        else ".dockerignore leads out of ., to "
    )
    assert names() == {".dockerignore"}
    assert kind != "file" or outside.read_bytes() == OLD


def test_a_sibling_whose_name_starts_like_the_root(root: Path):
    Path("../root-other").mkdir()
    Path("../root-other/f").write_bytes(OLD)
    Path(".dockerignore").symlink_to("../root-other/f")
    assert "leads out of" in refusal()


def test_a_folder_that_is_a_link_and_leaves(root: Path):
    Path("../outside").mkdir()
    Path("../outside/f").write_bytes(OLD)
    Path("docker").symlink_to("../outside")
    assert "leads out of" in refusal("docker/f")
    assert Path("../outside/f").read_bytes() == OLD


def test_a_dangling_link_is_not_a_missing_file(root: Path):
    Path(".dockerignore").symlink_to("nothing")
    assert "link to nothing" in refusal(expected=None)
    assert names() == {".dockerignore"}


def test_links_in_a_circle(root: Path):
    Path(".dockerignore").symlink_to("other")
    Path("other").symlink_to(".dockerignore")
    assert refusal() == ".dockerignore: its links lead in a circle"


@pytest.mark.parametrize(
    ("kind", "message"),
    [("folder", "is a folder"), ("fifo", "is a FIFO"), ("socket", "is a special file")],
)
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("expected", [OLD, None])
def test_what_is_no_file(root: Path, kind: str, message: str, linked: bool, expected: bytes | None):
    name = "real" if linked else ".dockerignore"
    if linked:
        Path(".dockerignore").symlink_to("real")
    match kind:
        case "folder":
            Path(name).mkdir()
        case "fifo":
            os.mkfifo(name)
        case _:
            os.mknod(name, 0o600 | stat.S_IFSOCK)
    assert message in refusal(expected=expected)
    assert TEMPORARY not in names()


@pytest.mark.parametrize("path", ["none/.dockerignore", "file/.dockerignore"])
def test_a_folder_that_is_none(root: Path, path: str):
    Path("file").touch()
    assert "folder" in refusal(path, expected=None)
    assert names() == {"file"}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, ".dockerignore: the disk is full"),
        (errno.EDQUOT, ".dockerignore: the disk quota is used up"),
        (errno.EROFS, ".dockerignore: the file system is read-only"),
        (errno.EACCES, ".dockerignore: no permission to replace it"),
        (errno.EBUSY, ".dockerignore is in use, perhaps as a mount"),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "replace"])
def test_errors_of_the_system(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int, message: str, call: str
):
    path = laid()

    def fails(*arguments: Any) -> Any:
        if call == "open" and not arguments[1] & os.O_WRONLY:
            return os.open(*arguments)
        raise OSError(code, os.strerror(code))

    patch_os(monkeypatch, **{call: fails})
    assert refusal() == message
    assert path.read_bytes() == OLD
    assert names() == {".dockerignore"}


def test_a_read_only_file(root: Path, monkeypatch: pytest.MonkeyPatch):
    laid()
    patch_os(monkeypatch, access=lambda *_: False)
    assert refusal() == ".dockerignore is read-only"
    assert names() == {".dockerignore"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(root: Path):
    laid()
    root.chmod(0o500)
    try:
        assert refusal() == ".dockerignore: no permission to replace it"
    finally:
        root.chmod(0o700)
    assert names() == {".dockerignore"}


def test_an_owner_that_cannot_be_kept(root: Path, monkeypatch: pytest.MonkeyPatch):
    path = laid()
    if os.geteuid() == 0:
        os.chown(path, 1234, 5678)
    patch_os(monkeypatch, fchown=failing(errno.EPERM))
    assert replace()
    assert path.read_bytes() == NEW


# --------------------------------------------------------------------------- several runs


def test_a_stale_file_is_removed(root: Path):
    laid()
    Path(TEMPORARY).write_bytes(b"half")
    assert replace()
    assert names() == {".dockerignore"}


def test_a_stale_file_is_removed_though_nothing_changes(root: Path):
    laid()
    Path(TEMPORARY).write_bytes(b"half")
    assert not replace(content=OLD)
    assert names() == {".dockerignore"}


def test_a_file_in_use_is_left_alone(root: Path):
    laid()
    with open(TEMPORARY, "wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert refusal().startswith("another run is writing to ")
        assert TEMPORARY in names()
    assert Path(".dockerignore").read_bytes() == OLD


def test_a_file_that_another_run_creates_meanwhile_is_left_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    laid()
    others: list[Any] = []

    def opens(path: str, flags: int, *mode: int) -> int:
        if flags & os.O_WRONLY and not others:
            others.append(open(TEMPORARY, "wb"))  # noqa: SIM115
            fcntl.flock(others[0], fcntl.LOCK_EX)
        return os.open(path, flags, *mode)

    patch_os(monkeypatch, open=opens)
    assert refusal().startswith("another run is writing to ")
    assert TEMPORARY in names()
    others[0].close()


def test_a_run_whose_file_was_taken_for_a_stale_one_gives_up(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    laid()
    monkeypatch.setattr(write, "_NAMELESS", None)

    def flock(descriptor: int, operation: int) -> None:
        os.unlink(TEMPORARY)
        fcntl.flock(descriptor, operation)

    monkeypatch.setattr(write, "fcntl", overlay(fcntl, flock=flock))
    assert refusal().startswith("another run is writing to ")
    assert Path(".dockerignore").read_bytes() == OLD


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_something_else_of_that_name_is_left_alone(root: Path, kind: str):
    laid()
    match kind:
        case "link":
            Path(TEMPORARY).symlink_to(".dockerignore")
        case "folder":
            Path(TEMPORARY).mkdir()
        case _:
            os.mkfifo(TEMPORARY)
    assert TEMPORARY in refusal()
    assert Path(".dockerignore").read_bytes() == OLD
    assert TEMPORARY in names()


# --------------------------------------------------------------------------- interruptions


def overlay(module: Any, **changes: Any) -> Any:
    return SimpleNamespace(**{**vars(module), **changes})


def patch_os(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setattr(write, "os", overlay(os, **changes))


def failing(code: int) -> Callable[..., Any]:
    def fails(*_: Any, **__: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return fails


CALLS = ("access", "open", "read", "write", "fstat", "lstat", "fchown", "fchmod", "fsync", "link",
         "replace", "unlink", "close")  # fmt: skip


class Tripwire:
    """Lets the calls of ``write`` to the system pass and acts before or after one of them."""

    def __init__(self, act: Callable[[], None], at: int = -1, after: bool = False) -> None:
        self.act, self.at, self.after = act, at, after
        self.calls: list[str] = []

    def wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            number = len(self.calls)
            self.calls.append(name)
            if number == self.at and not self.after:
                self.act()
            try:
                return call(*arguments, **options)
            finally:
                if number == self.at and self.after:
                    self.act()

        return wrapped

    def install(self) -> None:
        vars(write)["os"] = overlay(
            os, **{name: self.wrap(name, getattr(os, name)) for name in CALLS}
        )
        vars(write)["fcntl"] = overlay(fcntl, flock=self.wrap("flock", fcntl.flock))


def prepare(is_new: bool) -> None:
    for name in names():
        os.unlink(name)
    if not is_new:
        laid().chmod(0o640)


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``os`` and ``fcntl`` put back after the test."""
    monkeypatch.setattr(write, "os", os)
    monkeypatch.setattr(write, "fcntl", fcntl)


def count_calls(is_new: bool) -> int:
    prepare(is_new)
    wire = Tripwire(lambda: None)
    wire.install()
    assert replace(expected=None if is_new else OLD)
    return len(wire.calls)


def raises(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.usefixtures("restored")
def test_an_error_at_any_moment(root: Path, is_new: bool, after: bool, error: BaseException):
    total = count_calls(is_new)
    assert total > 10
    for at in range(total):
        prepare(is_new)
        wire = Tripwire(raises(error), at, after)
        wire.install()
        expected = None if is_new else OLD
        raised = False
        try:
            replace(expected=expected)
        except (WriteError, KeyboardInterrupt, MemoryError):
            raised = True
        moment = f"{'after' if after else 'before'} {wire.calls[at]}, call {at}"
        left = names()
        assert left <= {".dockerignore"}, moment
        content = Path(".dockerignore").read_bytes() if left else None
        assert content in ((expected, NEW) if raised else (NEW,)), moment
        if left and not is_new:
            assert stat.S_IMODE(os.stat(".dockerignore").st_mode) == 0o640, moment


def killed(act: Callable[[], Any]) -> bool:
    """Run ``act`` in a child process; whether it was killed, and did not end by itself."""
    child = os.fork()
    if not child:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_moment(root: Path, way: str, is_new: bool, after: bool):
    """What is left: the old file or the new one, and rarely the one name that the next run removes."""
    expected = None if is_new else OLD
    stale: list[int] = []
    for at in range(100):
        prepare(is_new)
        wire = Tripwire(kill_self, at, after)

        def act(wire: Tripwire = wire) -> None:
            wire.install()
            replace(expected=expected)

        is_killed = killed(act)
        left = names()
        assert left <= {".dockerignore", TEMPORARY}
        content = Path(".dockerignore").read_bytes() if ".dockerignore" in left else None
        assert content in (expected, NEW)
        if TEMPORARY in left:
            stale.append(at)
        replace(content=b"next\n", expected=content)
        assert names() == {".dockerignore"}
        assert Path(".dockerignore").read_bytes() == b"next\n"
        if not is_killed:
            break
    else:
        pytest.fail("it never came to its end")
    assert at > 10
    if way == "named":
        assert stale
    elif is_new:
        assert not stale
    else:
        # While the old file is looked at once more, and no longer.
        assert 0 < len(stale) <= 8
        assert stale[-1] - stale[0] == len(stale) - 1


def test_the_file_has_no_name_while_it_is_written(
    root: Path, way: str, monkeypatch: pytest.MonkeyPatch
):
    laid()
    seen: list[set[str]] = []
    patch_os(monkeypatch, fsync=lambda _: seen.append(names()))
    assert replace()
    assert seen[0] == ({".dockerignore"} if way == "nameless" else {".dockerignore", TEMPORARY})


@pytest.mark.parametrize("call", ["open", "link"])
@pytest.mark.parametrize("code", [errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EXDEV])
@pytest.mark.parametrize("is_new", [False, True])
def test_a_file_system_without_nameless_files(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, is_new: bool
):
    prepare(is_new)
    before = descriptors()

    def refuses(*arguments: Any, **options: Any) -> Any:
        nameless = arguments[1] & os.O_TMPFILE == os.O_TMPFILE if call == "open" else options
        if nameless:
            raise OSError(code, os.strerror(code))
        return getattr(os, call)(*arguments, **options)

    patch_os(monkeypatch, **{call: refuses})
    assert replace(expected=None if is_new else OLD)
    assert Path(".dockerignore").read_bytes() == NEW
    assert names() == {".dockerignore"}
    assert descriptors() == before


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("call", ["write", "fsync", "link", "replace"])
def test_a_signal_waits_until_nothing_can_be_left(root: Path, ending: int, is_new: bool, call: str):
    prepare(is_new)

    def act() -> None:
        signal.signal(ending, signal.SIG_DFL)
        wrapped = getattr(os, call)

        def interrupted(*arguments: Any, **options: Any) -> Any:
            os.kill(os.getpid(), ending)
            done = wrapped(*arguments, **options)
            os.kill(os.getpid(), ending)
            return done

        vars(write)["os"] = overlay(os, **{call: interrupted})
        replace(expected=None if is_new else OLD)

    is_killed = killed(act)
    assert names() == {".dockerignore"}
    assert Path(".dockerignore").read_bytes() == NEW
    assert is_killed or call in ("link", "replace")


def test_signals_are_taken_again_afterwards(root: Path):
    laid()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert replace()
    assert "changed" in refusal(content=OLD, expected=OLD)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == mask


@pytest.mark.usefixtures("restored")
def test_no_descriptor_is_left_open(root: Path):
    total = count_calls(is_new=False)
    before = descriptors()
    for at in range(total):
        prepare(is_new=False)
        wire = Tripwire(raises(OSError(errno.EIO, "Input/output error")), at)
        wire.install()
        with contextlib.suppress(WriteError):
            replace()
        if wire.calls[at] == "close":
            before = descriptors()
        assert descriptors() == before, wire.calls[at]


# --------------------------------------------------------------------------- removing


def removal(path: str = ".dockerignore", expected: bytes = OLD) -> str:
    """Return why a file is not removed."""
    with pytest.raises(WriteError) as caught:
        remove_file(path, expected=expected, root=".")
    return caught.value.message


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_is_removed(root: Path, linked: bool):
    if linked:
        laid(name="real")
        Path(".dockerignore").symlink_to("real")
    else:
        laid()
    remove_file(".dockerignore", expected=OLD, root=".")
    assert names() == ({".dockerignore"} if linked else set())


@pytest.mark.parametrize(
    ("present", "message"),
    [(NEW, "has changed since"), (b"", "has changed since"), (None, "has changed since")],
)
def test_a_file_that_is_not_as_expected_is_not_removed(
    root: Path, present: bytes | None, message: str
):
    if present is not None:
        laid(present)
    before = names()
    assert message in removal()
    assert names() == before
    assert present is None or Path(".dockerignore").read_bytes() == present


def test_what_is_no_file_is_not_removed(root: Path):
    Path(".dockerignore").mkdir()
    assert removal() == ".dockerignore is a folder"
    assert names() == {".dockerignore"}


def test_what_leads_out_is_not_removed(root: Path):
    Path("../outside").write_bytes(OLD)
    Path(".dockerignore").symlink_to("../outside")
    assert "leads out of" in removal()
    assert Path("../outside").read_bytes() == OLD


def test_a_read_only_file_is_not_removed(root: Path, monkeypatch: pytest.MonkeyPatch):
    laid()
    patch_os(monkeypatch, access=lambda *_: False)
    assert removal() == ".dockerignore is read-only"


def test_nothing_is_removed_while_another_run_writes(root: Path):
    laid()
    with open(TEMPORARY, "wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another run" in removal()
    assert names() == {".dockerignore", TEMPORARY}


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EBUSY])
@pytest.mark.parametrize("call", ["open", "unlink"])
def test_errors_of_the_system_remove_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str
):
    path = laid()
    calls = []

    def fails(*arguments: Any) -> Any:
        if call == "open" and not arguments[1] & os.O_WRONLY:
            return os.open(*arguments)
        calls.append(arguments)
        if call == "unlink" and len(calls) > 1:
            return os.unlink(*arguments)  # what is left behind may be removed
        raise OSError(code, os.strerror(code))

    patch_os(monkeypatch, **{call: fails})
    assert removal().startswith(".dockerignore")
    assert path.read_bytes() == OLD
    assert names() == {".dockerignore"}
