"""The growth of a check and needless steps as one line for each context, as a hook prints them; nothing below the growth floor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxopt.guard.cures import cures
from ctxopt.report.check_wording import change_name, describe_needless, percent, signed
from ctxopt.report.console import printable, visible
from ctxopt.units import format_size

if TYPE_CHECKING:
    from ctxopt.guard.check import Checked, CheckedContext
    from ctxopt.guard.growth import Growth


def render_lines(checked: Checked) -> str:
    """Return the lines of each context that there is something to say of.

    One where it grew by its growth floor or more: by how much, by what, and the cure; one where what is staged makes
    steps run again for nothing.
    """
    return "".join(line for context in checked.contexts for line in _lines(context))


def _lines(context: CheckedContext) -> Iterator[str]:
    what = "the Docker build context"
    if context.folder:
        what += f" of {printable(context.folder)}"
    growth = context.growths.get(context.lead)
    if growth is not None and growth.bytes >= max(context.growth_floor, 1):
        size = f"{signed(growth.bytes)}{percent(growth)}, now {format_size(growth.bytes_after)}"
        yield f"{what}: {size}{_largest(context, growth)}\n"
    if context.needless is not None:
        yield f"{what}: {visible(describe_needless(context.needless))}\n"


def _largest(context: CheckedContext, growth: Growth) -> str:
    """Say what added most, and the line that keeps it out."""
    if not growth.growers:
        return ""
    change = growth.growers[0]
    share = "most of it"
    if 2 * change.growth < growth.bytes:
        share = "the largest"
    told = f"; {share}: {printable(change_name(change))} ({signed(change.growth)})"
    cure = cures(context, 1).get(change.path)
    if cure:
        told += f"; to keep it out: {printable(cure)}"
    return told
