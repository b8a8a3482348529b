"""The variables without a value in a source: which they are, and how they get one; judges nothing."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.languages.dockerfile import Build, SourcePath


class UnsetArguments(NamedTuple):
    """What is known of the variables without a value that a source is made of."""

    message: str
    """Why the source reads as it does."""
    help: str
    """What gives them a value."""


def unset_arguments(facts: Facts, check: SourceCheck) -> UnsetArguments | None:
    """Return what to say where a source is what it is for want of a value; None where it is not.

    A variable that no ARG declares may be set by the base image, where there is one.
    """
    plan = facts.plan
    if plan is None:
        return None
    path = next((path for path in check.source.paths if check.text in (path.path, path.text)), None)
    if path is None or not path.unset:
        return None
    # Few sources have any, and what reads a Dockerfile's arguments is loaded for those alone.
    from ctxopt.languages.dockerfile.declared import is_global_argument, line_of_argument

    stage = check.source.stage
    declared = [name for name in path.unset if line_of_argument(plan.build, stage, name)]
    if declared:
        what = " and ".join(f"ARG {name}" for name in declared)
        options = " ".join(f"--build-arg {name}=..." for name in declared)
        has = "has"
        if len(declared) > 1:
            has = "have"
        message = f"{what} {has} no value, so {_reads(check, path)}"
        return UnsetArguments(message, f"pass {options}")
    name = path.unset[0]
    if is_global_argument(plan.build, name):
        message = f"${name} is declared before the first FROM alone, so {_reads(check, path)}"
        return UnsetArguments(message, f"repeat ARG {name} in the stage")
    if _may_be_set(plan.build, name, check):
        message = (
            f"only the base image could give ${name} a value; without one, {_reads(check, path)}"
        )
        return UnsetArguments(message, "see what the base image sets")
    return None


def _reads(check: SourceCheck, path: SourcePath) -> str:
    if check.source.mount is not None:
        return f"the source is {path.path}"  # a mount is shown by its source, not by its options
    return f"{path.raw} is {path.path}"


def _may_be_set(build: Build, name: str, check: SourceCheck) -> bool:
    line, stage = check.source.line, check.source.stage
    return any(
        (item.kind, item.text, item.line, item.stage) == ("base-env", name, line, stage)
        for item in build.unknowns
    )
