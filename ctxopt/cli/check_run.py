"""What ``ctxopt check`` does: contexts checked, first limits and baselines written, history shown."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING

from ctxopt.cli.inputs import Given, Inputs, measure_inputs, read_inputs, read_settings
from ctxopt.errors import ConfigError, CtxoptError, ExitCode
from ctxopt.report import console
from ctxopt.rules.scan import judge_analysis, level_of, read_known

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.plan import BuildRequest
    from ctxopt.config.keys import BudgetView
    from ctxopt.config.load import Config
    from ctxopt.git.repository import Repository
    from ctxopt.guard.check import Against, Checked, CheckRequest
    from ctxopt.rules.baseline import Baseline, Findings


class CheckFormat(StrEnum):
    """How to write the report."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"
    sarif = "sarif"
    junit = "junit"
    gitlab = "gitlab"


def check_contexts(
    given: Given, against: str | None, view: BudgetView, *, working_tree: bool, quiet: bool
) -> tuple[CheckRequest, Checked]:
    """Measure what is asked about, and hold it against limits and level; raises CtxoptError."""
    from ctxopt.guard.check import check_states, check_trees

    if against is not None and working_tree:
        raise ConfigError("--against and --working-tree cannot be combined")
    config, request = read_settings(given)
    question = _ask(given, config, request, view)
    repository = _repository(given.path)
    states = _states(given, against, repository, working_tree=working_tree)
    baseline = read_known(config)
    asked = config.baseline is not None or config.fail_on is not None
    absent = _absent(states, repository) if asked else ""
    if absent and (given.fail_on or given.baseline):
        raise ConfigError(
            f"findings are those of the working tree, and {absent}",
            hint="check it out, or leave out --fail-on and --baseline",
        )
    sides = {} if states else _measure(given, question, quiet=quiet)
    if states is not None and repository is not None:
        checked = check_states(question, repository, states)
    else:
        _refuse_growth(question, repository)
        checked = check_trees(question, sides)
    if asked and not absent:
        sides = sides or _measure(given, question, quiet=quiet)
    findings = _findings(question, sides, baseline, absent) if asked else None
    return question, checked.with_findings(findings)


def _ask(given: Given, config: Config, request: BuildRequest, view: BudgetView) -> CheckRequest:
    from ctxopt.guard.check import CheckRequest

    question = CheckRequest(root=given.path, config=config, request=request, view=view)
    if given.file is not None and given.path not in question.paths:
        raise ConfigError(
            "-f names one Dockerfile, but the configuration limits other contexts",
            hint="leave it out",
        )
    return question


def _states(
    given: Given, against: str | None, repository: Repository | None, *, working_tree: bool
) -> Against | None:
    """Return the states to compare; None for the working tree alone."""
    from ctxopt.guard.check import default_against, parse_against

    if against is None:
        _refuse_bare(repository)
        return None if working_tree else default_against(repository)
    if repository is None:
        raise ConfigError(
            f"--against needs a git repository, and {given.path!r} is in none",
            hint="leave it out to measure the working tree",
        )
    return parse_against(against, repository)


def _measure(given: Given, question: CheckRequest, *, quiet: bool) -> dict[str, Analysis]:
    """Measure the contexts as they are on disk, by path."""
    sides = {}
    for place in question.paths:
        if not os.path.isdir(place):
            raise ConfigError(
                f"there is no context {place!r}, but there are limits for it",
                hint="correct the path, or remove its limits",
            )
        settings = (question.config, question.request)
        inputs = read_inputs(given, settings, place, question.dockerfile_of(place))
        sides[place] = measure_inputs(inputs, with_excluded=False, quiet=quiet)
    return sides


def _refuse_bare(repository: Repository | None) -> None:
    if repository is not None and repository.bare:
        raise ConfigError(
            f"{repository.top} is a bare repository: it has no working tree",
            hint="--against names a commit",
        )


def _refuse_growth(question: CheckRequest, repository: Repository | None) -> None:
    """Raise ConfigError for a limit on growth where there is nothing to compare.

    With nothing staged, the index is HEAD, and nothing grew.
    """
    from ctxopt.git.state import has_staged_changes

    limited = [item.limits for item in question.budgets if item.limits.max_growth is not None]
    if not limited:
        return
    what = f"max-growth ({limited[0].origin('max-growth')}) has nothing to compare with"
    if repository is None:
        raise ConfigError(
            f"{what}: {question.root!r} is in no git repository",
            hint="limit max-size instead, or measure a repository",
        )
    if repository.resolve("HEAD") is None:
        raise ConfigError(f"{what}: there is no commit yet", hint="commit something first")
    if has_staged_changes(repository):
        raise ConfigError(
            f"{what} in the working tree, although something is staged",
            hint="leave out --working-tree",
        )


