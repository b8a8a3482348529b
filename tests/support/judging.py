"""Small contexts: laid, measured, judged by one rule or all, and the promise that edits keep."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import Any

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.config.load import Config
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.gather import gather_facts
from ctxopt.evidence.needs import Needs
from ctxopt.git.evidence import GitEvidence
from ctxopt.rules.finding import Finding
from ctxopt.rules.registry import RULES
from ctxopt.rules.trial import try_edits
from tests.support.repositories import git, init
from tests.support.trees import lay

SAME = ("redundant-pattern", "pattern-matches-nothing", "exception-stops-pruning")
GROWS = ("exception-without-effect", "trailing-slash", "ignored-source", "hidden-need")
"""Rules whose edits change nothing that is sent, and those whose edits take nothing away."""

RULE_BY_ID = {rule.id: rule for rule in RULES}


BROAD = "FROM a\nCOPY . .\nRUN make\n"
STAGED = "FROM a AS build\nCOPY . .\nRUN make\nFROM b\nCOPY --from=build /x /x\n"
NARROW = "FROM a\nCOPY main.py .\n"


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
    return gathered(root, config=config, builder=builder)


def gathered(
    root: object,
    *,
    config: Config | None = None,
    builder: BuilderName = "buildkit",
    dockerfile: str | None = None,
) -> Facts:
    """Measure a folder as it lies there."""
    context = find_context(str(root), dockerfile=dockerfile, builder=builder)
    analysis = analyze(context, BuildRequest())
    return gather_facts(analysis, config or Config())


def findings(rule: str, *args: Any, **options: Any) -> list[Finding]:
    """Run one rule."""
    return list(RULE_BY_ID[rule].check(facts_of(*args, **options)))


def every_finding(facts: Facts) -> list[Finding]:
    """Run all rules."""
    return [finding for rule in RULES for finding in rule.check(facts)]


@contextmanager
def known_facts(
    tree,
    *,
    dockerfile=None,
    builder="buildkit",
    tracked=None,
    ignored=(),
    modes=None,
    config=None,
    needs=None,
    args=None,
    with_excluded=False,
):
    """The facts about a tree, with what git would say given; ``tracked`` None means no repository."""
    with tempfile.TemporaryDirectory() as root:
        lay(root, tree, modes)
        context = find_context(
            root, dockerfile=dockerfile and f"{root}/{dockerfile}", builder=builder
        )
        analysis = analyze(
            context, BuildRequest(build_args=args or {}), with_excluded=with_excluded
        )
        evidence = None
        if tracked is not None or ignored:
            evidence = GitEvidence(
                frozenset(tracked or ()), frozenset(ignored), tracked is not None
            )
        yield Facts(analysis, config or Config(), load_catalog(), evidence, needs or Needs())


def find(rule, tree, **how):
    """What a rule finds; every edit it offers is replayed before anything is returned."""
    with known_facts(tree, **how) as facts:
        found = list(RULE_BY_ID[rule].check(facts))
        for finding in found:
            _check_edits(facts, finding)
    return found


def _check_edits(facts, finding):
    assert finding.rule in RULE_BY_ID
    assert finding.message
    assert finding.help
    if not finding.edits:
        return
    trial = try_edits(facts, finding.edits)
    assert trial is not None, "Docker refuses the file that the edits make"
    change = trial.difference
    if finding.rule in SAME:
        assert not change
    elif finding.rule in GROWS:
        assert not change.lost
    elif finding.rule == "file-arrives-empty":
        assert not change
        assert trial.replay.view.context_bytes() > facts.analysis.permitted.context_bytes()
    elif finding.rule == "root-only-pattern":
        assert change.lost
        assert not change.gained
        assert (change.lost_bytes, change.lost_entries) == (finding.size, finding.entries)


def catches(rule, tree, *, line, paths=None, edits=None, **how):
    """Assert one finding at a line (or at lines), with these paths and these lines as edits."""
    found = find(rule, tree, **how)
    lines = line if isinstance(line, list) else [line]
    assert [item.location.line for item in found] == lines, found
    if paths is not None:
        assert sorted(found[0].paths) == sorted(paths)
    if edits is not None:
        assert [edit.text for edit in found[0].edits] == edits
    return found[0]


def catches_not(rule, tree, **how):
    """Assert that a rule has nothing to say."""
    assert find(rule, tree, **how) == []
