"""Ask git what it knows: which paths it tracks or ignores, what a commit or the index holds.

The only module that runs git. It takes no locks, reaches no network, and starts no program that
a repository's configuration names.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

from ctxopt.errors import GitError
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.listing import GITLINK, TREE, Listed, ignored_paths, index_entries, tree_entries

_OWN = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE",
    "GIT_IMPLICIT_WORK_TREE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_CONFIG", "GIT_ATTR_SOURCE",
)  # fmt: skip
"""Set by git for its hooks: they would answer for the hook's repository, not for the path's."""

_COMMAND = (
    "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository, seen from the folder it was found from."""

    top: str
    """The absolute top folder of the working tree; the git folder of a bare repository."""
    prefix: str
    """That folder, relative to the top, ``/``-separated; empty for the top itself."""
    git_dir: str
    bare: bool = False
    shallow: bool = False
    worktree: bool = False
    """Whether it is a linked working tree, as ``git worktree`` makes them."""
    _sizes: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def evidence(self, root: str) -> GitEvidence:
        """Return what git tracks and ignores below the folder ``root``.

        Raises GitError where git refuses, or the repository has no working tree.
        """
        if self.bare:
            raise GitError(
                f"{self.top} is a bare repository: it has no working tree",
                hint="run it in a clone, or name a commit to compare",
            )
        prefix = _inside(os.path.realpath(root), self.top)
        if prefix is None:
            raise GitError(f"{root!r} is outside of the repository {self.top}")
        modules = os.path.exists(os.path.join(self.top, ".gitmodules"))
        below = ["--", prefix + "/"] if prefix else []
        tracking = ["ls-files", "-z", "--stage" if modules else "--cached", *below]
        ignoring = [
            "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", *below,
        ]  # fmt: skip
        if prefix and self._is_ignored_folder(prefix):
            # NOTE: inside a folder it ignores, `ls-files --ignored` fails or says nothing.
            tracked, links = self._tracked(self.run(*tracking), prefix, modules)
            if not tracked and not links:
                return GitEvidence(frozenset(), frozenset({""}))
            ignored = ignored_paths(self.run(*ignoring), prefix)
        else:
            ignored_listing, listing = self._run_both(ignoring, tracking)
            tracked, links = self._tracked(listing, prefix, modules)
            ignored = ignored_paths(ignored_listing, prefix)
        return self._with_submodules(root, tracked, ignored, links)

    def _is_ignored_folder(self, path: str) -> bool:
        asked = ("check-ignore", "--", "./" + path)
        return bool(self.run(*asked, accept=(0, 1), literal=False))

    def _run_both(self, first: list[str], second: list[str]) -> tuple[bytes, bytes]:
        """Run two commands at once: the first reads the disk while the second reads the index."""
        with ExitStack() as stack:
            processes = [
                stack.enter_context(_start(self.top, arguments, self._environment(None)))
                for arguments in (first, second)
            ]
            outputs = [process.communicate() for process in processes]
        for process, (_, reason) in zip(processes, outputs, strict=True):
            _check(process.returncode, reason, (0,))
        return outputs[0][0], outputs[1][0]

    def _tracked(self, listing: bytes, prefix: str, staged: bool) -> tuple[set[str], list[str]]:
        """The tracked files and the submodules of a listing, relative to ``prefix``."""
        cut = len(prefix) + 1 if prefix else 0
        if not staged:
            paths = os.fsdecode(listing).split("\0")[:-1]
            return {path[cut:] for path in paths} if cut else set(paths), []
        entries = index_entries(listing)
        links = [entry.path[cut:] for entry in entries if entry.mode == GITLINK]
        return {entry.path[cut:] for entry in entries}, links

    def _with_submodules(
        self, root: str, tracked: set[str], ignored: set[str], links: list[str]
    ) -> GitEvidence:
        for link in links:
            folder = os.path.join(root, link)
            if not os.path.exists(os.path.join(folder, ".git")):
                continue
            module = find_repository(folder)
            if module is None or module.prefix:
                continue
            inside = module.evidence(folder)
            tracked.update(f"{link}/{path}" for path in inside.tracked)
            ignored.update(f"{link}/{path}" for path in inside.ignored)
        return GitEvidence(frozenset(tracked), frozenset(ignored))

    def resolve(self, spec: str) -> str | None:
        """Return the id of the commit that ``spec`` names; None for a HEAD without any commit.

        Raises GitError where there is no such commit here.
        """
        if spec and not spec.startswith("-") and "\0" not in spec and ".." not in spec:
            asked = ("rev-parse", "--verify", "--quiet", spec + "^{commit}")
            found = self.run(*asked, accept=(0, 1, 128)).strip()
            if found:
                return os.fsdecode(found)
        if spec in ("HEAD", "@") and self.run("symbolic-ref", "-q", "HEAD", accept=(0, 1)):
            return None
        hint = "`git branch --all` and `git tag` list the names there are"
        if self.shallow:
            hint = (
                "this clone is shallow: `git fetch --unshallow`, or fetch-depth: 0, gets the rest"
            )
        raise GitError(f"there is no commit {spec!r} in this repository", hint=hint)

    def merge_base(self, one: str, other: str) -> str:
        """Return the id of the commit where two commits parted; raises GitError without one."""
        ids = [self.resolve(one), self.resolve(other)]
        found = b""
        if None not in ids:
            found = self.run("merge-base", *(str(id_) for id_ in ids), accept=(0, 1)).strip()
        if not found:
            hint = f"this clone is shallow: {_DEEPEN}" if self.shallow else "name one of the two"
            raise GitError(f"{one!r} and {other!r} have no commit in common here", hint=hint)
        return os.fsdecode(found)

    def list_commit(self, commit: str, prefix: str = "") -> list[Listed]:
        """List the files of a commit below ``prefix``, relative to it; none if it is not there.

        Raises GitError where ``prefix`` is not a folder.
        """
        tree = commit
        if prefix:
            entry = self.look_up(commit, prefix)
            if entry is None:
                return []
            if entry.mode != TREE:
                what = "a submodule" if entry.mode == GITLINK else "not a folder"
                raise GitError(f"{prefix!r} is {what} in {commit[:12]}")
            tree = entry.id
        return tree_entries(self.run("ls-tree", "-r", "-z", tree))

    def list_index(self, prefix: str = "") -> list[Listed]:
        """List the index below ``prefix``, relative to it; raises GitError in a bare repository.

        What ``git add -N`` only announced is left out: a commit would not hold it.
        """
        if self.bare:
            raise GitError(
                f"{self.top} is a bare repository: it has no index", hint="name a commit"
            )
        below = ["--", prefix + "/"] if prefix else []
        cut = len(prefix) + 1 if prefix else 0
        entries = index_entries(self.run("ls-files", "-z", "--stage", *below))
        announced: set[str] = set()
        if any(entry.id in _EMPTY_BLOBS for entry in entries):
            asked = ("diff-files", "-z", "--name-only", "--diff-filter=A", *below)
            announced.update(os.fsdecode(self.run(*asked)).split("\0"))
        return [
            entry._replace(path=entry.path[cut:]) if cut else entry
            for entry in entries
            if entry.path not in announced
        ]

    def look_up(self, commit: str | None, path: str) -> Listed | None:
        """Return what is at ``path``, relative to the top, in a commit or (None) in the index.

        A folder has mode 040000; one of the index has no id.
        """
        if commit is not None:
            found = tree_entries(self.run("ls-tree", "-z", commit, "--", path))
            return next((entry for entry in found if entry.path == path), None)
        listed = index_entries(self.run("ls-files", "-z", "--stage", "--", path))
        for entry in listed:
            if entry.path == path:
                return entry
        return Listed(TREE, "", path) if listed else None

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        """Return the bytes of blobs, at least of those in ``ids``; each is asked for once.

        Raises GitError where one is not in this clone.
        """
        unknown = sorted(set(ids).difference(self._sizes))
        if unknown:
            request = "".join(f"{id_}\n" for id_ in unknown).encode()
            format_ = "--batch-check=%(objectname) %(objectsize)"
            answer = self.run("cat-file", format_, "--buffer", stdin=request).decode()
            for line in answer.splitlines():
                id_, _, size = line.partition(" ")
                if not size.isdecimal():
                    raise _missing(id_)
                self._sizes[id_] = int(size)
        return self._sizes

    def blobs(self, ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (id, content) of blobs, one at a time; raises GitError for one that is missing."""
        if not ids:
            return
        with tempfile.TemporaryFile() as request:
            request.write("".join(f"{id_}\n" for id_ in ids).encode())
            request.seek(0)
            arguments = ["cat-file", "--batch", "--buffer"]
            with _start(self.top, arguments, self._environment(None), request) as process:
                output = process.stdout
                if output is None:
                    return
                for _ in range(len(ids)):
                    header = output.readline().split()
                    if len(header) != 3:
                        raise _missing(os.fsdecode(header[0]) if header else "a blob")
                    content = output.read(int(header[2]))
                    output.read(1)
                    yield os.fsdecode(header[0]), content

    def read_blob(self, id_: str) -> bytes:
        """Return the content of one blob; raises GitError where it is not in this clone."""
        return next(content for _, content in self.blobs([id_]))

    def attributes(
        self, commit: str | None, paths: Iterable[str], names: Iterable[str]
    ) -> Iterator[tuple[str, str, str]]:
        """Yield (path, attribute, value) as the ``.gitattributes`` of a commit or the index say.

        Paths are relative to the top; values are git's: ``set``, ``unset``, ``unspecified``, text.
        """
        request = os.fsencode("".join(f"{path}\0" for path in paths))
        with tempfile.TemporaryDirectory(prefix="ctxopt-") as folder:
            index = None
            if commit is not None:
                # Only git 2.40 can read attributes of a commit without an index that holds it.
                index = os.path.join(folder, "index")
                self.run("read-tree", commit, index=index)
            asked = ("check-attr", "--cached", "-z", "--stdin", *names)
            answer = os.fsdecode(self.run(*asked, stdin=request, index=index)).split("\0")
        yield from zip(answer[0::3], answer[1::3], answer[2::3], strict=False)

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        index: str | None = None,
        accept: tuple[int, ...] = (0,),
        literal: bool = True,
    ) -> bytes:
        """Run git at the top and return what it prints; raises GitError with git's reason."""
        environment = self._environment(index, literal)
        return _run(self.top, list(arguments), environment, stdin, accept)

    def _environment(self, index: str | None, literal: bool = True) -> dict[str, str]:
        environment = _environment()
        if literal:
            environment["GIT_LITERAL_PATHSPECS"] = "1"
        # During `git commit FILE` the index to be committed is not the one at the usual place.
        given = os.environ.get("GIT_INDEX_FILE")
        if index is None and given and _inside(os.path.realpath(given), self.git_dir) is not None:
            index = os.path.realpath(given)
        if index is not None:
            environment["GIT_INDEX_FILE"] = index
        return environment


_DEEPEN = "`git fetch --unshallow`, or fetch-depth: 0 in CI, gets the rest"

_EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)


