"""The cures that reports show: those that ``fix`` would write, and the command that shows them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctxopt.cli.inputs import Given
    from ctxopt.config.load import Config
    from ctxopt.evidence.facts import Facts
    from ctxopt.rules.run import RuleResults


def cures_of_fix(facts: Facts, found: RuleResults, config: Config) -> RuleResults:
    """Return what was found with the lines that ``fix`` would write."""
    if not any(finding.edits for finding in found.reported):
        return found
    # What fix decides by takes time to import, and a clean context has nothing to decide.
    from ctxopt.fix.cures import judge_cures

    return judge_cures(facts, found, config)


def fix_command(given: Given) -> str:
    """Return the command that shows the fix of the build that was asked about."""
    words = ["ctxopt", "fix", "--dry-run"]
    named = {"-f": given.file, "--target": given.target, "--config": given.config}
    several = {
        "--build-arg": given.build_args,
        "--build-context": given.build_contexts,
        "--select": given.select,
        "--ignore": given.ignore,
    }
    for option, value in named.items():
        if value is not None:
            words += [option, value]
    for option, values in several.items():
        for value in values or ():
            words += [option, value]
    if given.builder is not None:
        words += ["--builder", given.builder.value]
    if given.path not in ("", "."):
        words.append(given.path)
    return shlex.join(words)
