"""What a picture says with some of its switches on: the arithmetic of the page, in Python."""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ctxopt.build.context import find_context
from ctxopt.build.fates import Fate
from ctxopt.build.request import BuildRequest
from ctxopt.build.survey import survey
from ctxopt.builder import BuilderName
from ctxopt.config.load import Config
from ctxopt.fix.combinations import SENT, SENT_EMPTY
from ctxopt.fix.picture import ROOM, Amount, Picture, picture_of
from ctxopt.fix.plan import Fix, plan_fix
from tests.support.repositories import git, init
from tests.support.trees import lay

JUNK: dict[str, int | str] = {
    "Dockerfile": "FROM a AS one\nCOPY . .\nRUN make\nFROM b\nCOPY --from=one /out /out\nCOPY web /web\n",
    "web/index.html": 5_000,
    "web/node_modules/a/index.js": 90_000,
    "node_modules/a/index.js": 120_000,
    "node_modules/a/README.md": 700,
    "node_modules/b/debug.log": 30_000,
    "docs/README.md": 800,
    "server.log": 200_000,
    "dump.sql": 300_000,
    "backup.tar.gz": 400_000,
    "coverage/lcov.info": 70_000,
    "core.1234": 80_000,
    "src/main.c": 2_000,
}
"""A project with what people leave lying about in it."""
OVER_JUNK: dict[str, str | None] = {
    "no file": None,
    "some lines": "*.md\n",
    "exceptions above": "docs\n!**/README.md\n!*.sql\n",
    "an exception in what a line hides": "*.txt\n!node_modules/a\n",
}
"""Ignore files for it; None is none."""
HOSTILE: dict[str, int | str] = {
    "Dockerfile": "FROM a\nCOPY . .\n",
    "<img src=x onerror=alert(1)>": 40_000,
    "</script><script>document.title='run'<!--": 41_000,
    "{{script}} {{data}}": 42_000,
    "\"quotes' and `more`": 43_000,
    "line\nbreak\ttab": 44_000,
    "\u202egnp.exe": 45_000,
    "not\udcffutf8": 46_000,
    "&lt;b&gt; \u2028 end": 47_000,
    "node_modules/<b>/x.js": 900_000,
    "$'\\n'": 48_000,
    ".dockerignore": "</script><b>x</b>\n",
}
"""Names that would be markup, end a text or turn its direction."""
_IGNORED = "node_modules\n*.log\n*.sql\n*.tar.gz\ncoverage\ncore.*\n"


def lay_junk(folder: object, tree: Mapping[str, Any]) -> str:
    """Lay a tree as a repository that ignores the leftovers of ``JUNK``; return its root."""
    root = lay(folder, tree)
    init(root)
    with open(os.path.join(root, ".git", "info", "exclude"), "w") as file:
        file.write(_IGNORED)
    git(root, "add", "-A")
    return root


def picture_at(
    root: str, config: Config | None = None, builder: BuilderName = "buildkit", *, room: int = ROOM
) -> tuple[Picture, Fix]:
    """Survey a context, plan its fix, and return the picture of both."""
    found = survey(find_context(root, builder=builder), BuildRequest())
    fix = plan_fix(found.analysis, config or Config())
    return picture_of(found, fix, room=room), fix


def totals(picture: Picture, on: Collection[int]) -> tuple[int, int]:
    """Return the files and bytes that could be sent with the switches ``on``."""
    arriving = list(_arriving(picture, frozenset(on)))
    return sum(amount.files for _, amount in arriving), sum(amount.bytes for _, amount in arriving)


def sent_bytes(picture: Picture, on: Collection[int]) -> int:
    """Return the bytes that the build sends with the switches ``on``."""
    arriving = list(_arriving(picture, frozenset(on)))
    assert all(fate != "kept" for fate, _ in arriving)
    return sum(amount.bytes for fate, amount in arriving if fate != "unasked")


def _arriving(picture: Picture, on: frozenset[int]) -> Iterator[tuple[Fate, Amount]]:
    """Yield what is not kept back with the switches ``on``, and what becomes of it."""
    amounts = [amount for node in picture.nodes for amount in node.amounts]
    if picture.own is not None and picture.switched.is_there(on):
        sort = picture.nodes[picture.own].amounts[0].sort
        amounts.append(Amount(sort, len(picture.switched.file(on).render()), 1))
    for amount in amounts:
        fate, condition = picture.sorts[amount.sort]
        outcome = condition.outcome(on)
        if outcome == SENT_EMPTY:
            yield fate, amount._replace(bytes=0)
        elif outcome == SENT:
            yield fate, amount


def combinations(number: int, most: int = 12) -> Iterator[tuple[int, ...]]:
    """Yield sets of switches: none, all, each alone, and others by chance, always the same."""
    yield ()
    yield tuple(range(number))
    if number < 2:
        return
    yield from ((switch,) for switch in range(min(number, 4)))
    chance = random.Random(number)
    for _ in range(most - 2 - min(number, 4)):
        yield tuple(switch for switch in range(number) if chance.random() < 0.5)
