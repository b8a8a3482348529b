"""The growth of a check as one line for each context, as a hook prints it; nothing below the growth floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.guard.cures import cures
from ctxopt.report.check_wording import change_name, percent, signed
from ctxopt.report.console import printable
from ctxopt.units import format_size

if TYPE_CHECKING:
    from ctxopt.guard.check import Checked, CheckedContext
    from ctxopt.guard.growth import Growth


def render_lines(checked: Checked) -> str:
    """Return a line for each context that grew by its growth floor or more: by how much, by what, and the cure."""
    return "".join(map(_line, checked.contexts))


def _line(context: CheckedContext) -> str:
    growth = context.growths.get(context.lead)
    if growth is None or growth.bytes < max(context.growth_floor, 1):
        return ""
    what = "the Docker build context"
    if context.folder:
        what += f" of {printable(context.folder)}"
    size = f"{signed(growth.bytes)}{percent(growth)}, now {format_size(growth.bytes_after)}"
    return f"{what}: {size}{_largest(context, growth)}\n"


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
