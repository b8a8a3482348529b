"""Findings as rows: how bad, what, how far it gets, how much, and the line that cures it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.languages.ignore.edits import EditKind
from ctxopt.report.console import printable
from ctxopt.report.finding_text import SIGNS, STYLES, wrapped
from ctxopt.report.terminal import StyledText
from ctxopt.report.wording import at_line, cell_len, shortened
from ctxopt.units import and_more, count, format_size

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
_HEADS: Final = ("what", "into", "size", "rebuilds", "cured by")
_NARROW: Final = 60
"""Columns below which a finding takes two lines."""
_CURE: Final = 26
"""Columns that a cure may take of the row; a longer one stands below."""
_WORD: Final = len("warning")
_GAP: Final = "  "


class _Row(NamedTuple):
    finding: Finding
    what: str
    reach: str
    size: str
    rebuilds: str
    cure: str

    @property
    def facts(self) -> tuple[str, str, str]:
        """What stands between what was found and what cures it."""
        return self.reach, self.size, self.rebuilds

    @property
    def has_columns(self) -> bool:
        """Whether there is more to say than what was found."""
        return bool(self.cure) or any(self.facts)

    @property
    def style(self) -> str:
        """The colour of the cure: that of lines which ``fix`` writes, or of those that are only possible."""
        return "green" if self.finding.edits else "magenta"


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
    widths = _widths(rows, look)
    lines = [StyledText(), _heading(widths)]
    for row in rows:
        lines += _drawn(row, widths)
    return lines


class _Widths(NamedTuple):
    whole: int
    """All but the severity."""
    what: int
    facts: tuple[int, int, int]
    cure: int


def _widths(rows: Sequence[_Row], look: Look) -> _Widths:
    """The columns that let most rows stand on one line: what stands in no column has a line of its own."""
    what, *heads, cure = _HEADS
    reach, size, rebuilds = (
        max(len(head), *map(cell_len, column))
        for head, column in zip(heads, zip(*(row.facts for row in rows), strict=True), strict=True)
    )
    if not any(row.rebuilds for row in rows):
        rebuilds = 0
    facts = (reach, size, rebuilds)
    whole = look.width - _WORD - len(_GAP)
    left = whole - sum(width + len(_GAP) for width in facts if width) - len(_GAP)
    asked = [cell_len(row.what) for row in rows if row.has_columns]
    cures = [cell_len(row.cure) for row in rows]
    most = min(max(_CURE, look.width // 3), left - len(what))
    offered = {len(cure), *(width for width in cures if len(cure) < width <= most)}

    def cost(width: int) -> tuple[int, int]:
        below = sum(item > width for item in cures)
        # Of two that cost as many lines, the one that leaves more for what was found.
        return below + sum(item > left - width for item in asked), width

    best = min(offered, key=cost)
    return _Widths(
        whole=whole,
        what=max(len(what), min(left - best, max(asked, default=0))),
        facts=facts,
        cure=best,
    )


def _heading(widths: _Widths) -> StyledText:
    what, *heads, cure = _HEADS
    text = f"{'':{_WORD}}{_GAP}{what:{widths.what}}{_GAP}{_facts(heads, widths)}{_GAP}{cure}"
    return StyledText(text, "dim")


def _facts(cells: Sequence[str], widths: _Widths) -> str:
    """The cells between what was found and its cure, words on the left and numbers on the right of theirs."""
    reach, *numbers = zip(cells, widths.facts, strict=True)
    drawn = [f"{reach[0]:{reach[1]}}", *(f"{text:>{width}}" for text, width in numbers if width)]
    return _GAP.join(drawn)


def _row(finding: Finding) -> _Row:
    size = rebuilds = ""
    if finding.size:
        size = format_size(finding.size)
    if finding.rebuilds:
        rebuilds = f"{finding.rebuilds:,}"
    cure = _cure(finding)
    return _Row(
        finding=finding,
        what=_what(finding, is_cured=bool(cure)),
        reach=_REACHES[finding.reach],
        size=size,
        rebuilds=rebuilds,
        cure=cure,
    )


def _what(finding: Finding, *, is_cured: bool) -> str:
    """The rule, its place and the telling path; a line that cures it tells that as well as a path does."""
    place = finding.location
    words = [finding.rule]
    if place.file is not None:
        words.append(at_line(printable(place.file), place.line))
    if finding.paths and (place.file is None or not is_cured):
        words.append(printable(finding.paths[0]) + and_more(len(finding.paths) - 1))
    elif place.line is not None and finding.subject and not is_cured:
        first, *others = finding.subject.split("\n")
        words.append(printable(first) + and_more(len(others)))
    return " ".join(words)


def _cure(finding: Finding) -> str:
    """The first line that cures it, or may; nothing for lines that ``fix`` removes on request alone."""
    edits = [edit for edit in finding.edits if edit.kind is not EditKind.REMOVE and edit.text]
    if not edits and finding.possible:
        first, *others = finding.possible
        return f"possible: {printable(first)}{and_more(len(others))}"
    if not edits:
        return ""
    return f"{SIGNS[edits[0].kind]} {printable(edits[0].text or '')}{and_more(len(edits) - 1)}"


def _drawn(row: _Row, widths: _Widths) -> list[StyledText]:
    label = row.finding.severity.label
    head = StyledText().append(f"{label:{_WORD}}", STYLES[row.finding.severity]).append(_GAP)
    if not row.has_columns:
        return [head.append(shortened(row.what, widths.whole))]
    what = shortened(row.what, widths.what)
    lines = []
    if cell_len(what) > widths.what:
        lines.append(head.append(what))
        head = StyledText(" " * (_WORD + len(_GAP) + widths.what))
    else:
        head.append(what + " " * (widths.what - cell_len(what)))
    head.append(_GAP).append(_facts(row.facts, widths))
    if row.cure and cell_len(row.cure) <= widths.cure:
        head.append(_GAP).append(row.cure, row.style)
    lines.append(head)
    if row.cure and cell_len(row.cure) > widths.cure:
        lines.append(StyledText(" " * (_WORD + len(_GAP))).append(row.cure, row.style))
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
    if row.finding.rebuilds:
        facts = ", ".join(filter(None, (facts, count(row.finding.rebuilds, "rebuild"))))
    if facts and row.cure and 6 + cell_len(facts) + cell_len(row.cure) <= look.width:
        drawn.append(StyledText(f"    {facts}  ").append(row.cure, row.style))
        return drawn
    if facts:
        drawn.append(StyledText(f"    {facts}"))
    if row.cure:
        drawn.append(StyledText("    ").append(row.cure, row.style))
    return drawn
