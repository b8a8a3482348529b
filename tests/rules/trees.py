"""Small contexts for tests of rules: laid, measured, and judged by one rule or all."""

from __future__ import annotations

import os
from typing import Any

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.plan import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.config.load import Config
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.rules import RULES
from ctxopt.rules.finding import Finding
from tests.recordings import make_tree
from tests.repositories import git, init

BROAD = "FROM a\nCOPY . .\nRUN make\n"
STAGED = "FROM a AS build\nCOPY . .\nRUN make\nFROM b\nCOPY --from=build /x /x\n"
NARROW = "FROM a\nCOPY main.py .\n"
RULE = {rule.id: rule for rule in RULES}


def lay(folder: object, tree: dict[str, Any]) -> str:
    """Lay a tree; an int is that many bytes, sparse, so that gigabytes cost nothing."""
    root = str(folder)
    plain = {path: content for path, content in tree.items() if not isinstance(content, int)}
    make_tree(root, plain)
    for path, size in tree.items():
        if isinstance(size, int):
            target = os.path.join(root, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.truncate(size)
    return root


def facts_of(
    folder: object,
    tree: dict[str, Any],
    dockerfile: str | None = BROAD,
    *,
    ignored: str | None = None,
    config: Config | None = None,
    builder: BuilderName = "buildkit",
) -> Facts:
    """Measure ``tree``; with ``ignored``, a repository that tracks everything but what that lists."""
    root = lay(
        folder, tree if dockerfile is None else {"main.py": "x", "Dockerfile": dockerfile, **tree}
    )
    if ignored is not None:
        init(root)
        with open(os.path.join(root, ".git", "info", "exclude"), "w") as file:
            file.write(ignored)
        small = [
            line for line in git(root, "ls-files", "-zo", "--exclude-standard").split(b"\0") if line
        ]
        git(root, "add", "-N", "--", *(os.fsdecode(name) for name in small))
    analysis = analyze(find_context(root, builder=builder), BuildRequest())
    return gather_facts(analysis, config or Config())


def findings(rule: str, *args: Any, **options: Any) -> list[Finding]:
    """Run one rule."""
    return list(RULE[rule].check(facts_of(*args, **options)))


def every_finding(facts: Facts) -> list[Finding]:
    """Run all rules."""
    return [finding for rule in RULES for finding in rule.check(facts)]


__all__ = ["BROAD", "NARROW", "RULE", "STAGED", "every_finding", "facts_of", "findings", "lay"]
