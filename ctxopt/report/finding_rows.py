"""Findings as rows: how bad, what, how far it gets, how much, and the line that cures it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.languages.ignore.edits import EditKind
from ctxopt.report.console import printable
from ctxopt.report.finding_text import SIGNS, STYLES, wrapped
from ctxopt.report.terminal import StyledText
from ctxopt.report.wording import at_line, cell_len, shortened
from ctxopt.units import and_more, format_size

if TYPE_CHECKING:
    from ctxopt.evidence.reach import Reach
    from ctxopt.report.terminal import Look
    from ctxopt.rules.finding import Finding

_REACHES: Final[dict[Reach | None, str]] = {
    "final": "image",
    "builder": "stage",
    "sent": "builder",
    "permitted": "not sent",
    None: "",
}
_HEADS: Final = ("what", "into", "size", "cured by")
_NARROW: Final = 60
"""Columns below which a finding takes two lines."""
_CURE: Final = 26
"""Columns that a cure may take of the row; a longer one stands below."""


class _Row(NamedTuple):
    finding: Finding
    what: str
    reach: str
    size: str
    cure: str


def finding_rows(findings: Sequence[Finding], look: Look, *, knows_build: bool) -> list[StyledText]:
    """Return a heading and the rows, a blank line above them; nothing without findings.

    Where nothing is known of a build, nothing is said of how far bytes get.
    """
    rows = [_row(finding) for finding in findings]
    if not knows_build:
        rows = [row._replace(reach="") for row in rows]
    if not rows:
        return []
    # Columns of a few characters each are no table.
    if look.width < _NARROW:
        return [StyledText(), *(line for row in rows for line in _stacked(row, look))]
    sizes = max(cell_len(row.size) for row in rows)
    reaches = max(cell_len(row.reach) for row in rows)
    widths = _Widths(
        whole=look.width - _WORD - len(_GAP),
        what=0,
        reach=max(reaches, len(_HEADS[1])),
        size=max(sizes, len(_HEADS[2])),
        cure=min(_cure_width(look), max(cell_len(row.cure) for row in rows)),
    )
    widths = widths._replace(what=_what_width(rows, widths, look))
    lines = [StyledText(), _heading(widths)]
    for row in rows:
        lines += _drawn(row, widths)
    return lines


class _Widths(NamedTuple):
    whole: int
    """All but the severity."""
    what: int
    reach: int
    size: int
    cure: int


_WORD: Final = len("warning")
_GAP: Final = "  "


def _cure_width(look: Look) -> int:
    return max(_CURE, look.width // 3)


def _what_width(rows: Sequence[_Row], widths: _Widths, look: Look) -> int:
    """The columns for what was found: as many as are asked for, where the others leave them."""
    left = look.width - _WORD - widths.reach - widths.size - widths.cure - 4 * len(_GAP)
    return max(len(_HEADS[0]), min(left, max(cell_len(row.what) for row in rows)))


def _heading(widths: _Widths) -> StyledText:
    what, reach, size, cure = _HEADS
    text = f"{'':{_WORD}}{_GAP}{what:{widths.what}}{_GAP}{reach:{widths.reach}}{_GAP}"
    return StyledText(f"{text}{size:>{widths.size}}{_GAP}{cure}", "dim")


def _row(finding: Finding) -> _Row:
    size = ""
    if finding.size:
        size = format_size(finding.size)
    return _Row(finding, _what(finding), _REACHES[finding.reach], size, _cure(finding))


def _what(finding: Finding) -> str:
    """The rule, its place and the telling path; a line that cures it tells that as well as a path does."""
    place = finding.location
    words = [finding.rule]
    if place.file is not None:
        words.append(at_line(printable(place.file), place.line))
    if finding.paths and (place.file is None or not _cure(finding)):
        words.append(printable(finding.paths[0]) + and_more(len(finding.paths) - 1))
    elif place.line is not None and finding.subject and not _cure(finding):
        first, *others = finding.subject.split("\n")
        words.append(printable(first) + and_more(len(others)))
    return " ".join(words)


def _cure(finding: Finding) -> str:
    """The first line that cures it; nothing for lines that ``fix`` removes on request alone."""
    edits = [edit for edit in finding.edits if edit.kind is not EditKind.REMOVE and edit.text]
    if not edits:
        return ""
    return f"{SIGNS[edits[0].kind]} {printable(edits[0].text or '')}{and_more(len(edits) - 1)}"


def _drawn(row: _Row, widths: _Widths) -> list[StyledText]:
    label = row.finding.severity.label
    head = StyledText().append(f"{label:{_WORD}}", STYLES[row.finding.severity]).append(_GAP)
    if not (row.reach or row.size or row.cure):
        return [head.append(shortened(row.what, widths.whole))]
    what = shortened(row.what, widths.what)
    rest = StyledText(f"{row.reach:{widths.reach}}{_GAP}{row.size:>{widths.size}}", "")
    lines = []
    if cell_len(what) > widths.what:
        lines.append(head.append(what))
        head = StyledText(" " * (_WORD + len(_GAP) + widths.what))
    else:
        head.append(what + " " * (widths.what - cell_len(what)))
    head.append(_GAP).append_text(rest)
    if row.cure and cell_len(row.cure) <= widths.cure:
        head.append(_GAP).append(row.cure, "green")
    lines.append(head)
    if row.cure and cell_len(row.cure) > widths.cure:
        lines.append(StyledText(" " * (_WORD + len(_GAP))).append(row.cure, "green"))
    for line in lines:
        line.rstrip()
    return lines


def _stacked(row: _Row, look: Look) -> list[StyledText]:
    """A finding in a narrow terminal: what it is, and below how far it gets and what cures it."""
    label = row.finding.severity.label
    what = shortened(row.what, look.width - len(label) - 1)
    drawn = [StyledText(line) for line in wrapped(f"{label} {what}", look.width, 0, hang=4)]
    first = drawn[0].plain
    drawn[0] = StyledText().append(label, STYLES[row.finding.severity]).append(first[len(label) :])
    way = row.reach
    if way and row.finding.reach != "permitted":
        way = f"into {way}"
    facts = " ".join(filter(None, (row.size, way)))
    if facts and row.cure and 6 + cell_len(facts) + cell_len(row.cure) <= look.width:
        drawn.append(StyledText(f"    {facts}  ").append(row.cure, "green"))
        return drawn
    if facts:
        drawn.append(StyledText(f"    {facts}"))
    if row.cure:
        drawn.append(StyledText("    ").append(row.cure, "green"))
    return drawn
