"""Whether a build makes output of its sources: always, on a condition, or not as far as its texts tell. Pure.

A script of ``package.json`` or a target of a Makefile counts as what it runs, where that is known: ``npm run build`` makes
nothing where ``build`` only checks types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from ctxopt.evidence.called_texts import calls_tasks
from ctxopt.evidence.certainty import Certainty, certainty_of, surest
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.run_steps import fetches, is_known_maker, may_make

_RANK: Final = ("never", "sometimes", "always")
_CHECKS: Final = (
    r"(?:(?:npx|bunx|pnpx|(?:pnpm|yarn|npm)(?:\s{1,9}(?:exec|dlx|run))?)\s{1,9}(?:--\s{1,9})?)?(?:"
    r"(?:vue-)?tsc\b(?=.*\s--noEmit\b)|(?:eslint|prettier|stylelint|tslint|biome|oxlint|svelte-check|flow|knip|depcheck|"
    r"publint|jest|vitest|mocha|ava|husky|lint-staged|patch-package|only-allow|rimraf|del-cli|mkdirp)(?![\w-]))"
)
"""Commands that look at sources and write none."""


class Makings:
    """Asked of a path at a time: how sure ``builds`` make what they take. What it read it remembers."""

    def __init__(self, builds: Sequence[BuildTakings]) -> None:
        self._builds = builds
        self._making: dict[int, Certainty] = {}
        self._fetching: dict[int, Certainty] = {}

    def is_made(self, path: str) -> bool:
        """Tell whether every build that takes a path has steps that make something of sources, whatever it is given."""
        found = self.of(path)
        return bool(found) and set(found) == {"always"}

    def of(self, path: str) -> list[Certainty]:
        """Return how sure each build that takes a path makes output."""
        return [_remembered(self._making, making_of, taken) for taken in self.takers(path)]

    def fetching(self, path: str) -> list[Certainty]:
        """Return how sure each build that takes a path installs packages of others."""
        return [_remembered(self._fetching, fetching_of, taken) for taken in self.takers(path)]

    def takers(self, path: str) -> Sequence[BuildTakings]:
        """Return the builds that take a path, or all where none does."""
        takers = [
            build for build in self._builds if any(item.takes(path) for item in build.takings)
        ]
        return takers or self._builds


def _remembered(
    known: dict[int, Certainty], ask: Callable[[BuildTakings], Certainty], taken: BuildTakings
) -> Certainty:
    # The builds live as long as what is known of them does.
    found = known.get(id(taken))
    if found is None:
        found = known[id(taken)] = ask(taken)
    return found


def making_of(taken: BuildTakings) -> Certainty:
    """Return how sure it is that a build makes output again."""

    def is_step(command: str) -> bool:
        return is_known_maker(command) and not _is_check(command) and not is_call(command)

    def is_call(command: str) -> bool:
        return calls_tasks(command, taken.tasks)

    def is_body(command: str) -> bool:
        # Whoever wrote the task has named a program of any kind.
        return may_make(command) and not _is_check(command) and not is_call(command)

    scripts = list(taken.build.scripts())
    direct = surest([certainty_of(script, is_step) for script in scripts])
    called = surest([certainty_of(script, is_call) for script in scripts])
    bodies = surest([certainty_of(task.commands, is_body) for task in taken.tasks])
    return surest((direct, min(called, bodies, key=_RANK.index)))


def fetching_of(taken: BuildTakings) -> Certainty:
    """Return how sure it is that a build installs packages of others, by the commands that do only that."""
    return surest([certainty_of(script, fetches) for script in taken.build.scripts()])


def _is_check(command: str) -> bool:
    return re.match(_CHECKS, command) is not None