def find_repository(path: str) -> Repository | None:
    """Find the repository that the folder ``path`` is in; None without one, or without git.

    Raises GitError where git finds one and refuses to read it.
    """
    environment = _environment()
    try:
        with _start(path, ["rev-parse", *_FACTS, "--absolute-git-dir"], environment) as process:
            output, reason = process.communicate()
    except _NoGitError:
        return None
    if process.returncode and b"not a git repository (or any " in reason:
        return None
    _check(process.returncode, reason, (0,))
    bare, shallow, inside, git_dir = os.fsdecode(output)[:-1].split("\n", 3)
    if bare == "true":
        return Repository(git_dir, "", git_dir, bare=True, shallow=shallow == "true")
    if inside != "true":
        return None
    top = os.fsdecode(_run(path, ["rev-parse", "--show-toplevel"], environment))[:-1]
    prefix = _inside(os.path.realpath(path), top) or ""
    linked = os.path.isfile(os.path.join(git_dir, "commondir"))
    return Repository(top, prefix, git_dir, shallow=shallow == "true", worktree=linked)


class _NoGitError(GitError):
    """There is no git to run."""


_FACTS = ("--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree")


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _OWN}
    environment |= {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }
    return environment


def _start(
    folder: str, arguments: list[str], environment: dict[str, str], stdin: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and what users name is never an option
            [*_COMMAND, "-C", folder, *arguments],
            env=environment,
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise _NoGitError(f"git cannot be run: {error.strerror}", hint="install git") from error


def _run(
    folder: str,
    arguments: list[str],
    environment: dict[str, str],
    stdin: bytes | None = None,
    accept: tuple[int, ...] = (0,),
) -> bytes:
    with ExitStack() as stack:
        request = None
        if stdin is not None:
            request = stack.enter_context(tempfile.TemporaryFile())
            request.write(stdin)
            request.seek(0)
        process = stack.enter_context(_start(folder, arguments, environment, request))
        output, reason = process.communicate()
    _check(process.returncode, reason, accept)
    return output


def _check(code: int, stderr: bytes, accept: tuple[int, ...]) -> None:
    """Raise GitError with the last thing git complained of, unless ``code`` is accepted."""
    if code in accept:
        return
    lines = [line.strip() for line in os.fsdecode(stderr).splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    reason = (fatal or lines or [f"it ended with code {code}"])[0]
    reason = reason.removeprefix("fatal: ").removeprefix("error: ")
    hint = None
    if "dubious ownership" in reason:
        hint = next((line for line in lines if line.startswith("git config ")), None)
    elif any("promisor" in line or "not allowed" in line for line in lines):
        hint = _PARTIAL
    raise GitError(f"git refused: {reason}", hint=hint)


_PARTIAL = "in a partial clone, check the commit out once, or clone without --filter"


def _missing(id_: str) -> GitError:
    return GitError(f"object {id_} is not in this clone", hint=_PARTIAL)


def _inside(path: str, folder: str) -> str | None:
    """``path`` relative to ``folder``; None outside of it."""
    if path == folder:
        return ""
    above = folder.rstrip("/") + "/"
    return path[len(above) :] if path.startswith(above) else None
