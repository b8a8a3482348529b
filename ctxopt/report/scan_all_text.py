"""All builds of a repository on one screen: what they send together, one row for each, the worst findings, the next step.

At most ``LINES`` lines in 80 columns, whatever the repository; the verbose see every build and finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import STYLES, command_lines, wrapped
from ctxopt.report.places import where
from ctxopt.report.scan_all_wording import (
    context_of,
    dockerfile_of,
    headline,
    ignore_file_of,
    placed,
    summary,
    touched,
)
from ctxopt.report.short_names import shortened_column, shortened_name
from ctxopt.report.terminal import Look, StyledText, draw, more
from ctxopt.report.wording import cell_len
from ctxopt.severity import Severity
from ctxopt.units import and_more, count, format_size

if TYPE_CHECKING:
    from ctxopt.evidence.measured_builds import UnmeasuredBuild
    from ctxopt.fix.plan import Fix
    from ctxopt.fix.repository import JudgedBuild, JudgedRepository, SharedFinding
    from ctxopt.projects.declared import Declared
    from ctxopt.rules.finding import Finding

LINES: Final = 25
"""The lines of the screen in 80 columns."""

_FINDINGS: Final = 4
_FEWEST_BUILDS: Final = 3
_UNMEASURED: Final = 3
_NAMED: Final = 2
_NARROW: Final = 60
"""Columns below which a build takes two lines."""
_LEAST_COLUMN: Final = 8
_GAP: Final = "  "
_HEADS: Final = ("build", "context", "Dockerfile", "ignore file")
_FIGURES: Final = ("sent", "to save")
_WORD: Final = len("warning")


class StepsForAll(NamedTuple):
    """The commands to go on with."""

    fix: str
    """Writes the lines of all contexts."""
    full: str
    """Shows every build and finding."""


def render_all(
    judged: JudgedRepository,
    declared: Declared,
    steps: StepsForAll,
    *,
    look: Look,
) -> str:
    """Return the screen."""
    table = _table(judged, look)
    top = [*headline_lines(judged, look), *_summary(judged, declared, table, look)]
    end = [*unmeasured_lines(judged, look), *_next_steps(judged, steps, look)]
    findings = [
        item for item in judged.findings if look.verbose or item.finding.severity > Severity.INFO
    ]
    builds = table.rows
    if not look.verbose:
        # A blank line, a heading and a last line that counts the rest, for both tables.
        rest = LINES - len(top) - len(end) - 6
        most = max(_FEWEST_BUILDS, rest - min(len(findings), _FINDINGS))
        builds = builds[:most]
        findings = findings[: max(_FINDINGS, rest - len(builds))]
    rows = _build_rows(table._replace(rows=builds), look)
    rows += more(len(judged.builds) - len(builds))
    told = _finding_rows(findings, judged.root, look)
    hidden = len(judged.findings) - len(findings)
    if told and hidden:
        told += [StyledText(f" {and_more(hidden)}, notes included", "dim")]
    return draw([*top, *rows, *told, *end], look)


def render_headline(judged: JudgedRepository, look: Look) -> str:
    """Return the headline alone."""
    return draw(headline_lines(judged, look), look)


def headline_lines(judged: JudgedRepository, look: Look) -> list[StyledText]:
    """Return the headline as lines for a terminal."""
    lines = wrapped(headline(judged), look.width, 0, hang=2)
    return [StyledText(line, "bold") for line in lines]


def _summary(
    judged: JudgedRepository, declared: Declared, table: _Table, look: Look
) -> list[StyledText]:
    """With what it was measured, what is counted, and what is not; and what the table leaves out."""
    sentence = "; ".join((summary(judged, declared), *table.shared))
    return [StyledText(line, "dim") for line in wrapped(sentence, look.width, 0, hang=2)]


class _Table(NamedTuple):
    heads: tuple[str, ...]
    rows: Sequence[_Cells]
    shared: tuple[str, ...] = ()
    """What is said once, as it is the same in all rows."""


def _table(judged: JudgedRepository, look: Look) -> _Table:
    """Return the builds as cells; without the columns that tell nothing apart, where not all have room."""
    table = _Table(_HEADS, [_cells(judged, build) for build in judged.builds])
    # Between one build and itself there is nothing to tell apart.
    if len(table.rows) < 2 or look.width < _NARROW or _wanted(table) <= look.width:
        return table
    kept = []
    shared = []
    for place, head in enumerate(table.heads):
        values = {row.texts[place] for row in table.rows}
        if len(values) > 1:
            kept.append(place)
        else:
            shared.append(f"{head} of each: {values.pop()}")
    return _Table(
        heads=tuple(table.heads[place] for place in kept),
        rows=[row._replace(texts=tuple(row.texts[place] for place in kept)) for row in table.rows],
        shared=tuple(shared),
    )


def _build_rows(table: _Table, look: Look) -> list[StyledText]:
    """Return a heading and a row for each build, a blank line above them."""
    rows = table.rows
    if not rows:
        return []
    if look.width < _NARROW:
        stacked = [line for row in rows for line in _stacked(row, look)]
        return [StyledText(), *stacked]
    head = _Cells(table.heads, _FIGURES, None)
    widths = _widths([*rows, head], look)
    left = look.width - sum(widths) - len(_GAP) * len(widths)
    has_room = all(row.worst is None or len(_told_worst(row.worst)) <= left for row in rows)
    (heading,) = _in_columns([head], widths)
    lines = [StyledText(), StyledText(f"{heading}worst", "dim")]
    for row, drawn in zip(rows, _in_columns(rows, widths), strict=True):
        line = StyledText(drawn)
        if row.worst is not None:
            told = row.worst.severity.label
            if has_room:
                told = _told_worst(row.worst)
            line.append(told, STYLES[row.worst.severity])
        line.rstrip()
        lines.append(line)
    return lines


def _told_worst(finding: Finding) -> str:
    return f"{finding.severity.label} {finding.rule}"


class _Cells(NamedTuple):
    texts: tuple[str, ...]
    figures: tuple[str, str]
    worst: Finding | None


def _cells(judged: JudgedRepository, build: JudgedBuild) -> _Cells:
    saved = ""
    if build.saved:
        saved = format_size(build.saved)
    texts = (
        printable(build.name),
        printable(context_of(build, judged.root)),
        printable(dockerfile_of(build, judged.root)),
        printable(ignore_file_of(build, judged.root)),
    )
    return _Cells(texts, (format_size(build.bytes), saved), build.worst)


def _wanted(table: _Table) -> int:
    """The columns of a table in which nothing is shortened."""
    return _width(_asked([*table.rows, _Cells(table.heads, _FIGURES, None)]))


def _asked(rows: Sequence[_Cells]) -> list[int]:
    cells = [[*row.texts, *row.figures] for row in rows]
    return [max(map(cell_len, column)) for column in zip(*cells, strict=True)]


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * len(widths) + _WORD


def _widths(rows: Sequence[_Cells], look: Look) -> list[int]:
    """The columns of each cell: as many as are asked for, less for the widest where they are too many."""
    widths = _asked(rows)
    places = range(1, len(rows[0].texts))
    while _width(widths) > look.width:
        widest = max(places, key=widths.__getitem__, default=0)
        # What a build is called tells it apart: that is shortened last, or where it takes half of the width.
        if widths[widest] <= _LEAST_COLUMN or widths[0] > look.width // 2:
            widest = 0
        if widths[widest] <= _LEAST_COLUMN:
            break
        widths[widest] -= 1
    return widths


def _in_columns(rows: Sequence[_Cells], widths: Sequence[int]) -> list[str]:
    """Draw all cells of each row but the last."""
    texts = zip(*(row.texts for row in rows), strict=True)
    columns = [
        shortened_column(column, [width] * len(rows))
        for column, width in zip(texts, widths, strict=False)
    ]
    drawn = []
    for row, cells in zip(rows, zip(*columns, strict=True), strict=True):
        figures = zip(row.figures, widths[len(cells) :], strict=True)
        line = [
            text + " " * (width - cell_len(text))
            for text, width in zip(cells, widths, strict=False)
        ]
        line += [f"{text:>{width}}" for text, width in figures]
        drawn.append("".join(cell + _GAP for cell in line))
    return drawn


def _stacked(row: _Cells, look: Look) -> list[StyledText]:
    """A build in a narrow terminal: its name, and below it where it is and what it sends."""
    name, context, dockerfile, ignore_file = row.texts
    sent, saved = row.figures
    head = StyledText(shortened_name(name, look.width))
    facts = [f"sends {sent}"]
    if saved:
        facts.append(f"{saved} to save")
    if row.worst is not None:
        facts.append(_told_worst(row.worst))
    place = f"{context}, {dockerfile}, ignore file {ignore_file}"
    lines = [*wrapped(place, look.width, 2, hang=2), *wrapped(", ".join(facts), look.width, 2)]
    return [head, *map(StyledText, lines)]


class _FindingRow(NamedTuple):
    severity: Severity
    rule: str
    place: str
    size: str
    builds: str

    @property
    def what(self) -> str:
        return f"{self.rule} {self.place}"


def _finding_rows(findings: Sequence[SharedFinding], root: str, look: Look) -> list[StyledText]:
    """Return a heading and a row for each finding, a blank line above them."""
    if not findings:
        return []
    rows = [
        _FindingRow(
            severity=item.finding.severity,
            rule=item.finding.rule,
            place=_place(item, root),
            size=_size(item),
            builds=touched(item, _NAMED),
        )
        for item in findings
    ]
    if look.width < _NARROW:
        return [StyledText(), *(line for row in rows for line in _stacked_finding(row, look))]
    sizes = max(len("size"), *(cell_len(row.size) for row in rows))
    names = min(max(cell_len(row.builds) for row in rows), look.width // 4)
    names = max(names, len("builds"))
    left = look.width - _WORD - sizes - names - 3 * len(_GAP)
    width = min(left, max(cell_len(row.what) for row in rows))
    heading = f"{'':{_WORD}}{_GAP}{'what':{width}}{_GAP}{'size':>{sizes}}{_GAP}builds"
    lines = [StyledText(), StyledText(heading, "dim")]
    places = shortened_column(
        [row.place for row in rows], [width - len(row.rule) - 1 for row in rows]
    )
    builds = shortened_column([row.builds for row in rows], [names] * len(rows))
    for row, place, touching in zip(rows, places, builds, strict=True):
        what = f"{row.rule} {place}"
        line = StyledText().append(f"{row.severity.label:{_WORD}}", STYLES[row.severity])
        line.append(f"{_GAP}{what}{' ' * (width - cell_len(what))}{_GAP}{row.size:>{sizes}}")
        lines.append(line.append(f"{_GAP}{touching}"))
    return lines


def _stacked_finding(row: _FindingRow, look: Look) -> list[StyledText]:
    """A finding in a narrow terminal."""
    label = row.severity.label
    text = " ".join(filter(None, [label, row.what, row.size, f"({row.builds})"]))
    first, *others = wrapped(text, look.width, 0, hang=4)
    head = StyledText().append(label, STYLES[row.severity]).append(first[len(label) :])
    return [head, *map(StyledText, others)]


def _place(item: SharedFinding, root: str) -> str:
    """The telling path or place of a finding, as seen from the repository."""
    finding = placed(item.finding, item.folder, root)
    place = printable(where(finding) or item.folder)
    if finding.location.file is None:
        place += and_more(len(finding.paths) - 1)
    return place


def _size(item: SharedFinding) -> str:
    if not item.finding.size:
        return ""
    return format_size(item.finding.size)


def unmeasured_lines(judged: JudgedRepository, look: Look) -> list[StyledText]:
    """Return the builds that were not measured, each with the reason, a blank line above."""
    if not judged.unmeasured:
        return []
    shown = judged.unmeasured
    if not look.verbose:
        shown = shown[:_UNMEASURED]
    lines = [StyledText()]
    for item in shown:
        style = "red" if item.is_wrong else ""
        lines += [StyledText(line, style) for line in _told(item, look)]
    return lines + more(len(judged.unmeasured) - len(shown))


def _told(item: UnmeasuredBuild, look: Look) -> list[str]:
    sentence = f"not measured: {printable(item.name)}: {visible(item.reason)}"
    return wrapped(sentence, look.width, 0, hang=2)


def _next_steps(judged: JudgedRepository, steps: StepsForAll, look: Look) -> list[StyledText]:
    lines: list[StyledText] = [StyledText()]
    if not judged.builds:
        return lines + command_lines("ctxopt builds", "lists what is declared", look)
    plans = [plan for context in judged.contexts for plan in context.plans]
    # Lines for tomorrow alone are no reason to go there today.
    if any(plan.saves_today for plan in plans):
        lines += command_lines(printable(steps.fix), _gain(judged, plans), look)
    return lines + command_lines(printable(steps.full), "shows every build and finding", look)


def _gain(judged: JudgedRepository, plans: Sequence[Fix]) -> str:
    """What the lines do for all builds together."""
    lines = sum(plan.written_lines for plan in plans)
    told = f"writes {count(lines, 'line')}"
    if len(plans) > 1:
        told += f" in {len(plans)} files"
    after = sum(build.after for build in judged.builds)
    if format_size(judged.bytes) != format_size(after):
        told += f": {format_size(judged.bytes)} -> {format_size(after)}"
        if len(judged.builds) > 1:
            told += " in all"
    return told
