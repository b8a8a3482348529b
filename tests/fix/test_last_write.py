"""Taking back the last write: what comes back, and when nothing is touched."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ctxopt.atomic_write import replace_file
from ctxopt.errors import WriteError
from ctxopt.fix import run as fix_run
from ctxopt.fix.last_write import keep
from ctxopt.fix.run import FixRequest, run, undo
from tests.support.judging import BROAD
from tests.support.program import ctxopt
from tests.support.repositories import commit, git, init
from tests.support.trees import lay

MB = 1_000_000
TREE = {"main.py": "x", "Dockerfile": BROAD, "node_modules/x": 3 * MB}
pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def root(tmp_path: Path) -> str:
    return lay(tmp_path / "c", TREE)


def read(path: str) -> bytes | None:
    if not os.path.lexists(path):
        return None
    return Path(path).read_bytes()


def refusal(root: str, *options: str) -> str:
    """Return why ``fix --undo`` refuses; no file of the context has changed by it."""
    before = {path: read(str(path)) for path in Path(root).glob("**/*ignore") if path.is_file()}
    done = ctxopt("fix", "--undo", *options, cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert {path: read(str(path)) for path in before} == before
    return done.stderr.partition("\n")[0].removeprefix("error: ")


def kept(place: Path | str) -> list[Path]:
    """Return the records in a folder that keeps some."""
    return sorted(Path(place, "ctxopt", "undo").glob("*"))


# --------------------------------------------------------------------------- what comes back


@pytest.mark.parametrize("is_repository", [False, True], ids=["folder", "repository"])
@pytest.mark.parametrize(
    "before",
    [
        None,
        b"",
        b"*.pyc\n",
        b"\xef\xbb\xbf*.pyc\r\n# mine\r\n",
        b"# \xff\xfe\n*.pyc",
        b"# long\n" * 5_000,
    ],
    ids=["new", "empty", "plain", "bom and crlf", "not utf-8", "long"],
)
def test_the_file_is_what_it_was(root, state, before, is_repository):
    path = os.path.join(root, ".dockerignore")
    place = state
    if is_repository:
        init(root)
        place = Path(root, ".git")
    if before is not None:
        Path(path).write_bytes(before)
    done = ctxopt("fix", cwd=root)
    assert "ctxopt fix --undo  takes it back\n" in done.stdout
    assert read(path) != before
    assert len(kept(place)) == 1
    done = ctxopt("fix", "--undo", cwd=root)
    said = "Restored .dockerignore, as it was before ctxopt wrote it\n"
    if before is None:
        said = "Removed .dockerignore, which was not there before ctxopt wrote it\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    assert read(path) == before
    assert kept(place) == []
    assert "nothing to undo" in refusal(root)


def test_mode_and_owner_stay(root):
    path = Path(root, ".dockerignore")
    path.write_bytes(b"*.pyc\n")
    path.chmod(0o640)
    ctxopt("fix", cwd=root)
    ctxopt("fix", "--undo", cwd=root)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_last_of_several_writes_is_taken_back(root):
    path = os.path.join(root, ".dockerignore")
    ctxopt("fix", cwd=root)
    first = read(path)
    lay(root, {"__pycache__/x.pyc": 2 * MB, ".env": "KEY=aaaaaaaaaaaaa\n"})
    ctxopt("fix", "--possible", cwd=root)
    assert read(path) != first
    ctxopt("fix", "--undo", cwd=root)
    assert read(path) == first
    assert "no write of ctxopt" in refusal(root)


def test_a_repository_that_was_moved(root):
    init(root)
    lay(root, {".gitignore": "node_modules\n"})
    commit(root)
    ctxopt("fix", cwd=root)
    moved = root + "-moved"
    os.rename(root, moved)
    assert ctxopt("fix", "--undo", cwd=moved).returncode == 0
    assert read(os.path.join(moved, ".dockerignore")) is None


def test_a_worktree_keeps_its_own(root, tmp_path):
    init(root)
    lay(root, {".gitignore": "node_modules\n"})
    commit(root)
    other = str(tmp_path / "other")
    git(root, "worktree", "add", "-q", "-b", "other", other)
    lay(other, {"node_modules/x": 3 * MB})
    ctxopt("fix", cwd=other)
    assert kept(os.path.join(root, ".git")) == []
    (record,) = kept(os.path.join(root, ".git", "worktrees", "other"))
    place = git(other, "rev-parse", "--path-format=absolute", "--git-path", "ctxopt/undo")
    assert os.fsencode(record.parent) == place.strip()
    assert "nothing to undo" in refusal(root)
    assert ctxopt("fix", "--undo", cwd=other).returncode == 0
    assert read(os.path.join(other, ".dockerignore")) is None


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("app/Dockerfile.dockerignore", ["-f", "app/Dockerfile", "--per-dockerfile"]),
        (".containerignore", ["--builder", "podman"]),
        ("mine.dockerignore", ["--builder", "podman", "--ignorefile", "mine.dockerignore"]),
        (".dockerignore", ["--builder", "classic"]),
        ("narrow.dockerignore", ["--allow-list", "-f", "narrow", "--per-dockerfile"]),
    ],
)
def test_the_report_names_the_options_that_say_which_file(root, file, options):
    lay(root, {"app/Dockerfile": BROAD, "narrow": "FROM a\nCOPY main.py /\n"})
    if "podman" in options:
        lay(root, {file: "*.pyc\n"})
    before = read(os.path.join(root, file))
    done = ctxopt("fix", *options, cwd=root)
    assert read(os.path.join(root, file)) != before, done
    (command,) = (line for line in done.stdout.splitlines() if line.startswith("ctxopt fix --undo"))
    words = command.removesuffix("  takes it back").split()[1:]
    assert ctxopt(*words, cwd=root).returncode == 0
    assert read(os.path.join(root, file)) == before
    assert ctxopt(*words, cwd=root).returncode == 2


@pytest.mark.parametrize("name", ["a b", "a\nb", "a\udcffb", "-x", "ä'\""])
def test_odd_names(tmp_path, name):
    root = lay(tmp_path / name, TREE)
    assert run(FixRequest(root=root)) is not None
    assert undo(FixRequest(root=root)).content is None
    assert read(os.path.join(root, ".dockerignore")) is None


def test_a_link_stays_and_its_target_is_restored(root):
    lay(root, {"docker/.dockerignore": "*.pyc\n"})
    link = os.path.join(root, ".dockerignore")
    os.symlink("docker/.dockerignore", link)
    ctxopt("fix", cwd=root)
    assert read(link) != b"*.pyc\n"
    assert ctxopt("fix", "--undo", cwd=root).returncode == 0
    assert os.path.islink(link)
    assert read(link) == b"*.pyc\n"


def test_a_git_folder_that_takes_nothing(root, state):
    init(root)
    lay(root, {".git/ctxopt": "in the way"})
    ctxopt("fix", cwd=root)
    assert len(kept(state)) == 1
    assert ctxopt("fix", "--undo", cwd=root).returncode == 0


def test_a_git_folder_that_is_sent_stays_as_it_is(root, state):
    lay(root, {"Dockerfile": BROAD + "RUN git describe\n"})
    init(root)
    commit(root)
    ctxopt("fix", cwd=root)
    assert kept(os.path.join(root, ".git")) == []
    assert len(kept(state)) == 1
    assert ctxopt("fix", "--undo", cwd=root).returncode == 0


def test_a_home_that_is_sent_keeps_nothing(root, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", os.path.join(root, "state"))
    done = ctxopt("fix", cwd=root)
    assert "ctxopt cannot undo this: builds are sent what is in" in " ".join(done.stdout.split())
    assert not os.path.exists(os.path.join(root, "state"))


@pytest.mark.parametrize("given", [None, "relative"])
def test_without_a_state_folder_of_its_own(root, tmp_path, monkeypatch, given):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    if given is None:
        monkeypatch.delenv("XDG_STATE_HOME")
    else:
        monkeypatch.setenv("XDG_STATE_HOME", given)
    ctxopt("fix", cwd=root)
    assert len(kept(tmp_path / "home" / ".local" / "state")) == 1
    assert ctxopt("fix", "--undo", cwd=root).returncode == 0


def test_an_older_write_counts_where_the_last_run_was_killed_before_it_wrote(root):
    path = os.path.join(root, ".dockerignore")
    ctxopt("fix", cwd=root)
    keep(path, read(path), b"never written\n")
    ctxopt("fix", "--undo", cwd=root)
    assert read(path) is None


# --------------------------------------------------------------------------- when nothing is touched


def edit(root: str, content: bytes = b"mine\n") -> None:
    Path(root, ".dockerignore").write_bytes(content)


def remove(root: str) -> None:
    os.remove(os.path.join(root, ".dockerignore"))


@pytest.mark.parametrize(
    ("options", "then", "said"),
    [
        (None, lambda root: None, "there is nothing to undo: no write of ctxopt to .dockerignore"),
        (None, edit, "there is nothing to undo: no write of ctxopt to .dockerignore"),
        (["--dry-run"], lambda root: None, "there is nothing to undo: no write"),
        (["--check"], lambda root: None, "there is nothing to undo: no write"),
        (["--format", "diff"], lambda root: None, "there is nothing to undo: no write"),
        (["--no-preventive"], edit, ".dockerignore was edited after ctxopt wrote it"),
        ([], edit, ".dockerignore was edited after ctxopt wrote it, and stays as it is"),
        ([], lambda root: edit(root, b""), ".dockerignore was edited after ctxopt wrote it"),
        ([], remove, ".dockerignore was removed after ctxopt wrote it"),
    ],
)
def test_without_a_write_that_stands(root, options, then, said):
    lay(root, {".dockerignore": "*.pyc\n"})
    if options is not None:
        ctxopt("fix", *options, cwd=root)
    then(root)
    assert refusal(root).startswith(said)


def test_the_hint_shows_the_edits(root):
    lay(root, {".dockerignore": "*.pyc\n"})
    ctxopt("fix", cwd=root)
    edit(root, b"mine\n")
    hint = ctxopt("fix", "--undo", cwd=root).stderr.splitlines()[1]
    shown = hint.removeprefix("hint: diff ").split(" shows the edits; ")
    written, path = shown[0].split()
    assert read(path) == b"mine\n"
    assert b"node_modules" in (read(written) or b"")
    assert read(shown[1].removesuffix(" is the file of before")) == b"*.pyc\n"


def test_a_file_that_was_put_back_by_hand(root):
    edit(root, b"*.pyc\n")
    ctxopt("fix", cwd=root)
    edit(root, b"*.pyc\n")
    assert refusal(root).startswith("there is nothing to undo: .dockerignore is as it was")


def test_a_new_file_that_was_removed_by_hand(root):
    ctxopt("fix", cwd=root)
    remove(root)
    assert refusal(root).startswith("there is nothing to undo: .dockerignore is as it was")


def test_the_write_of_another_context(root):
    lay(root, {f"{name}/{path}": content for name in "ab" for path, content in TREE.items()})
    ctxopt("fix", "a", cwd=root)
    lay(root, {"b/.dockerignore": (read(os.path.join(root, "a/.dockerignore")) or b"").decode()})
    assert "nothing to undo" in refusal(root, "b")
    assert "nothing to undo" in refusal(root)
    assert ctxopt("fix", "--undo", "a", cwd=root).returncode == 0


def lose_before(record: Path) -> None:
    (record / "before").unlink()


def lose_written(record: Path) -> None:
    (record / "written").unlink()


def make_fifo(record: Path) -> None:
    lose_before(record)
    os.mkfifo(record / "before")


def make_folder(record: Path) -> None:
    lose_written(record)
    (record / "written").mkdir()


def make_file(record: Path) -> None:
    shutil.rmtree(record)
    record.write_bytes(b"")


def lead_nowhere(record: Path) -> None:
    lose_written(record)
    (record / "written").symlink_to("written")


@pytest.mark.parametrize(
    "spoil", [lose_before, lose_written, make_fifo, make_folder, make_file, lead_nowhere]
)
def test_what_is_kept_is_broken(root, state, spoil):
    edit(root, b"*.pyc\n")
    ctxopt("fix", cwd=root)
    (record,) = kept(state)
    spoil(record)
    assert refusal(root).startswith("what is kept of the last write to .dockerignore cannot be us")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_is_kept_cannot_be_read(root, state):
    ctxopt("fix", cwd=root)
    (record,) = kept(state)
    (record / "written").chmod(0)
    assert "cannot be used" in refusal(root)


def test_a_record_that_is_not_whole_counts_for_nothing(root, state):
    edit(root, b"*.pyc\n")
    ctxopt("fix", cwd=root)
    (record,) = kept(state)
    record.rename(f"{record}.part")
    assert refusal(root).startswith("there is nothing to undo: no write")


def replace_by_link(root: str) -> None:
    content = read(os.path.join(root, ".dockerignore")) or b""
    remove(root)
    Path(root, "other").write_bytes(content)
    os.symlink("other", os.path.join(root, ".dockerignore"))


def replace_by_link_out(root: str) -> None:
    os.rename(os.path.join(root, ".dockerignore"), os.path.join(root, "..", "outside"))
    os.symlink("../outside", os.path.join(root, ".dockerignore"))


def replace_by_folder(root: str) -> None:
    remove(root)
    os.mkdir(os.path.join(root, ".dockerignore"))


def break_lines(root: str) -> None:
    edit(root, b"[\n")


@pytest.mark.parametrize(
    "then", [replace_by_link, replace_by_link_out, replace_by_folder, break_lines]
)
def test_another_file_in_its_place(root, then):
    ctxopt("fix", cwd=root)
    then(root)
    assert refusal(root)


@pytest.mark.parametrize(
    "options",
    [
        ["--interactive"], ["--dry-run"], ["--check"], ["--proven"], ["--possible"], ["--no-preventive"],
        ["--prune-unused"], ["--allow-list"], ["--bandwidth", "1 Mbit/s"], ["--select", "git-folder"],
        ["--ignore", "git-folder"], ["--format", "json"], ["--format", "diff"], ["--output", "report"],
    ],
)  # fmt: skip
def test_options_that_do_not_go_with_it(root, options):
    ctxopt("fix", cwd=root)
    said = refusal(root, *options)
    assert said.startswith(f"--undo and {options[0]}")
    assert said.endswith("cannot be combined")
    assert not os.path.exists(os.path.join(root, "report"))


@pytest.mark.parametrize("options", [["-f", "none"], ["nowhere"], ["--builder", "docker"]])
def test_a_file_that_is_not_found(root, options):
    assert ctxopt("fix", "--undo", *options, cwd=root).returncode == 2


def test_an_interrupt_that_comes_once_all_is_written(root, state, monkeypatch):
    def late(*arguments: Any, **more: Any) -> None:
        replace_file(*arguments, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(fix_run, "replace_file", late)
    with pytest.raises(KeyboardInterrupt):
        run(FixRequest(root=root))
    assert len(kept(state)) == 1
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    assert ctxopt("fix", "--undo", cwd=root).returncode == 0
    assert read(os.path.join(root, ".dockerignore")) is None


def _interrupts(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("place", "options", "said"),
    [
        ("ctxopt.report.fix_text.render_text", [], ".dockerignore is written"),
        ("ctxopt.fix.run.outcome_of", [], ".dockerignore is written"),
        ("ctxopt.fix.run.outcome_of", ["--dry-run"], "nothing is written"),
        ("ctxopt.report.fix_text.render_text", ["--dry-run"], "nothing is written"),
        ("ctxopt.fix.run.replace_file", [], "nothing is written"),
        ("ctxopt.fix.run.plan_fix", [], "nothing is written"),
        ("ctxopt.fix.repository.plan_cures", ["--all"], None),
        ("ctxopt.report.fix_all_text.render_all", ["--all"], ".dockerignore is written"),
        ("ctxopt.report.fix_all_text.render_all", ["--all", "--dry-run"], "nothing is written"),
    ],
)  # fmt: skip
def test_an_interrupt_says_what_is_written(root, monkeypatch, place, options, said):
    lay(root, {"compose.yaml": "services: {web: {build: .}}\n"})
    monkeypatch.setattr(place, _interrupts)
    done = ctxopt("fix", *options, cwd=root)
    told = "" if said is None else f"interrupted: {said}\n"
    assert (done.returncode, done.stderr) == (130, told)


@pytest.mark.parametrize("command", ["scan", "ls", "report"])
def test_an_interrupt_of_what_writes_nothing_says_nothing(root, monkeypatch, command):
    monkeypatch.setattr("ctxopt.build.context.find_context", _interrupts)
    done = ctxopt(command, cwd=root)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_write_that_fails_is_forgotten(root, state, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise WriteError("no")

    edit(root, b"*.pyc\n")
    run(FixRequest(root=root))
    (record,) = kept(state)
    lay(root, {"__pycache__/x.pyc": 2 * MB, ".env": "KEY=aaaaaaaaaaaaa\n"})
    monkeypatch.setattr(fix_run, "replace_file", fails)
    with pytest.raises(WriteError):
        run(FixRequest(root=root))
    assert kept(state) == [record]


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "No space left on device"), (errno.EROFS, "Read-only file")]
)
def test_what_cannot_be_kept_is_written_and_said(root, monkeypatch, code, said):
    def mkdir(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "mkdir", mkdir)
    done = ctxopt("fix", cwd=root)
    assert done.returncode == 0
    report = " ".join(done.stdout.split())
    assert " Written to .dockerignore ctxopt cannot undo this: " in report
    assert said in report
    assert "--undo" not in done.stdout
    assert read(os.path.join(root, ".dockerignore"))
    assert "nothing to undo" in refusal(root)


@pytest.mark.parametrize("before", [None, b"*.pyc\n"])
def test_of_two_at_once_one_does_it(root, before):
    if before is not None:
        edit(root, before)
    for _ in range(5):
        run(FixRequest(root=root))
        with ThreadPoolExecutor(4) as pool:
            done = [pool.submit(undo, FixRequest(root=root)) for _ in range(4)]
        failed = [item.exception() for item in done if item.exception() is not None]
        assert len(failed) == 3
        assert all(isinstance(error, WriteError) for error in failed)
        assert read(os.path.join(root, ".dockerignore")) == before
        assert os.listdir(root).count(".ctxopt-write.tmp") == 0


def test_what_a_link_leads_to_never_comes_back(root, state, tmp_path):
    private = tmp_path / "private"
    private.write_bytes(b"secret")
    ctxopt("fix", cwd=root)
    (record,) = kept(state)
    (record / "was-not-there").unlink()
    (record / "before").symlink_to(private)
    assert "is not what ctxopt kept there" in refusal(root)
    assert b"secret" not in (read(os.path.join(root, ".dockerignore")) or b"")


@pytest.mark.parametrize("part", ["written", "before"])
def test_what_is_too_large_is_not_read(root, state, part):
    Path(root, ".dockerignore").write_bytes(b"*.pyc\n")
    ctxopt("fix", cwd=root)
    (record,) = kept(state)
    os.truncate(record / part, 3 << 30)
    assert "is not what ctxopt kept there" in refusal(root)
