"""The cures that reports show: those that ``fix`` would write, and the commands to go on with."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctxopt.cli.inputs import Given
    from ctxopt.config.load import Config
    from ctxopt.evidence.facts import Facts
    from ctxopt.fix.plan import Fix
    from ctxopt.git.evidence import GitEvidence
    from ctxopt.rules.run import RuleResults


def cures_of_fix(facts: Facts, found: RuleResults, config: Config) -> RuleResults:
    """Return what was found with the lines that ``fix`` would write."""
    if not found.has_edits:
        return found.without_promise()
    # What fix decides by takes time to import, and a clean context has nothing to decide.
    from ctxopt.fix.cures import judge_cures

    return judge_cures(facts, found, config)


class PlanOfFix:
    """As ``cures_of_fix``, and keeps the plan for reports that tell what it saves."""

    plan: Fix | None = None
    """None where nothing asks for a line, and where ``fix`` would refuse."""
    refusal: str = ""
    """Why ``fix`` would refuse to edit the ignore file."""
    evidence: GitEvidence | None = None
    """What git said."""

    def only_cures(self, facts: Facts, found: RuleResults, config: Config) -> RuleResults:
        """Return what was found with the lines that ``fix`` would write; plan nothing."""
        self.evidence = facts.evidence
        return cures_of_fix(facts, found, config)

    def __call__(self, facts: Facts, found: RuleResults, config: Config) -> RuleResults:
        """Return what was found with the lines that ``fix`` would write."""
        self.evidence = facts.evidence
        if not found.may_be_cured(facts.analysis.context):
            return found.without_promise()
        from ctxopt.fix.cures import plan_cures

        planned = plan_cures(facts, found, config)
        self.plan, self.refusal = planned.plan, planned.refusal
        return planned.results


def command_like(given: Given, *words: str) -> str:
    """Return the command ``words`` about the build that was asked about."""
    said = list(words)
    named = {"-f": given.file, "--target": given.target, "--config": given.config}
    several = {
        "--build-arg": given.build_args,
        "--build-context": given.build_contexts,
        "--select": given.select,
        "--ignore": given.ignore,
    }
    for option, value in named.items():
        if value is not None:
            said += [option, value]
    for option, values in several.items():
        for value in values or ():
            said += [option, value]
    if given.builder is not None:
        said += ["--builder", given.builder.value]
    if given.ignorefile is not None:
        said += ["--ignorefile", given.ignorefile]
    if given.path not in ("", "."):
        said.append(given.path)
    return shlex.join(said)


def undo_command(given: Given, *, per_dockerfile: bool = False) -> str:
    """Return the command that takes a write back, with the options that name the file."""
    words = ["ctxopt", "fix", "--undo"]
    if per_dockerfile:
        words.append("--per-dockerfile")
    from ctxopt.cli.inputs import Given

    named = Given(
        path=given.path,
        file=given.file,
        builder=given.builder,
        ignorefile=given.ignorefile,
        config=given.config,
    )
    return command_like(named, *words)
