"""A proposal for people: the diff, what each line saves and why, what stays, before and after."""

from __future__ import annotations

from collections.abc import Iterable

from ctxopt.build.analysis import Analysis
from ctxopt.builder import BUILDKIT
from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.run import Outcome, Undone
from ctxopt.fix.unit import Confidence
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import STYLES, command_lines, wrapped
from ctxopt.report.fix_json import printed, render_patch, source_effects
from ctxopt.report.scan_headline import first_stop, is_sure
from ctxopt.report.terminal import Look, StyledText, draw, more
from ctxopt.report.wording import at_line, cell_len, lower_bound
from ctxopt.tree.view import View
from ctxopt.units import (
    and_more,
    count,
    format_bandwidth,
    format_seconds,
    format_size,
    transfer_seconds,
)

_TRACKED = 20
_OTHERS = 6
_ERRORS = 5
"""Names in a list that -v has whole."""
_SAVES = "saves"
_NARROW = 60
_LABEL = 15
_SURE: dict[Confidence, str] = {"proven": "green", "likely": "yellow", "possible": "magenta"}
_DIFF: tuple[tuple[tuple[str, ...], str], ...] = (
    (("diff ", "--- ", "+++ ", "new file "), "bold"),
    (("@@",), "cyan"),
    (("+",), "green"),
    (("-",), "red"),
    (("\\",), "dim"),
)


def render_text(outcome: Outcome, look: Look, undo: str = "ctxopt fix --undo") -> str:
    """Return the report; it names the file that was written, or was not. ``look.verbose`` adds the proof.

    ``undo`` is the command that takes the write back.
    """
    fix = outcome.fix
    refused = remaining_lines(fix, look)
    if fix.new_content is None:
        what = "Nothing proven to do" if fix.has_unproven else "Nothing to do"
        head = StyledText(f"{what}: ", "bold").append(_sent(outcome.after), "not bold")
        lines = [head]
        if outcome.after.context.builder.sends_context:
            lines.append(StyledText(f"Docker prints {_docker(outcome.after)}", "dim"))
        return draw([*lines, *_tracked(fix, look), *refused], look)
    lines = [*change_lines(outcome, look), *refused, *proof_lines(outcome, look)]
    lines += _sums(outcome, look.width) + _verdict(outcome, look, undo)
    return draw(lines, look)


def change_lines(outcome: Outcome, look: Look) -> list[StyledText]:
    """Return the diff of one ignore file, and what each line saves and why."""
    lines = outcome.fix.lines
    today = _table([line for line in lines if not line.is_preventive], look.width)
    return _diff(render_patch(outcome)) + today + _preventive(lines, look)


def remaining_lines(fix: Fix, look: Look) -> list[StyledText]:
    """Return what is not written: what is only possible, what was left out, and what no line cures."""
    return _possible(fix, look.width) + _left(fix, look) + _errors(fix, look)


def proof_lines(outcome: Outcome, look: Look) -> list[StyledText]:
    """Return that every build still finds what it found, and how many files of git are no longer sent."""
    return _proof(outcome, look) + _tracked(outcome.fix, look)


def render_undone(several: Iterable[Undone], look: Look) -> str:
    """Return what became of the ignore files whose last writes were taken back."""
    return draw([StyledText(_undone(each), "bold green") for each in several], look)


def _undone(undone: Undone) -> str:
    done = f"Restored {printable(undone.shown)}, as it was before ctxopt wrote it"
    if undone.content is None:
        done = f"Removed {printable(undone.shown)}, which was not there before ctxopt wrote it"
    return done


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


def _table(lines: Iterable[ProposedLine], width: int) -> list[StyledText]:
    """One line each, the heaviest first; the reasons beside them where all have room, or else below."""
    rows = sorted(lines, key=lambda line: -line.bytes)
    if not rows:
        return []
    sizes = [_saved(line) for line in rows]
    size = max(len(_SAVES), *map(len, sizes))
    whats = [_what(line) for line in rows]
    margin = 2 + size + 2
    widest = max(cell_len(what.plain) for what in whats)
    reasons = max(cell_len(visible(line.reason)) for line in rows)
    is_wide = margin + widest + 2 + _word(rows) + 2 + reasons <= width
    # In a narrow terminal the reason has the width to itself.
    indent = margin if width >= _NARROW else 4
    out = [StyledText(), StyledText(f"  {_SAVES:>{size}}  line", "bold")]
    for line, saved, what in zip(rows, sizes, whats, strict=True):
        drawn = StyledText(f"  {saved:>{size}}  ")
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


