"""A proposal for people: the diff, what each line saves and why, what stays, before and after."""

from __future__ import annotations

from collections.abc import Iterable

from ctxopt.build.analysis import Analysis
from ctxopt.builder import BUILDKIT
from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.run import Outcome
from ctxopt.fix.unit import Confidence
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import wrapped
from ctxopt.report.fix_json import printed, render_patch, source_effects
from ctxopt.report.terminal import Look, StyledText, draw, field, more
from ctxopt.report.wording import cell_len, lower_bound
from ctxopt.units import (
    and_more,
    count,
    format_bandwidth,
    format_seconds,
    format_size,
    transfer_seconds,
)

_TRACKED = 20
_SOURCES = 12
_SURE: dict[Confidence, str] = {"proven": "green", "likely": "yellow", "possible": "magenta"}
_DIFF: tuple[tuple[tuple[str, ...], str], ...] = (
    (("diff ", "--- ", "+++ ", "new file "), "bold"),
    (("@@",), "cyan"),
    (("+",), "green"),
    (("-",), "red"),
    (("\\",), "dim"),
)


def render_text(outcome: Outcome, look: Look) -> str:
    """Return the report; it names the file that was written, or was not."""
    fix = outcome.fix
    if fix.new_content is None:
        lines = [
            StyledText("nothing to do: ", "bold").append(_whole(outcome.after), "not bold"),
            StyledText(_docker(outcome.after), "dim"),
            *_tracked(fix),
            *_possible(fix, look.width),
            *_left(fix, look.width),
        ]
        return draw(lines, look)
    lines = _diff(render_patch(outcome))
    # Where only the order of lines changes, none of them is new.
    saving = tuple(line for line in fix.lines if not line.is_preventive)
    if saving:
        lines += _table(saving, look.width)
    lines += _preventive(fix.lines, look.width)
    lines += _proof(outcome, look.width)
    lines += _tracked(fix) + _possible(fix, look.width) + _left(fix, look.width)
    lines += _sums(outcome)
    return draw(lines, look)


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


def savings(size: int, entries: int) -> str:
    """Write what is saved: ``8.4 MB in 3 entries``."""
    return f"{format_size(size)} in {count(entries, 'entry', 'entries')}"


def _diff(patch: str) -> list[StyledText]:
    found = []
    in_header = True
    for line in patch.splitlines():
        in_header = in_header and not line.startswith("@@")
        styles = _DIFF
        if not in_header:
            # Below the header, a removed line may itself begin with dashes.
            styles = _DIFF[1:]
        style = next((style for starts, style in styles if line.startswith(starts)), "")
        found.append(StyledText(printable(line.rstrip("\r")), style))
    return found


def _table(lines: tuple[ProposedLine, ...], width: int) -> list[StyledText]:
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
    is_wide = margin + widest + 2 + _word(lines) + 2 + reasons <= width
    out = [StyledText(), StyledText(f"{_numbers(heads, widths)}line", "bold")]
    for line, row, what in zip(lines, rows, whats, strict=True):
        drawn = StyledText(_numbers(row, widths))
        if is_wide:
            drawn.append_text(what).append(" " * (widest + 2 - cell_len(what.plain)))
            out.append(drawn.append_text(grounds(line, width, 0)[0]))
        elif margin + cell_len(what.plain) <= width:
            out += [drawn.append_text(what), *grounds(line, width, 4)]
        else:
            new, old = _parts(line)
            out.append(drawn.append(new))
            if old:
                out.append(StyledText(f"    {old}", "dim"))
            out += grounds(line, width, 4)
    return out


def _word(lines: Iterable[ProposedLine]) -> int:
    """The columns of the words that say how sure the lines are: two of them are equally long."""
    return max((len(line.confidence) for line in lines), default=0)


def _possible(fix: Fix, width: int) -> list[StyledText]:
    """What is not written unasked, with the doubt about each."""
    if not fix.possible:
        return []
    head = StyledText("Possible", "bold").append("; --possible takes these, too", "not bold dim")
    lines = [StyledText(), head]
    for line in fix.possible:
        what = StyledText(f"  {format_size(line.bytes)}  ").append_text(_what(line))
        lines += [
            what,
            *(StyledText(part, "dim") for part in wrapped(visible(line.reason), width, 4)),
        ]
    return lines


def _preventive(lines: tuple[ProposedLine, ...], width: int) -> list[StyledText]:
    """The lines for what is not there yet, each with what foretells it."""
    found = [line for line in lines if line.is_preventive]
    if not found:
        return []
    out = [StyledText(), StyledText("For tomorrow: these save little or nothing today", "bold")]
    whats = [_what(line).plain for line in found]
    widest = max(map(cell_len, whats))
    for line, what in zip(found, whats, strict=True):
        reason = visible(line.reason)
        if 4 + widest + cell_len(reason) <= width:
            padding = " " * (widest + 2 - cell_len(what))
            out.append(StyledText(f"  {what}{padding}").append(reason, "dim"))
        else:
            out.append(StyledText(f"  {what}"))
            out += [StyledText(text, "dim") for text in wrapped(reason, width, 4)]
    return out


