"""The context is the home folder of a user, or the root of the machine.

``docker build`` in a terminal that has just been opened: with the classic builder all of it is sent, keys and caches among it, and with a
COPY of everything by both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_SHELL: Final = frozenset({".bashrc", ".profile", ".bash_profile", ".zshrc", ".bash_logout"})
_PRIVATE: Final = frozenset(
    {
        *(".ssh", ".gnupg", ".bash_history", ".zsh_history", ".cache", ".local", ".mozilla"),
        *("Downloads", "Desktop", "Documents", "Library"),
    }
)
_MACHINE: Final = frozenset({"bin", "dev", "etc", "proc", "sys", "usr", "var"})


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for such a context."""
    names = set(facts.view.tree.folders[""].names)
    evidence = facts.evidence
    shell = names & _SHELL
    # A repository of settings tracks what a home folder only has.
    is_tracked = evidence is not None and any(map(evidence.is_tracked, shell))
    what = ""
    if shell and len(names & _PRIVATE) > 1 and not is_tracked:
        what = "a home folder"
    elif names >= _MACHINE and facts.view.tree.root.rstrip("/") == "":
        what = "the root of a machine"
    if not what:
        return
    total = facts.view.total
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"the context looks like {what}",
        paths=tuple(sorted(shell | names & _PRIVATE)),
        size=total.bytes,
        entries=total.entries,
        help="build in a folder of its own, or without a context: docker build - < Dockerfile",
    )


RULE = Rule("home-folder", "Home folder as context", Severity.WARNING, check, about="paths")