def _saved(line: ProposedLine) -> str:
    """What a line saves; nothing where it is not there to save."""
    if not line.bytes:
        return ""
    return format_size(line.bytes)


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
        lines += _with_reason(what, line.reason, width)
    return lines


def _with_reason(what: StyledText, reason: str, width: int) -> list[StyledText]:
    """A line with its reason beside it, or below where there is no room."""
    reason = visible(reason)
    if cell_len(what.plain) + 2 + cell_len(reason) <= width:
        return [what.append(f"  {reason}", "dim")]
    return [what, *(StyledText(text, "dim") for text in wrapped(reason, width, 4))]


def _preventive(lines: Iterable[ProposedLine], look: Look) -> list[StyledText]:
    """The lines for what is not there yet; on request each with what foretells it."""
    found = [line for line in lines if line.is_preventive]
    if not found:
        return []
    out = [StyledText(), StyledText("For tomorrow: these save little or nothing today", "bold")]
    if not look.verbose:
        return out + list(
            map(StyledText, _listed((_what(line).plain for line in found), look.width))
        )
    for line in found:
        out += _with_reason(StyledText("  ").append_text(_what(line)), line.reason, look.width)
    return out


def _listed(names: Iterable[str], width: int) -> list[str]:
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


def _proof(outcome: Outcome, look: Look) -> list[StyledText]:
    """That nothing an instruction names is lost; on request what each takes before and after."""
    effects = source_effects(outcome)
    served = outcome.fix.other_dockerfiles
    if not effects and not served:
        return []
    most = len(served) if look.verbose else _OTHERS
    names = ", ".join(map(printable, served[:most])) + and_more(len(served) - most)
    sentence = "Every source still finds what it found"
    if names:
        sentence += f", also those of {names}"
    lines = [StyledText()]
    lines += [StyledText(text, "bold") for text in wrapped(sentence, look.width, 0, hang=2)]
    if not look.verbose:
        return lines
    for effect in effects:
        files, size = effect.files, effect.bytes
        if files[0] == files[1]:
            what = f"{count(files[0], 'file')}, as before"
        else:
            what = f"{_in_files(size[0], files[0])} -> {_in_files(size[1], files[1])}"
        source = f"line {effect.line}: {printable(effect.text)}"
        lines += map(StyledText, wrapped(source, look.width, 2))
        lines.append(StyledText(f"    {what}", "dim"))
    return lines


def _tracked(fix: Fix, look: Look) -> list[StyledText]:
    if not fix.tracked:
        return []
    arrives = fix.measured.context.builder.participle
    head = f"No longer {arrives} though git tracks it: {count(len(fix.tracked), 'file')}"
    if not look.verbose:
        them = "it" if len(fix.tracked) == 1 else "them"
        told = wrapped(f"{head}; -v names {them}", look.width, 0, hang=2)
        return [StyledText(text, "yellow") for text in told]
    lines = [StyledText(head, "yellow")]
    lines += [StyledText(f"  {printable(path)}") for path in fix.tracked[:_TRACKED]]
    return lines + more(len(fix.tracked) - _TRACKED)


def _left(fix: Fix, look: Look) -> list[StyledText]:
    """What was considered and is not written, by reason."""
    if not fix.left_alone:
        return []
    reasons: dict[str, list[str]] = {}
    for item in fix.left_alone:
        reasons.setdefault(item.reason, []).append(printable(item.text))
    lines = [StyledText(), StyledText("Left out", "bold")]
    for reason, texts in reasons.items():
        most = len(texts) if look.verbose else _OTHERS
        names = [*texts[:most], *filter(None, [and_more(len(texts) - most).strip()])]
        *first, last = _listed(names, look.width)
        lines += map(StyledText, first)
        lines += _with_reason(StyledText(last), reason, look.width)
    return lines


