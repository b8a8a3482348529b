"""Why ``.git`` is read: of all that would ask for the history, what a build runs beside it. Opens nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxopt.evidence.called_needs import Called
from ctxopt.evidence.called_texts import TextFile
from ctxopt.evidence.manifest_needs import mention_of
from ctxopt.evidence.needs import Clues, GitReason
from ctxopt.evidence.recipes import program_of
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.paths import parent


def reasons_for_git(
    clues: Sequence[Clues],
    builds: Iterable[Called],
    manifests: Iterable[TextFile],
    files: SentFiles,
) -> list[GitReason]:
    """Return what is certain, then the files that ask for the history, are run and find one.

    ``builds`` are all that the ignore file serves. Without any, nothing says that such a file is not run.
    """
    reasons = [reason for one in clues for reason in one.git]
    mentions = [mention for one in clues for mention in one.mentions]
    histories = [".git", *(path for path in files.tree.folders if path.endswith("/.git"))]
    callers = [file.text for file in manifests if program_of(file.path) is None]
    served = list(builds)
    found: list[GitReason] = []
    if not served:
        found = mentions
    for called in served:
        for mention in mentions:
            held = _held(mention, called, callers, files)
            if held is not None and called.taken.joins(mention.path, histories):
                found.append(held)
    # One reason a file, the first: the same Makefile is met by its name and by the step that names it.
    named: dict[str, GitReason] = {}
    for reason in found:
        named.setdefault(reason.path, reason)
    return [*reasons, *named.values()]


def may_compare(reasons: Iterable[GitReason]) -> bool:
    """Tell whether something that reads ``.git`` may notice a tracked file that is missing."""
    known = [item.compares for item in reasons if item.compares is not None]
    # An instruction that only brings .git says nothing of the purpose: what asks git tells it.
    return any(known) or not known


def _held(
    mention: GitReason, called: Called, callers: Iterable[str], files: SentFiles
) -> GitReason | None:
    """Return the mention as far as the build reaches it: of a file of tasks only some may be run."""
    path = mention.path
    program = program_of(path)
    task = called.tasks.get(path)
    if task is None and program == "npm":
        # Its scripts are not run, yet what it installs may be.
        text = called.installed(path)
        if text is None or not called.workspaces.has_part(parent(path), called.texts):
            return None
        return mention_of(path, text, files.catalog)
    if task is not None:
        held = mention_of(path, f"{task.always}\n{task.commands}", files.catalog)
        if held is None and mention in called.clues.mentions:
            return mention
        return held
    if path not in called.known and called.reaches(path, callers):
        return mention
    return None
