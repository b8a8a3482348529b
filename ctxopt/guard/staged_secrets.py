"""The secrets that a build of what is staged would be sent: the index is measured and its contents are looked into.

Reads blobs of git, nothing of the working tree, and never keeps or shows the value of a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ctxopt.config.load import ContextBudget
from ctxopt.errors import ConfigError
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.keep import read_keep_list
from ctxopt.evidence.new_files import Skipped, unseen_part
from ctxopt.evidence.secret_clue import Clue
from ctxopt.evidence.secret_search import clue_in_new
from ctxopt.evidence.secrets import MOST_TEST_FILES, clue_in_tracked, is_test_file
from ctxopt.evidence.tracked_secrets import Suspect, find_suspects
from ctxopt.git.repository import Repository
from ctxopt.git.state import GitState, read_state
from ctxopt.guard.against import prefix_of, refuse_bare, repository_at
from ctxopt.guard.request import CheckRequest
from ctxopt.guard.side import Side, state_side
from ctxopt.paths import join, name, parent
from ctxopt.rules.finding import SECRETS
from ctxopt.rules.paths.secret_file import is_let_in
from ctxopt.rules.run import silences
from ctxopt.tree.model import Folder
from ctxopt.tree.view import View


class StagedSecret(NamedTuple):
    """A staged file with a secret in it that a build would be sent."""

    path: str
    """From the root that was asked about."""
    clue: Clue


class StagedSecrets(NamedTuple):
    """What a look at the index gave, by path, each path once."""

    found: list[StagedSecret]
    skipped: list[Skipped]
    """New files that are sent and that nothing is known of; one may be in ``found`` as well, by another build."""


def find_staged_secrets(question: CheckRequest) -> StagedSecrets:
    """Return the secrets in what the builds of the index would be sent.

    Raises ConfigError outside of a repository, and CtxoptError where the index cannot be measured.
    """
    repository = repository_at(question.root)
    if repository is None:
        raise ConfigError(
            f"--secrets is about what is staged, and {question.root!r} is in no git repository",
            hint="ctxopt scan looks for secrets on disk",
        )
    refuse_bare(repository)
    found: dict[str, StagedSecret] = {}
    skipped: dict[str, Skipped] = {}
    if question.config.selection.runs(SECRETS):
        for budget in question.places.values():
            state = read_state(repository, None, prefix_of(budget.path, question.root, repository))
            for item in _in_context(question, budget, state):
                if isinstance(item, StagedSecret):
                    found.setdefault(item.path, item)
                else:
                    skipped.setdefault(item.path, item)
    return StagedSecrets(sorted(found.values()), sorted(skipped.values()))


def _in_context(
    question: CheckRequest, budget: ContextBudget, state: GitState
) -> Iterator[StagedSecret | Skipped]:
    side = state_side(question, budget, state)
    context = side.analysis.context
    if silences(context.ignore.file, SECRETS):
        return
    view = _sent(side)
    kept = read_keep_list(question.config.keep, context.ignore.file).paths(view)
    suspects, skipped = find_suspects(view, load_catalog(), _new_in(state), kept)
    folder = question.folder_of(budget.path)

    def is_told(path: str) -> bool:
        return not is_let_in(side.analysis.matcher, path)

    contents = _Contents(state)
    for item, content in contents.of(item for item in suspects if is_told(item.path)):
        clue = _clue_of(item, content, contents)
        reason = unseen_part(content)
        if clue is not None:
            yield StagedSecret(join(folder, item.path), clue)
        # What no text says is known of a key store, whose name has been judged.
        elif reason == "large" or (reason is not None and item.entry is None):
            yield Skipped(join(folder, item.path), reason)
    for path, reason in skipped:
        if is_told(path):
            yield Skipped(join(folder, path), reason)


def _sent(side: Side) -> View:
    """Return what the build takes; where that is not known, all that could be sent."""
    return side.view("transferred") or side.analysis.permitted


def _clue_of(suspect: Suspect, content: bytes, contents: _Contents) -> Clue | None:
    if suspect.entry is None:
        return clue_in_new(suspect.path, content)
    return clue_in_tracked(
        suspect.path, suspect.entry, content, lambda: contents.tests_beside(suspect.path)
    )


def _new_in(state: GitState) -> Callable[[Folder], list[int]]:
    """Return what tells of a folder's entries which are not in HEAD as they are in the index."""
    committed: Mapping[str, str] = {}
    head = state.repository.resolve("HEAD")
    if head is not None:
        listed = state.repository.list_commit(head, state.prefix)
        committed = {entry.path: entry.id for entry in listed}
    changed = {path for path, blob in state.blobs.items() if committed.get(path) != blob}

    def new_in(folder: Folder) -> list[int]:
        names = enumerate(folder.names)
        return [place for place, name in names if folder.child(name) in changed]

    return new_in


class _Contents:
    """What files of a state hold."""

    def __init__(self, state: GitState) -> None:
        self._repository: Repository = state.repository
        self._blobs = state.blobs
        self._tests: dict[str, list[bytes]] = {}

    def of(self, suspects: Iterable[Suspect]) -> Iterator[tuple[Suspect, bytes]]:
        """Yield each suspect with its content, read one at a time."""
        # A submodule and what stands behind one has no content here.
        known = [item for item in suspects if item.path in self._blobs]
        read = self._repository.blobs([self._blobs[item.path] for item in known])
        for item, (_, content) in zip(known, read, strict=False):
            yield item, content

    def tests_beside(self, path: str) -> list[bytes]:
        """Return the texts of the tests in the folder of ``path``."""
        folder = parent(path)
        if folder not in self._tests:
            tests = [
                blob
                for other, blob in sorted(self._blobs.items())
                if parent(other) == folder and is_test_file(name(other))
            ]
            read = self._repository.blobs(tests[:MOST_TEST_FILES])
            self._tests[folder] = [content for _, content in read]
        return self._tests[folder]