def _numbers(row: tuple[str, ...], widths: list[int]) -> str:
    return "  " + "".join(f"{cell:>{width}}  " for cell, width in zip(row, widths, strict=True))


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


def _proof(outcome: Outcome, width: int) -> list[StyledText]:
    """What every instruction takes before and after: nothing that it names is lost."""
    effects = source_effects(outcome)
    served = outcome.fix.other_dockerfiles
    if not effects and not served:
        return []
    lines = [StyledText(), StyledText("Every source still finds what it names", "bold")]
    for effect in effects[:_SOURCES]:
        files, size = effect.files, effect.bytes
        if files[0] == files[1]:
            what = f"{count(files[0], 'file')}, as before"
        else:
            before = f"{files[0]:,} files, {format_size(size[0])}"
            what = f"{before} -> {files[1]:,} files, {format_size(size[1])}"
        source = f"line {effect.line}: {printable(effect.text)}"
        lines += map(StyledText, wrapped(source, width, 2))
        lines.append(StyledText(f"    {what}", "dim"))
    lines += more(len(effects) - _SOURCES)
    if served:
        names = ", ".join(map(printable, served[:_SOURCES])) + and_more(len(served) - _SOURCES)
        lines += map(StyledText, wrapped(f"and those of {names}", width, 2))
    return lines


def _tracked(fix: Fix) -> list[StyledText]:
    if not fix.tracked:
        return []
    number = count(len(fix.tracked), "file")
    lines = [
        StyledText(),
        StyledText(f"No longer sent though git tracks it: {number}", "bold yellow"),
    ]
    lines += [StyledText(f"  {printable(path)}") for path in fix.tracked[:_TRACKED]]
    return lines + more(len(fix.tracked) - _TRACKED)


def _left(fix: Fix, width: int) -> list[StyledText]:
    if not fix.left_alone:
        return []
    reasons: dict[str, list[str]] = {}
    for item in fix.left_alone:
        reasons.setdefault(visible(item.reason), []).append(printable(item.text))
    lines = [StyledText(), StyledText("Left alone", "bold")]
    for reason, texts in reasons.items():
        lines += map(StyledText, wrapped("  ".join(texts), width, 2))
        lines += [StyledText(part, "dim") for part in wrapped(reason, width, 4)]
    return lines


def _sums(outcome: Outcome) -> list[StyledText]:
    fix = outcome.fix
    size = max(0, fix.measured.permitted_bytes - outcome.after.permitted_bytes)
    seconds = format_seconds(transfer_seconds(size, outcome.bandwidth))
    time = f"{seconds} at {format_bandwidth(outcome.bandwidth)} on a first build"
    # A build that takes only a part of the context saves no more than its part.
    if _is_part(fix.measured) or _is_part(outcome.after):
        time = f"up to {time}"
    saved = savings(sum(line.bytes for line in fix.lines), sum(line.entries for line in fix.lines))
    verdict = StyledText(f"Not written: {printable(fix.shown)}", "bold yellow")
    if outcome.written:
        verdict = StyledText(f"Written to {printable(fix.shown)}", "bold green")
    return [
        StyledText(),
        field("Before", _whole(fix.measured)),
        field("", _docker(fix.measured)),
        field("After", _whole(outcome.after), "bold"),
        field("", _docker(outcome.after)),
        field("Saves", f"{saved}; {time}"),
        StyledText(),
        verdict,
    ]


def _whole(analysis: Analysis) -> str:
    total = analysis.permitted.total
    return lower_bound(analysis.tree) + savings(total.bytes, total.entries)


def _docker(analysis: Analysis) -> str:
    """Say what Docker will print: for this build, if it is known to take less than all."""
    whole = printed(analysis)
    # Without a Dockerfile there is no telling what BuildKit asks for; the classic client sends all.
    if analysis.plan is None and analysis.context.builder.loads_on_demand:
        return f"Docker prints up to {whole}"
    if analysis.plan is None or not _is_part(analysis):
        return f"Docker prints {whole}"
    transfer = analysis.plan.main.transfer
    if not transfer.loaded:
        return "Docker prints nothing: no instruction needs the context"
    own = BUILDKIT.printed(transfer.context_bytes)
    return f"Docker prints {own} for this build, {whole} for one that takes all"


def _is_part(analysis: Analysis) -> bool:
    """Whether this build takes less than what is permitted."""
    plan = analysis.plan
    if plan is None or not analysis.context.builder.loads_on_demand:
        return False
    transfer = plan.main.transfer
    return not transfer.loaded or transfer.context_bytes != analysis.permitted_bytes