def _errors(fix: Fix, look: Look) -> list[StyledText]:
    """What stays wrong: a file that says all it can does not make a build work."""
    if not fix.errors:
        return []
    shown = fix.errors
    if not look.verbose:
        shown = shown[:_ERRORS]
    lines = [StyledText(), StyledText("Errors that no line cures", "bold")]
    for finding in shown:
        place = finding.location
        told = visible(finding.message)
        if place.file is not None:
            told = f"{at_line(printable(place.file), place.line)}: {told}"
        first, *others = wrapped(told, look.width, len("  error  "))
        head = StyledText("  ").append("error", STYLES[finding.severity])
        lines += [head.append("  " + first.lstrip()), *map(StyledText, others)]
    return lines + more(len(fix.errors) - len(shown))


def _sums(outcome: Outcome, width: int) -> list[StyledText]:
    """Before and after of this build, and of one that takes everything where that sends more."""
    fix = outcome.fix
    before, after = fix.measured, outcome.after
    builder = before.context.builder
    possible = f"Could be {builder.participle}"
    label = builder.participle.capitalize() if is_sure(before) else possible
    lines = [StyledText(), *_row(label, _change(_sent(before), _sent(after)), width, "bold")]
    if _is_part(before) or _is_part(after):
        lines += _row(
            possible,
            _change(_amount(before, before.permitted), _amount(after, after.permitted)),
            width,
        )
    if builder.sends_context:
        lines += _row("Docker prints", _change(_docker(before), _docker(after)), width)
        lines += _row("Saves", _time(outcome), width)
    return lines


def _verdict(outcome: Outcome, look: Look, undo: str) -> list[StyledText]:
    """Whether the file was written, and how to take that back."""
    shown = printable(outcome.fix.shown)
    if not outcome.written:
        return [StyledText(), StyledText(f"Not written: {shown}", "bold yellow")]
    lines = [StyledText(), StyledText(f"Written to {shown}", "bold green")]
    if outcome.no_undo:
        note = f"ctxopt cannot undo this: {printable(outcome.no_undo)}"
        return lines + [StyledText(line) for line in wrapped(note, look.width, 0, hang=2)]
    return lines + command_lines(printable(undo), "takes it back", look)


def _change(before: str, after: str) -> str:
    if before == after:
        return f"{after}, as before"
    return f"{before} -> {after}"


def _row(label: str, value: str, width: int, style: str = "") -> list[StyledText]:
    first, *others = wrapped(value, width, _LABEL)
    head = StyledText().append(label.ljust(_LABEL), "dim").append(first.lstrip(), style)
    return [head, *(StyledText(text, style) for text in others)]


def _time(outcome: Outcome) -> str:
    """Say how long sending took that what is saved; where this build saves nothing, for one that takes all."""
    before, after = outcome.fix.measured, outcome.after
    whom = "on a first build"
    size = before.sent.total.bytes - after.sent.total.bytes
    if size <= 0:
        size = before.permitted.total.bytes - after.permitted.total.bytes
        whom = "for a build that takes everything"
    seconds = format_seconds(transfer_seconds(max(0, size), outcome.bandwidth))
    return f"{seconds} at {format_bandwidth(outcome.bandwidth)} {whom}"


def _sent(analysis: Analysis) -> str:
    """What this build sends; what could be sent where that is not known."""
    return _amount(analysis, analysis.sent)


def _amount(analysis: Analysis, view: View) -> str:
    return lower_bound(analysis.tree) + _in_files(view.total.bytes, view.total.files)


def _in_files(size: int, files: int) -> str:
    return f"{format_size(size)} in {count(files, 'file')}"


def _docker(analysis: Analysis) -> str:
    """What Docker prints on a first build: of this build, if it is known to take less than all."""
    if first_stop(analysis) is not None:
        return "no figure, because it stops"
    whole = printed(analysis)
    if not is_sure(analysis):
        return f"up to {whole}"
    if analysis.plan is None or not _is_part(analysis):
        return whole
    transfer = analysis.plan.main.transfer
    if not transfer.loaded:
        return "nothing"
    return BUILDKIT.printed(transfer.context_bytes)


def _is_part(analysis: Analysis) -> bool:
    """Whether this build takes less than what is permitted."""
    plan = analysis.plan
    if plan is None or not analysis.context.builder.loads_on_demand:
        return False
    transfer = plan.main.transfer
    return not transfer.loaded or transfer.context_bytes != analysis.permitted_bytes
