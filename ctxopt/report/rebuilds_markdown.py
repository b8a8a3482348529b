"""The report of ``rebuilds`` for a step summary or a comment in Markdown; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ctxopt.report.markdown import code, plain, table
from ctxopt.report.rebuilds_wording import (
    described_commits,
    described_kinds,
    headline,
    kind_names,
    notes,
)
from ctxopt.units import count

if TYPE_CHECKING:
    from ctxopt.guard.rebuilds import InstructionRebuilds, Rebuilds

_EXPENSIVE: Final = 3


def render_markdown(rebuilds: Rebuilds) -> str:
    """Return the report."""
    lines = ["## Steps that ran again", "", plain(headline(rebuilds))]
    if rebuilds.commits and rebuilds.instructions:
        lines += ["", *table(_HEAD, map(_row, rebuilds.by_changes()))]
    if rebuilds.lines:
        rows = (
            [code(line.pattern), kind_names(line.kinds), str(line.alone), str(line.together)]
            for line in rebuilds.lines
        )
        lines += ["", "### Ignore lines that would have saved commits", ""]
        lines += table(["line", "kind", "alone:", "together:"], rows)
    lines += ["", plain(f"{described_commits(rebuilds)}.")]
    for note in notes(rebuilds):
        lines += ["", plain(note)]
    return "\n".join(lines) + "\n"


_HEAD: Final = ("line:", "instruction", "changed:", "for nothing:", "by", "runs again")


def _row(item: InstructionRebuilds) -> list[str]:
    return [
        str(item.source.line),
        code(" ".join(item.text.split())),
        str(len(item.changes)),
        str(item.avoidable),
        described_kinds(item.kinds),
        ", ".join(_steps(item)),
    ]


def _steps(item: InstructionRebuilds) -> Iterator[str]:
    """The expensive steps, and how many there are in all."""
    expensive = [again for again in item.after if again.cost is not None]
    yield count(len(item.after), "step")
    for again in expensive[:_EXPENSIVE]:
        yield f"line {again.step.line} {again.cost}"
    if len(expensive) > _EXPENSIVE:
        yield f"{len(expensive) - _EXPENSIVE:,} more of these"


__all__ = ["render_markdown"]
