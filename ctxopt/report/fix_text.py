"""A proposal for people: the diff, what each line saves and why, what stays, before and after."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from ctxopt.build.analysis import Analysis
from ctxopt.builder import BUILDKIT
from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.run import Outcome
from ctxopt.fix.unit import Confidence
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import wrapped
from ctxopt.report.fix_json import printed, render_patch, source_effects
from ctxopt.report.terminal import Look, draw, field
from ctxopt.units import (
    count,
    format_bandwidth,
    format_seconds,
    format_size,
    transfer_seconds,
)

_TRACKED = 20
_SOURCES = 12
_SURE: dict[Confidence, str] = {"proven": "green", "likely": "yellow"}
_WORD = 6
"""Columns of ``proven`` and ``likely``."""
_DIFF = (
    (("diff ", "--- ", "+++ ", "new file "), "bold"),
    (("@@",), "cyan"),
    (("+",), "green"),
    (("-",), "red"),
    (("\\",), "dim"),
)


def render_text(outcome: Outcome, look: Look) -> str:
    """Return the report; it names the file that was written, or was not."""
    fix = outcome.fix
    lines: list[Text] = []
    if fix.new_content is None:
        lines.append(Text("nothing to do: ", "bold").append(_whole(outcome.after), "not bold"))
        lines.append(Text(_docker(outcome.after), "dim"))
    else:
        lines += _diff(render_patch(outcome))
        lines += _table(fix.lines, look.width) if fix.lines else []
    if fix.new_content is not None:
        lines += _proof(outcome, look.width)
    lines += _tracked(fix) + _left(fix, look.width)
    if fix.new_content is not None:
        lines += _sums(outcome)
    return draw(lines, look)


def changed(line: ProposedLine) -> list[Text]:
    """Return what a line does to the file, as a diff shows it."""
    old = [Text(f"- {printable(text)}", "red") for text in line.replaces]
    return old + [Text(f"+ {printable(text)}", "green") for text in line.texts]


def grounds(line: ProposedLine, width: int, indent: int) -> list[Text]:
    """Return how sure a line is and why, below each other where that is too long for one."""
    first, *others = wrapped(visible(line.reason), width, indent + _WORD + 2)
    head = Text(" " * indent).append(line.confidence.ljust(_WORD + 2), _SURE[line.confidence])
    return [head.append(first.lstrip(), "dim"), *(Text(text, "dim") for text in others)]


def savings(size: int, entries: int) -> str:
    """Write what is saved: ``8.4 MB in 3 entries``."""
    return f"{format_size(size)} in {count(entries, 'entry', 'entries')}"


def _diff(patch: str) -> list[Text]:
    found = []
    in_header = True
    for line in patch.splitlines():
        in_header = in_header and not line.startswith("@@")
        # Below the header, a removed line may itself begin with dashes.
        styles = _DIFF if in_header else _DIFF[1:]
        style = next((style for starts, style in styles if line.startswith(starts)), "")
        found.append(Text(printable(line.rstrip("\r")), style))
    return found


def _table(lines: tuple[ProposedLine, ...], width: int) -> list[Text]:
    """One line each; the reasons beside them where all have room, or else below."""
    rows = [
        (
            format_size(line.bytes),
            f"{line.entries:,}",
            format_size(line.total_bytes),
            f"{line.total_entries:,}",
        )
        for line in lines
    ]
    heads = ("saves", "entries", "in total", "entries")
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    whats = [_what(line) for line in lines]
    margin = 2 + sum(widths) + 2 * len(widths)
    widest = max(map(cell_len, (what.plain for what in whats)), default=0)
    reasons = max((cell_len(visible(line.reason)) for line in lines), default=0)
    is_wide = margin + widest + 2 + _WORD + 2 + reasons <= width
    out = [Text(), Text(f"{_numbers(heads, widths)}line", "bold")]
    for line, row, what in zip(lines, rows, whats, strict=True):
        drawn = Text(_numbers(row, widths))
        if is_wide:
            drawn.append_text(what).append(" " * (widest + 2 - cell_len(what.plain)))
            out.append(drawn.append_text(grounds(line, width, 0)[0]))
        elif margin + cell_len(what.plain) <= width:
            out += [drawn.append_text(what), *grounds(line, width, 4)]
        else:
            new, old = _parts(line)
            out += [drawn.append(new), *([Text(f"    {old}", "dim")] if old else [])]
            out += grounds(line, width, 4)
    return out


def _numbers(row: tuple[str, ...], widths: list[int]) -> str:
    return "  " + "".join(f"{cell:>{width}}  " for cell, width in zip(row, widths, strict=True))


def _what(line: ProposedLine) -> Text:
    new, old = _parts(line)
    return Text(new).append(f"  {old}" if old else "", "dim")


def _parts(line: ProposedLine) -> tuple[str, str]:
    """What a line is, and instead of what."""
    new, old = (" ".join(map(printable, texts)) for texts in (line.texts, line.replaces))
    if not new:
        return f"{old}  (removed)", ""
    return new, f"instead of {old}" if old else ""


def _proof(outcome: Outcome, width: int) -> list[Text]:
    """What every instruction takes before and after: nothing that it names is lost."""
    effects = source_effects(outcome)
    served = outcome.fix.other_dockerfiles
    if not effects and not served:
        return []
    lines = [Text(), Text("Every source still finds what it names", "bold")]
    for effect in effects[:_SOURCES]:
        files, size = effect.files, effect.bytes
        if files[0] == files[1]:
            what = f"{count(files[0], 'file')}, as before"
        else:
            what = f"{files[0]:,} files, {format_size(size[0])} -> {files[1]:,} files, {format_size(size[1])}"
        source = f"line {effect.line}: {printable(effect.text)}"
        lines += map(Text, wrapped(source, width, 2))
        lines.append(Text(f"    {what}", "dim"))
    if len(effects) > _SOURCES:
        lines.append(Text(f"  and {len(effects) - _SOURCES} more", "dim"))
    if served:
        names = ", ".join(map(printable, served[:_SOURCES]))
        more = f" and {len(served) - _SOURCES} more" if len(served) > _SOURCES else ""
        lines += map(Text, wrapped(f"and those of {names}{more}", width, 2))
    return lines


def _tracked(fix: Fix) -> list[Text]:
    if not fix.tracked:
        return []
    number = count(len(fix.tracked), "file")
    lines = [Text(), Text(f"No longer sent though git tracks it: {number}", "bold yellow")]
    lines += [Text(f"  {printable(path)}") for path in fix.tracked[:_TRACKED]]
    if len(fix.tracked) > _TRACKED:
        lines.append(Text(f"  and {len(fix.tracked) - _TRACKED:,} more", "dim"))
    return lines


def _left(fix: Fix, width: int) -> list[Text]:
    if not fix.left_alone:
        return []
    reasons: dict[str, list[str]] = {}
    for item in fix.left_alone:
        reasons.setdefault(visible(item.reason), []).append(printable(item.text))
    lines = [Text(), Text("Left alone", "bold")]
    for reason, texts in reasons.items():
        lines += map(Text, wrapped("  ".join(texts), width, 2))
        lines += [Text(part, "dim") for part in wrapped(reason, width, 4)]
    return lines


def _sums(outcome: Outcome) -> list[Text]:
    fix = outcome.fix
    size = max(0, fix.measured.permitted_bytes - outcome.after.permitted_bytes)
    seconds = format_seconds(transfer_seconds(size, outcome.bandwidth))
    most = "up to " if _is_part(fix.measured) or _is_part(outcome.after) else ""
    saved = savings(sum(line.bytes for line in fix.lines), sum(line.entries for line in fix.lines))
    time = f"{most}{seconds} at {format_bandwidth(outcome.bandwidth)} on a first build"
    verdict = "Written to" if outcome.written else "Not written:"
    style = "bold green" if outcome.written else "bold yellow"
    return [
        Text(),
        field("Before", _whole(fix.measured)),
        field("", _docker(fix.measured)),
        field("After", _whole(outcome.after), "bold"),
        field("", _docker(outcome.after)),
        field("Saves", f"{saved}; {time}"),
        Text(),
        Text(f"{verdict} {printable(fix.shown)}", style),
    ]


def _whole(analysis: Analysis) -> str:
    total = analysis.permitted.total
    least = "at least " if analysis.tree.errors else ""
    return least + savings(total.bytes, total.entries)


def _docker(analysis: Analysis) -> str:
    """What Docker will print: for this build, if it is known to take less than all."""
    if not _is_part(analysis) or analysis.plan is None:
        known = analysis.plan is not None or not analysis.context.builder.loads_on_demand
        return f"Docker prints {'' if known else 'up to '}{printed(analysis)}"
    transfer = analysis.plan.main.transfer
    if not transfer.loaded:
        return "Docker prints nothing: no instruction needs the context"
    own = BUILDKIT.printed(transfer.context_bytes)
    return f"Docker prints {own} for this build, {printed(analysis)} for one that takes all"


def _is_part(analysis: Analysis) -> bool:
    """Whether this build takes less than what is permitted."""
    plan = analysis.plan
    if plan is None or not analysis.context.builder.loads_on_demand:
        return False
    transfer = plan.main.transfer
    return not transfer.loaded or transfer.context_bytes != analysis.permitted_bytes
