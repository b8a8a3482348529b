"""Which entry of the catalogue is right about a path, and what the path then is: the judgement behind every candidate.

A name alone decides only where hardly anything else bears it. For the others the table at the end says, kind by kind,
which evidence has to agree. Pure: everything is told of one path; nothing is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from ctxopt.evidence.catalog import CatalogEntry, CatalogKind
from ctxopt.evidence.git_status import GitStatus

Topic: TypeAlias = CatalogKind | Literal["ignored", "large", "worktree"]
"""A kind of the catalogue, or what evidence alone says."""


class KnownPath(NamedTuple):
    """What is known of a path before anything is said of it."""

    path: str
    is_dir: bool
    is_large: bool
    """Whether the bytes sent of it reach ``large-file``; of a folder, those of everything below it."""
    state: GitStatus
    nearby: Callable[[], Collection[str]]
    """Gives the names beside the path and in the folders above it. Asked only where a manifest counts:
    collecting them costs more than everything else that is asked here."""
    is_worktree: bool = False
    """Whether it is another checkout of this repository, or holds nothing else."""
    inside: Callable[[], Collection[str]] = tuple
    """Gives the names right below a folder. Asked only where several entries are credible."""


_ENDING: Final = "**/*"
"""How patterns for an ending begin; a whole name, as ``core``, may be that of something else."""
_NUMBERED: Final = "[0-9]*"
"""How patterns end for what a crash leaves, with the number of the process."""

_LEFT_INSIDE: Final = {"CMakeCache.txt": "cpp", "meson-info": "cpp", "config.status": "cpp"}
"""What a tool leaves in the folder that it makes, with its stack: who made it is surer than who could have."""
_PICTURES: Final = "screenshots"
_SERVED: Final = frozenset(
    [
        "app",
        "assets",
        "components",
        "content",
        "css",
        "data",
        "dist",
        "html",
        "lib",
        "pages",
        "priv",
        "public",
        "resources",
        "src",
        "static",
        "templates",
        "views",
        "www",
    ]
)
"""Folders in which a program finds what it shows."""

Predicate: TypeAlias = Callable[[CatalogEntry, KnownPath], bool]


def choose_entry(entries: Sequence[CatalogEntry], known: KnownPath) -> CatalogEntry | None:
    """Return the entry, of those that match a path, that is right about it: a sure one, else one that evidence backs."""
    backed = [entry for entry in entries if is_backed(entry, known)]
    for entry in backed:
        if has_sure_name(entry):
            return entry
    makers = set()
    if len(backed) > 1:
        makers = {_LEFT_INSIDE.get(name) for name in known.inside()} - {None}
    for entry in backed:
        if entry.stack in makers:
            return entry
    for entry in backed:
        # Several stacks share a name, such as ``target``: the one whose manifest is there knows the cure.
        if manifest_agrees(entry, known):
            return entry
    return next(iter(backed), None)


def topic_of(entry: CatalogEntry | None, known: KnownPath) -> Topic | None:
    """Return what a path is with the entry chosen for it; None for what is no candidate."""
    if entry is not None:
        return entry.kind
    if git_ignores(known):
        return "ignored"
    if known.is_worktree and known.state == "untracked":
        return "worktree"
    # A large folder that git tracks, or of which git says nothing, is the project itself.
    if known.is_large and (not known.is_dir or known.state == "untracked"):
        return "large"
    return None


def is_backed(entry: CatalogEntry, known: KnownPath) -> bool:
    """Whether the evidence that the kind of ``entry`` asks for is there."""
    return BACKING[entry.kind](entry, known)


# --- what an entry and a path may show


def has_sure_name(entry: CatalogEntry) -> bool:
    """Whether hardly anything else bears the name."""
    return entry.confidence == "high"


def git_ignores(known: KnownPath) -> bool:
    """Whether git leaves the path out, so that no clean checkout has it."""
    return known.state == "ignored"


def is_tracked_file(known: KnownPath) -> bool:
    """Whether people committed this very file; a folder may only hold something that they did."""
    return known.state == "tracked" and not known.is_dir


def manifest_allows(entry: CatalogEntry, known: KnownPath) -> bool:
    """Whether a manifest that the entry asks for is there, or it asks for none."""
    return not entry.manifests or entry.is_credible(known.nearby())


def manifest_agrees(entry: CatalogEntry, known: KnownPath) -> bool:
    """Whether a manifest that the entry asks for is there."""
    return bool(entry.manifests) and entry.is_credible(known.nearby())


def evidence_backs(entry: CatalogEntry, known: KnownPath) -> bool:
    """Whether git or a manifest agrees with a name that many things share."""
    if known.state == "tracked":
        # What people committed under a common name is theirs, whatever lies beside it.
        return False
    if git_ignores(known) or manifest_agrees(entry, known):
        return True
    return known.state == "untracked" and manifest_allows(entry, known)


# --- one function a group of kinds


def is_named_or_backed(entry: CatalogEntry, known: KnownPath) -> bool:
    """A sure name says enough, and a common one needs evidence."""
    return has_sure_name(entry) or evidence_backs(entry, known)


def is_generated(entry: CatalogEntry, known: KnownPath) -> bool:
    """What a tool makes again, unless that very file is committed."""
    return not is_tracked_file(known) and is_named_or_backed(entry, known)


def is_bulk(entry: CatalogEntry, known: KnownPath) -> bool:
    """Data of any sort, in which size decides: a megabyte costs little, and may well be input."""
    if git_ignores(known):
        return True
    if known.is_dir:
        # A small folder is not worth a word as a whole; what is in it may be.
        return known.is_large and is_named_or_backed(entry, known)
    return known.is_large or has_sure_name(entry)


def is_dump(entry: CatalogEntry, known: KnownPath) -> bool:
    """Bulk that a program made: a large file is reported even where it is committed, unless its name is sure.

    A sure name is that of a crash or heap dump; where such a file is tracked, a test reads it.
    """
    if has_sure_name(entry) and is_tracked_file(known):
        return False
    # A local database is no matter of bytes: its rows are those of one machine.
    is_local = entry.pattern.startswith(_ENDING) or entry.pattern.endswith(_NUMBERED)
    if known.state == "untracked" and not known.is_dir and is_local:
        return True
    return is_bulk(entry, known)


def is_documentation(_: CatalogEntry, known: KnownPath) -> bool:
    """README and its like, and heavy folders of pages: further down they may be what a program shows.

    Of pictures of the program, the name says enough but below what is served.
    """
    if not known.is_dir:
        return "/" not in known.path
    if not known.is_large or known.state != "tracked":
        return False
    *above, own = known.path.split("/")
    return not above or (own == _PICTURES and _SERVED.isdisjoint(above))


def is_repository(_: CatalogEntry, known: KnownPath) -> bool:
    """The folder of a version control system; a file ``.git`` is only a pointer to one."""
    return known.is_dir


def is_named_or_allowed(entry: CatalogEntry, known: KnownPath) -> bool:
    """What its rule opens or asks tests about: only a manifest that is missing can clear it here."""
    return has_sure_name(entry) or manifest_allows(entry, known)


BACKING: Final[Mapping[CatalogKind, Predicate]] = {
    "dependencies": is_generated,
    "build-output": is_generated,
    "cache": is_generated,
    "test-report": is_generated,
    "log": is_generated,
    "dump": is_dump,
    "data": is_bulk,
    "model": is_bulk,
    "media": is_bulk,
    "archive": is_bulk,
    "docs": is_documentation,
    "version-control": is_repository,
    "secret": is_named_or_allowed,
    "test-data": is_named_or_allowed,
    "infrastructure-state": is_named_or_backed,
    "editor": is_named_or_backed,
    "os": is_named_or_backed,
    "container": is_named_or_backed,
    "ci": is_named_or_backed,
}
"""What each kind of the catalogue asks for; a test holds it complete."""
