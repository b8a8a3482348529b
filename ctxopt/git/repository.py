"""Ask git what it knows: which paths it tracks or ignores, what a commit or the index holds.

The door of this room: every question is a method of ``Repository``; ``command`` runs git for it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ctxopt.errors import GitError
from ctxopt.git.command import (
    NoGitError,
    check_exit,
    clean_environment,
    missing_object,
    read_object,
    run_git,
    run_two,
    start_git,
)
from ctxopt.git.evidence import Found, GitEvidence
from ctxopt.git.listing import GITLINK, TREE, Listed, ignored_paths, index_entries, tree_entries
from ctxopt.paths import folders_above, join, relative, with_slash

_SHALLOW = "this clone is shallow: `git fetch --unshallow`, or fetch-depth: 0"
_INSIDE = "ctxopt-asks"
"""A name that no rule is about."""
_FACTS = ("--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree")
_PLACES = ("--absolute-git-dir", "--show-toplevel")

_EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The id of a file without content, with SHA-1 and with SHA-256."""


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
        has_submodules = os.path.exists(os.path.join(self.top, ".gitmodules"))
        below = _limit_to(prefix)
        tracking = ["ls-files", "-z", "--cached", *below]
        if has_submodules:
            # Only the modes tell a submodule from a file; without them git prints half as much.
            tracking = ["ls-files", "-z", "--stage", *below]
        ignoring = [
            "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", *below,
        ]  # fmt: skip
        if prefix and self._is_ignored_folder(prefix):
            # NOTE: inside a folder it ignores, `ls-files --ignored` fails or says nothing.
            tracked, links = _tracked(self.run(*tracking), prefix, has_submodules)
            if not tracked and not links:
                return GitEvidence(frozenset(), frozenset({""}), found=self._as_found(prefix))
            ignored_listing = self.run(*ignoring)
        else:
            # At once: the one reads the disk while the other reads the index.
            ignored_listing, tracked_listing = run_two(
                self.top, ignoring, tracking, self._environment(None)
            )
            tracked, links = _tracked(tracked_listing, prefix, has_submodules)
        ignored = ignored_paths(ignored_listing, prefix)
        self._add_submodules(root, tracked, ignored, links)
        return GitEvidence(frozenset(tracked), frozenset(ignored), found=self._as_found(prefix))

    def _as_found(self, prefix: str) -> Found:
        return Found(self.top, prefix, self.git_dir)

    def _is_ignored_folder(self, path: str) -> bool:
        asked = ("check-ignore", "--", "./" + path)
        return bool(self.run(*asked, accept=(0, 1), literal=False))

    def untracked(self, ignored: Collection[str]) -> frozenset[str]:
        """Return what git neither tracks nor ignores below the folder asked from; a folder stands for all below it.

        ``ignored`` are the paths there that it ignores: a folder that holds some is told file by file.
        """
        asked = ("ls-files", "-z", "--others", "--exclude-standard")
        below = _limit_to(self.prefix)
        found = ignored_paths(self.run(*asked, "--directory", *below), self.prefix)
        mixed = found & (folders_above(ignored) | set(ignored))
        if mixed:
            listed = [join(self.prefix, folder) + "/" for folder in sorted(mixed)]
            found = found - mixed | ignored_paths(self.run(*asked, "--", *listed), self.prefix)
        return frozenset(found - {""})

    def would_ignore(self, paths: Collection[str]) -> frozenset[str]:
        """Return those of ``paths``, below the folder asked from, that the rules ignore, there or not.

        Raises GitError where one is in a submodule or behind a symbolic link.
        """
        # What is not there may become a folder, and a rule may be for folders alone: then what is in it is ignored.
        asked = [name for path in paths for name in (path, join(path, _INSIDE))]
        request = "".join(f"./{join(self.prefix, name)}\0" for name in asked)
        answer = self.run(
            "check-ignore", "--no-index", "-z", "--stdin",
            stdin=os.fsencode(request), accept=(0, 1), literal=False,
        )  # fmt: skip
        found = {name.removeprefix("./") for name in os.fsdecode(answer).split("\0")}
        return frozenset(
            path
            for path in paths
            if not found.isdisjoint(
                (join(self.prefix, path), join(self.prefix, join(path, _INSIDE)))
            )
        )

    def is_sparse_at(self, path: str) -> bool:
        """Tell whether a sparse checkout leaves out all that is tracked at ``path``, from the folder it was found from."""
        asked = ["ls-files", "-z", "-t", "--", join(self.prefix, path)]
        listed = [entry for entry in self.run(*asked).split(b"\0") if entry]
        return bool(listed) and all(entry.startswith(b"S ") for entry in listed)

    def _add_submodules(
        self, root: str, tracked: set[str], ignored: set[str], links: list[str]
    ) -> None:
        for link in links:
            folder = os.path.join(root, link)
            if not os.path.exists(os.path.join(folder, ".git")):
                continue
            module = find_repository(folder)
            # With a prefix: the submodule's own `.git` is broken, and git answers for what is around it.
            if module is None or module.prefix:
                continue
            inside = module.evidence(folder)
            tracked.update(join(link, path) for path in inside.tracked)
            ignored.update(join(link, path) for path in inside.ignored)

    def resolve(self, spec: str) -> str | None:
        """Return the id of the commit that ``spec`` names; None for a HEAD without any commit.

        Raises GitError where there is no such commit here.
        """
        # What is no name of a commit must not become an option, a range or an error of the system.
        if spec and not spec.startswith(("-", "^")) and "\0" not in spec and ".." not in spec:
            asked = ("rev-parse", "--verify", "--quiet", spec + "^{commit}")
            found = self.run(*asked, accept=(0, 1, 128)).strip()
            if found:
                return os.fsdecode(found)
        if spec in ("HEAD", "@") and self.run("symbolic-ref", "-q", "HEAD", accept=(0, 1)):
            return None
        hint = "`git branch --all` and `git tag` list the names there are"
        if self.shallow:
            hint = f"{_SHALLOW}, gets the rest"
        raise GitError(f"there is no commit {spec!r} in this repository", hint=hint)

    def references(self) -> list[str]:
        """Return the names of branches and tags, as people write them."""
        asked = (
            "for-each-ref",
            "--format=%(refname:short)",
            "refs/heads",
            "refs/tags",
            "refs/remotes",
        )
        return os.fsdecode(self.run(*asked)).splitlines()

    def merge_base(self, one: str, other: str) -> str:
        """Return the id of the commit where two commits parted; raises GitError without one."""
        ids = [self.resolve(one), self.resolve(other)]
        found = b""
        if None not in ids:
            found = self.run("merge-base", *(str(id_) for id_ in ids), accept=(0, 1)).strip()
        if not found:
            hint = "name one of the two"
            if self.shallow:
                hint = f"{_SHALLOW} in CI, gets the rest"
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
                what = "not a folder"
                if entry.mode == GITLINK:
                    what = "a submodule"
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
        below = _limit_to(prefix)
        entries = index_entries(self.run("ls-files", "-z", "--stage", *below))
        # Only asked for where it can matter: an announced file has no content in the index yet.
        if any(entry.id in _EMPTY_BLOBS for entry in entries):
            asked = ("diff-files", "-z", "--name-only", "--diff-filter=A", *below)
            announced = set(os.fsdecode(self.run(*asked)).split("\0"))
            entries = [entry for entry in entries if entry.path not in announced]
        if not prefix:
            return entries
        cut = len(with_slash(prefix))
        return [entry._replace(path=entry.path[cut:]) for entry in entries]

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
        # An index lists files alone; a folder shows in what lies below it.
        if listed:
            return Listed(TREE, "", path)
        return None

    def sizes(self, ids: Collection[str]) -> Mapping[str, int]:
        """Return the bytes of blobs, at least of those in ``ids``; each is asked for once.

        Raises GitError where one is not in this clone, or damaged.
        """
        unknown = sorted(set(ids).difference(self._sizes))
        if unknown:
            request = "".join(f"{id_}\n" for id_ in unknown).encode()
            format_ = "--batch-check=%(objectname) %(objectsize)"
            arguments = ["cat-file", format_, "--buffer"]
            with start_git(self.top, arguments, self._environment(None), subprocess.PIPE) as git:
                answer, complaint = git.communicate(request)
            check_exit(git.returncode, complaint)
            for line in answer.decode().splitlines():
                id_, _, size = line.partition(" ")
                if not size.isdecimal():
                    raise missing_object(id_, complaint)
                self._sizes[id_] = int(size)
        return self._sizes

    def blobs(self, ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (id, content) of blobs, one at a time; raises GitError for one that is missing or damaged."""
        if not ids:
            return
        # Loaded where it is needed: most commands ask git for names alone.
        import tempfile

        with tempfile.TemporaryFile() as request:
            request.write("".join(f"{id_}\n" for id_ in ids).encode())
            request.seek(0)
            arguments = ["cat-file", "--batch", "--buffer"]
            with start_git(self.top, arguments, self._environment(None), request) as process:
                for id_ in ids:
                    yield read_object(process, id_)

    def read_blob(self, id_: str) -> bytes:
        """Return the content of one blob; raises GitError where it is not in this clone."""
        return next(content for _, content in self.blobs([id_]))

    def start_reader(self) -> subprocess.Popen[bytes]:
        """Start git so that it answers for one object after the other; the caller ends it."""
        arguments = ["cat-file", "--batch"]
        return start_git(self.top, arguments, self._environment(None), subprocess.PIPE)

    def attributes(
        self, commit: str | None, paths: Iterable[str], names: Iterable[str]
    ) -> Iterator[tuple[str, str, str]]:
        """Yield (path, attribute, value) as the ``.gitattributes`` of a commit or the index say.

        Paths are relative to the top; values are git's: ``set``, ``unset``, ``unspecified``, text.
        """
        import tempfile

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
        return run_git(self.top, arguments, environment, stdin, accept)

    def _environment(self, index: str | None, literal: bool = True) -> dict[str, str]:
        environment = clean_environment()
        if literal:
            environment["GIT_LITERAL_PATHSPECS"] = "1"
        # During `git commit FILE` the index to be committed is not the one at the usual place.
        given = os.environ.get("GIT_INDEX_FILE")
        if index is None and given and _inside(os.path.realpath(given), self.git_dir) is not None:
            index = os.path.realpath(given)
        if index is not None:
            environment["GIT_INDEX_FILE"] = index
        return environment


def find_repository(path: str) -> Repository | None:
    """Find the repository that the folder ``path`` is in; None without one, or without git.

    Raises GitError where git finds one and refuses to read it.
    """
    environment = clean_environment()
    try:
        with start_git(path, ["rev-parse", *_FACTS, *_PLACES], environment) as process:
            output, complaint = process.communicate()
    except NoGitError:
        return None
    if process.returncode and b"not a git repository (or any " in complaint:
        return None
    # Where there is no working tree git answers all but the last question.
    if process.returncode and b"must be run in a work tree" not in complaint:
        check_exit(process.returncode, complaint)
    bare, shallow, inside, places = os.fsdecode(output)[:-1].split("\n", 3)
    if bare == "true":
        return Repository(places, "", places, bare=True, shallow=shallow == "true")
    # Inside a `.git` folder there is a repository, and no working tree that could be sent.
    if inside != "true":
        return None
    git_dir, _, top = places.partition("\n")
    if "\n" in top:
        # A folder's name may have line breaks: then each is asked for alone.
        git_dir, top = (
            os.fsdecode(run_git(path, ["rev-parse", place], environment))[:-1] for place in _PLACES
        )
    prefix = _inside(os.path.realpath(path), top) or ""
    return Repository(top, prefix, git_dir, shallow=shallow == "true")


def _limit_to(prefix: str) -> list[str]:
    """Return the arguments that make git list what is below ``prefix`` alone."""
    if not prefix:
        return []
    return ["--", prefix + "/"]


def _tracked(listing: bytes, prefix: str, staged: bool) -> tuple[set[str], list[str]]:
    """Return the tracked files and the submodules of a listing, relative to ``prefix``."""
    cut = len(with_slash(prefix))
    if not staged:
        return {path[cut:] for path in os.fsdecode(listing).split("\0")[:-1]}, []
    entries = index_entries(listing)
    links = [entry.path[cut:] for entry in entries if entry.mode == GITLINK]
    return {entry.path[cut:] for entry in entries}, links


def _inside(path: str, folder: str) -> str | None:
    """Return one absolute path as seen from another; None outside of it."""
    return relative(path.removeprefix("/"), folder.removeprefix("/"))
