"""Builds that files declare, as contexts to check: the services that the configuration names, or all there are.

Reads no project file itself, and measures nothing.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import NamedTuple

from ctxopt.config.load import ContextBudget
from ctxopt.errors import ConfigError
from ctxopt.evidence.measured_builds import out_of_reach, request_of
from ctxopt.guard.request import CheckRequest
from ctxopt.projects.choice import choose_builds
from ctxopt.projects.declared import Declared, DeclaredBuild, unique_names


class _Limited(NamedTuple):
    """A declared build and the limits that hold for it."""

    build: DeclaredBuild
    budget: ContextBudget


def with_declared(
    question: CheckRequest,
    declared: Declared,
    root: str,
    variables: Mapping[str, str],
    *,
    all_: bool,
) -> tuple[CheckRequest, list[str]]:
    """Return ``question`` with each service that it limits as the build that ``declared`` has by that name.

    With ``all_`` every other build that can be measured here has the limits of the top level, unless its context has
    limits of its own; of those that cannot it is returned why. ``root`` is absolute.
    Raises ConfigError for a service without a build, with several, or with one elsewhere.
    """
    limited: list[_Limited] = []
    others, left_out = [], []
    for budget in question.config.contexts:
        if budget.service is None:
            others.append(budget)
            continue
        build = _build_of(budget.service, declared, root, variables)
        limited.append(_Limited(build, _placed(budget, build)))
    if all_:
        known = [item.build for item in limited]
        is_covered = False
        names = unique_names(declared.builds, root)
        for name, build in zip(names, declared.builds, strict=True):
            if build in known:
                continue
            if any(_covers(budget, build) for budget in others):
                is_covered = True
                continue
            reason = out_of_reach(build)
            if reason is not None:
                left_out.append(f"{name}: {reason}")
                continue
            budget = ContextBudget(
                name=name, path="", view=question.view, limits=question.config.limits, service=name
            )
            limited.append(_Limited(build, _placed(budget, build)))
        if not limited and not is_covered:
            raise ConfigError(
                f"no build that could be measured is declared in {question.root!r}",
                hint="ctxopt builds lists what is declared",
            )
    contexts = (*others, *(item.budget for item in limited))
    checked = dataclasses.replace(
        question,
        config=dataclasses.replace(question.config, contexts=contexts),
        declared={item.budget.place: item.build for item in limited},
        requests={item.budget.place: request_of(item.build) for item in limited},
    )
    return checked, left_out


def _build_of(
    service: str, declared: Declared, root: str, variables: Mapping[str, str]
) -> DeclaredBuild:
    several = choose_builds(declared, root, variables, services=[service])
    if len(several) > 1:
        places = " and ".join(build.place(root) for build in several)
        raise ConfigError(
            f"the limits of service {service!r} could be about several builds: {places}",
            hint="give the path of one, and its Dockerfile",
        )
    [build] = several
    reason = out_of_reach(build)
    if reason is not None:
        raise ConfigError(f"service {service!r} cannot be measured: {reason}")
    return build


def _covers(budget: ContextBudget, build: DeclaredBuild) -> bool:
    """Whether the limits of a path are those of this build's context."""
    if build.context is None or budget.dockerfile not in (None, build.dockerfile):
        return False
    return os.path.abspath(budget.path) == os.path.abspath(build.context)


def _placed(budget: ContextBudget, build: DeclaredBuild) -> ContextBudget:
    return budget._replace(
        path=build.context or "", dockerfile=build.dockerfile, target=build.target
    )
