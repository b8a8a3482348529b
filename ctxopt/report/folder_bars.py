"""The heaviest folders of what is sent, as bars that show how much of each is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.paths import name, parent
from ctxopt.report.console import printable
from ctxopt.report.scan_headline import is_sure
from ctxopt.report.terminal import StyledText, fold
from ctxopt.report.wording import cell_len, shortened
from ctxopt.tree.summary import heaviest_folders
from ctxopt.units import format_size

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.fix.plan import Fix
    from ctxopt.report.terminal import Look
    from ctxopt.rules.run import RuleResults
    from ctxopt.tree.view import View

_DEPTH: Final = 3
_LOOKED_AT: Final = 40
_SAME: Final = 0.9
"""The share of a folder from which on one inside it says the same."""
_MOST: Final = 0.5
"""The share from which on one inside is worth a line beside it."""
_WORTH: Final = 0.01
"""The share of all that is sent below which a folder is not among the heaviest."""
_SIZE: Final = 8
_BAR: Final = (8, 30)
_TOP: Final = "files at the top"
_MARKED: Final = ", ░ not needed"


class _Weight(NamedTuple):
    label: str
    bytes: int
    needed: int


def folder_bars(
    analysis: Analysis, judged: RuleResults, plan: Fix | None, look: Look, *, most: int
) -> list[StyledText]:
    """Return a heading and at most ``most`` bars, a blank line above them; nothing where nothing is heavy."""
    view = analysis.sent
    after = view
    if plan is not None and plan.new_content is not None:
        after = plan.foreseen.sent
    found = _weights(view, after, judged)[:most]
    if not found:
        return []
    verb = "is" if is_sure(analysis) else "could be"
    head = f"Heaviest of what {verb} {analysis.context.builder.participle}"
    return [StyledText(), *_drawn(head, found, view.total.bytes, look)]


def _weights(view: View, after: View, judged: RuleResults) -> list[_Weight]:
    """The heaviest folders, each but for those of which another one says the same."""
    told = {path for finding in judged.reported for path in finding.paths}

    def is_closed(path: str) -> bool:
        """Whether people decide about a folder as a whole, as they do about .git and node_modules."""
        return path in told or name(path).startswith(".") or name(path) == "node_modules"

    folders = heaviest_folders(view, depth=_DEPTH, top=_LOOKED_AT, is_closed=is_closed)[1:]
    sizes = {folder.path: folder.bytes for folder in folders}
    for path, size in list(sizes.items()):
        above = parent(path)
        # Of a folder and the one that is nearly all of it, the inner says more.
        whole = sizes.get(above, 0)
        if above and size < _MOST * whole and not is_closed(path):
            del sizes[path]
        elif size >= _SAME * whole:
            sizes.pop(above, None)
    found = [_Weight(path + "/", size, _size_of(after, path)) for path, size in sizes.items()]
    top = _at_the_top(view)
    if top:
        found.append(_Weight(_TOP, top, _at_the_top(after)))
    least = max(1, int(_WORTH * view.total.bytes))
    return sorted(
        (item for item in found if item.bytes >= least),
        key=lambda item: (-item.bytes, item.label),
    )


def _size_of(view: View, path: str) -> int:
    total = view.totals.get(path)
    if total is None:
        return 0
    return total.bytes


def _at_the_top(view: View) -> int:
    """The bytes of the files that lie in no folder."""
    root = view.tree.folders.get("")
    if root is None:
        return 0
    return view.total.bytes - sum(_size_of(view, child) for child in root.subfolders())


def _drawn(head: str, found: list[_Weight], whole: int, look: Look) -> list[StyledText]:
    if any(item.needed < item.bytes for item in found):
        head += _MARKED
    least, most = _BAR
    longest = max(cell_len(printable(item.label)) for item in found)
    bar = max(least, min(most, look.width - _SIZE - 2 - 2 - longest))
    room = look.width - _SIZE - 2 - bar - 2
    lines = fold([StyledText(head, "dim")], look.width)
    for item in found:
        line = StyledText(f"{format_size(item.bytes):>{_SIZE}}  ")
        full = max(1, round(item.bytes / max(whole, 1) * bar))
        gone = round((item.bytes - min(item.needed, item.bytes)) / item.bytes * full)
        line.append("█" * (full - gone), "cyan").append("░" * gone, "yellow")
        line.append(" " * (bar - full) + "  " + shortened(printable(item.label), room))
        lines.append(line)
    return lines
