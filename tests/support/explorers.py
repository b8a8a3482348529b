"""A context that is explored, as the command sets it out; Textual is not needed for it."""

from __future__ import annotations

from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.build.survey import survey
from ctxopt.builder import BuilderName
from ctxopt.config.load import Config
from ctxopt.fix.exploration import Exploration, Explored, Toggled


def exploration_at(root: str, builder: BuilderName = "buildkit") -> Exploration:
    """Measure a folder as it lies there."""
    return Exploration(survey(find_context(root, builder=builder), BuildRequest()), Config())


def turned(exploration: Exploration, now: Explored, *paths: str) -> Toggled:
    """Keep back or bring back one path after the other, whatever harm that does; return the last step."""
    steps = []
    for path in paths:
        step = exploration.toggle(now, path)
        assert not isinstance(step, str), (path, step)
        now = step.after
        steps.append(step)
    return steps[-1]