def _absent(states: Against | None, repository: Repository | None) -> str:
    """Say why the working tree is not the later state; nothing where it is."""
    if states is None or repository is None or states.after is None:
        return ""
    if repository.bare:
        return "a bare repository has none"
    if repository.resolve(states.after) == repository.resolve("HEAD"):
        return ""
    return f"{states.after!r} is not what is checked out"


def _findings(
    question: CheckRequest, sides: dict[str, Analysis], baseline: Baseline | None, absent: str
) -> Findings:
    """Judge what was measured; without a level of its own, a baseline stands for ``warning``."""
    from ctxopt.rules.baseline import ContextFindings, Findings

    config = question.config
    names = {item.path: item.name for item in reversed(question.budgets)}
    found = []
    for path, analysis in () if absent else sides.items():
        judged, gone = judge_analysis(analysis, config, baseline)
        found.append(ContextFindings(names[path], question.folder_of(path), judged, gone))
    return Findings(level_of(config), tuple(found), config.baseline, absent)


def write_baseline_file(given: Given, *, quiet: bool) -> int:
    """Write what is found today to the baseline, in place of what it knew of these contexts."""
    from ctxopt.atomic_write import replace_file
    from ctxopt.rules.baseline import render, renew

    config, request = read_settings(given)
    baseline = read_known(config, may_be_missing=True)
    if baseline is None:
        raise ConfigError("--write-baseline needs a file", hint="--baseline FILE names it")
    _refuse_bare(_repository(given.path))
    question = _ask(given, config, request, "permitted")
    sides = _measure(given, question, quiet=quiet)
    found = {path: judge_analysis(one, config, None)[0].reported for path, one in sides.items()}
    entries = renew(baseline, found, config.selection.runs)
    folder = os.path.dirname(baseline.path) or "."
    replace_file(baseline.path, render(entries), expected=baseline.content, root=folder)
    if not quiet:
        number = sum(map(len, found.values()))
        what = f"{number} finding" if number == 1 else f"{number} findings"
        console.note(f"{what} written to {console.printable(baseline.path)}")
    return ExitCode.OK


def write_first_limits(given: Given, *, quiet: bool) -> int:
    """Write the first configuration."""
    from ctxopt.guard.first_limits import first_limits, write_limits

    inputs = read_inputs(given)
    repository = _repository(given.path)
    _refuse_bare(repository)
    analysis = measure_inputs(inputs, with_excluded=False, quiet=quiet)
    can_compare = repository is not None and repository.resolve("HEAD") is not None
    text = first_limits(analysis, _tracked(inputs, repository), can_compare=can_compare)
    written = write_limits(given.path, inputs.config.file, text)
    console.write_out(text)
    if not quiet:
        console.note(f"written to {console.printable(written)}")
    return ExitCode.OK


def _tracked(inputs: Inputs, repository: Repository | None) -> int | None:
    """The files that are sent of what git's index holds; None where there is none."""
    from ctxopt.git.state import read_state
    from ctxopt.guard.measure import analyze_state

    if repository is None:
        return None
    state = read_state(repository)
    config = inputs.config
    try:
        analysis = analyze_state(state, dockerfile=config.dockerfile, builder=config.builder)
    except CtxoptError:
        return None  # a Dockerfile that nobody has added yet
    return analysis.permitted.total.files


def _repository(path: str) -> Repository | None:
    from ctxopt.git.repository import find_repository

    if not os.path.isdir(path):
        raise ConfigError(f"there is no context {path!r}", hint="name a folder that exists")
    return find_repository(path)


def show_history(given: Given, count: int, wanted: CheckFormat | None) -> str:
    """Return the report on the last commits."""
    from ctxopt.guard.check import prefix_of
    from ctxopt.guard.history import read_history
    from ctxopt.report import history as reporters

    config, request = read_settings(given)
    repository = _repository(given.path)
    if wanted not in (None, CheckFormat.text, CheckFormat.json, CheckFormat.markdown):
        raise ConfigError(
            f"--history has no {wanted.value} format", hint="use markdown for a step summary"
        )
    if repository is None:
        raise ConfigError(f"--history needs a git repository, and {given.path!r} is in none")
    found = read_history(
        repository,
        prefix_of(given.path, given.path, repository),
        count,
        root=given.path,
        dockerfile=config.dockerfile,
        builder=config.builder,
        floor=config.limits.growth_floor,
        request=request,
    )
    if wanted is CheckFormat.json:
        return reporters.render_json(found)
    return (reporters.render_markdown if wanted is CheckFormat.markdown else reporters.render_text)(
        found
    )
