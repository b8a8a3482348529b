"""The contexts of a check measured as they are on disk."""

from __future__ import annotations

import os
from collections.abc import Callable

from ctxopt.build.analysis import Analysis
from ctxopt.build.context import find_context
from ctxopt.builder import BuilderName
from ctxopt.errors import ConfigError
from ctxopt.guard.request import CheckRequest, MeasureTree


def measure_trees(question: CheckRequest, measure: MeasureTree) -> dict[str, Analysis]:
    """Measure the contexts by place; raises ConfigError for one that is not there, or a build that would fail."""
    measured = _measure_declared(question)
    for place, budget in question.places.items():
        if place in measured:
            continue
        if not os.path.isdir(budget.path):
            raise ConfigError(
                f"there is no context {budget.path!r}, but there are limits for it",
                hint="correct the path, or remove its limits",
            )
        context = find_context(
            budget.path,
            dockerfile=question.dockerfile_of(budget),
            builder=question.builder_of(budget),
            ignorefile=question.ignorefile_of(budget),
        )
        request = question.request_of(budget)
        if request == question.request:
            measured[place] = measure(context)
        else:
            measured[place] = measure(context, request=request)
    return measured


def _measure_declared(question: CheckRequest) -> dict[str, Analysis]:
    """Measure the builds that files declare, those of each builder together."""
    measured: dict[str, Analysis] = {}
    by_builder: dict[BuilderName, list[str]] = {}
    for place in question.declared:
        builder = question.builder_of(question.places[place])
        by_builder.setdefault(builder, []).append(place)
    for builder, places in by_builder.items():
        # Loaded for those who ask for declared builds alone.
        from ctxopt.evidence.measured_builds import measure_builds
        from ctxopt.tree.workers import default_walker

        builds = [question.declared[place] for place in places]
        root = os.path.realpath(question.root)
        found = measure_builds(builds, root, _always(builder), walker=default_walker())
        for item in found.unmeasured:
            raise ConfigError(f"{item.name} cannot be measured: {item.reason}")
        analyses = {
            id(item.declared): item.analysis for shared in found.contexts for item in shared.builds
        }
        measured |= {place: analyses[id(question.declared[place])] for place in places}
    return measured


def _always(builder: BuilderName) -> Callable[[str], BuilderName]:
    return lambda _: builder
