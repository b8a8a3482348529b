"""Proposed lines for people: a table of what each saves of both currencies, with how sure it is and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.unit import Confidence
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import wrapped
from ctxopt.report.terminal import Look, StyledText
from ctxopt.report.wording import cell_len
from ctxopt.units import format_size

_SAVES = "saves"
_REBUILDS = "rebuilds"
_NARROW = 60
_SURE: dict[Confidence, str] = {"proven": "green", "likely": "yellow", "possible": "magenta"}


def changed(line: ProposedLine) -> list[StyledText]:
    """Return what a line does to the file, as a diff shows it."""
    old = [StyledText(f"- {printable(text)}", "red") for text in line.replaces]
    return old + [StyledText(f"+ {printable(text)}", "green") for text in line.texts]


def grounds(line: ProposedLine, width: int, indent: int) -> list[StyledText]:
    """Return how sure a line is and why, below each other where that is too long for one."""
    word = line.confidence.ljust(_word([line]) + 2)
    first, *others = wrapped(visible(line.reason), width, indent + len(word))
    head = StyledText(" " * indent).append(word, _SURE[line.confidence])
    return [head.append(first.lstrip(), "dim"), *(StyledText(text, "dim") for text in others)]


def line_table(lines: Iterable[ProposedLine], width: int) -> list[StyledText]:
    """Return one line each, the heaviest first; the reasons beside them where all have room, or else below."""
    rows = sorted(lines, key=lambda line: -line.bytes)
    if not rows:
        return []
    head, sizes = _savings(rows)
    size = len(head)
    whats = [_what(line) for line in rows]
    margin = 2 + size + 2
    widest = max(cell_len(what.plain) for what in whats)
    reasons = max(cell_len(visible(line.reason)) for line in rows)
    is_wide = margin + widest + 2 + _word(rows) + 2 + reasons <= width
    # In a narrow terminal the reason has the width to itself.
    indent = margin if width >= _NARROW else 4
    out = [StyledText(), StyledText(f"  {head}  line", "bold")]
    for line, saved, what in zip(rows, sizes, whats, strict=True):
        drawn = StyledText(f"  {saved}  ")
        if is_wide:
            drawn.append_text(what).append(" " * (widest + 2 - cell_len(what.plain)))
            out.append(drawn.append_text(grounds(line, width, 0)[0]))
            continue
        new, old = _parts(line)
        if margin + cell_len(what.plain) <= width:
            out.append(drawn.append_text(what))
        else:
            out.append(drawn.append(new))
            if old:
                out.append(StyledText(" " * indent + old, "dim"))
        out += grounds(line, width, indent)
    return out


def _savings(lines: Sequence[ProposedLine]) -> tuple[str, list[str]]:
    """Return the heading over what lines save, and that of each in as many columns; nothing where nothing is there to save."""
    sizes = [format_size(line.bytes) if line.bytes else "" for line in lines]
    width = max(len(_SAVES), *map(len, sizes))
    if not any(line.rebuilds for line in lines):
        return f"{_SAVES:>{width}}", [f"{size:>{width}}" for size in sizes]
    column = len(_REBUILDS)
    found = [
        f"{size:>{width}}  {line.rebuilds or '':>{column}}"
        for size, line in zip(sizes, lines, strict=True)
    ]
    return f"{_SAVES:>{width}}  {_REBUILDS}", found


def _word(lines: Iterable[ProposedLine]) -> int:
    """The columns of the words that say how sure the lines are: two of them are equally long."""
    return max((len(line.confidence) for line in lines), default=0)


def possible_lines(lines: Sequence[ProposedLine], width: int) -> list[StyledText]:
    """Return what is not written unasked, with the doubt about each."""
    if not lines:
        return []
    head = StyledText("Possible", "bold").append("; --possible takes these, too", "not bold dim")
    out = [StyledText(), head]
    for line in lines:
        what = StyledText(f"  {format_size(line.bytes)}  ").append_text(_what(line))
        out += with_reason(what, line.reason, width)
    return out


def with_reason(what: StyledText, reason: str, width: int) -> list[StyledText]:
    """Return a line with its reason beside it, or below where there is no room."""
    reason = visible(reason)
    if cell_len(what.plain) + 2 + cell_len(reason) <= width:
        return [what.append(f"  {reason}", "dim")]
    return [what, *(StyledText(text, "dim") for text in wrapped(reason, width, 4))]


def preventive_lines(lines: Iterable[ProposedLine], look: Look) -> list[StyledText]:
    """Return the lines for what is not there yet; on request each with what foretells it."""
    found = [line for line in lines if line.is_preventive]
    if not found:
        return []
    title = wrapped("For tomorrow: these save little or nothing today", look.width, 0, hang=2)
    out = [StyledText(), *(StyledText(part, "bold") for part in title)]
    if not look.verbose:
        return out + list(
            map(StyledText, listed((_what(line).plain for line in found), look.width))
        )
    for line in found:
        out += with_reason(StyledText("  ").append_text(_what(line)), line.reason, look.width)
    return out


def listed(names: Iterable[str], width: int) -> list[str]:
    """Set names beside each other as long as there is room; each stays whole, spaces included."""
    lines: list[str] = []
    for name in names:
        if lines and cell_len(lines[-1]) + 2 + cell_len(name) <= width:
            lines[-1] += f"  {name}"
        else:
            lines.append(f"  {name}")
    return lines


def _what(line: ProposedLine) -> StyledText:
    new, old = _parts(line)
    what = StyledText(new)
    if old:
        what.append(f"  {old}", "dim")
    return what


def _parts(line: ProposedLine) -> tuple[str, str]:
    """Return what a line is, and instead of what."""
    new, old = (" ".join(map(printable, texts)) for texts in (line.texts, line.replaces))
    if not new:
        return f"{old}  (removed)", ""
    if not old:
        return new, ""
    return new, f"instead of {old}"
