"""A proposal for people: the diff, what each line saves and why, what stays, before and after."""

from __future__ import annotations

from collections.abc import Iterable

from ctxopt.build.analysis import Analysis
from ctxopt.builder import BUILDKIT
from ctxopt.fix.plan import Fix
from ctxopt.fix.run import Outcome, Undone
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import STYLES, command_lines, wrapped
from ctxopt.report.fix_json import printed, render_patch, source_effects
from ctxopt.report.fix_lines import (
    line_table,
    listed,
    possible_lines,
    preventive_lines,
    with_reason,
)
from ctxopt.report.scan_headline import first_stop, is_sure
from ctxopt.report.terminal import Look, StyledText, draw, more
from ctxopt.report.wording import at_line, describe_kept, lower_bound
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
_LABEL = 15
_NO_DOCKERFILE = "No Dockerfile here: the figures are those of a build that takes everything"
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
        return draw([*lines, *_tracked(fix, look), *refused, *_without_build(fix, look)], look)
    lines = [*change_lines(outcome, look), *refused, *proof_lines(outcome, look)]
    lines += _without_build(fix, look) + _sums(outcome, look.width) + _verdict(outcome, look, undo)
    return draw(lines, look)


def change_lines(outcome: Outcome, look: Look) -> list[StyledText]:
    """Return the diff of one ignore file, and what each line saves and why."""
    lines = outcome.fix.lines
    today = line_table([line for line in lines if not line.is_preventive], look.width)
    return _diff(render_patch(outcome)) + today + preventive_lines(lines, look)


def remaining_lines(fix: Fix, look: Look) -> list[StyledText]:
    """Return what is not written: what is only possible, what was left out, and what no line cures."""
    return possible_lines(fix.possible, look.width) + _left(fix, look) + _errors(fix, look)


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
        *first, last = listed(names, look.width)
        lines += map(StyledText, first)
        lines += with_reason(StyledText(last), reason, look.width)
    return lines


def _errors(fix: Fix, look: Look) -> list[StyledText]:
    """What stays wrong: a file that says all it can does not make a build work."""
    if not fix.errors:
        return []
    shown = fix.errors
    if not look.verbose:
        shown = shown[:_ERRORS]
    lines = [StyledText(), StyledText("Errors that stay", "bold")]
    for finding in shown:
        place = finding.location
        told = visible(finding.message)
        if place.file is not None:
            told = f"{at_line(printable(place.file), place.line)}: {told}"
        first, *others = wrapped(told, look.width, len("  error  "))
        head = StyledText("  ").append("error", STYLES[finding.severity])
        lines += [head.append("  " + first.lstrip()), *map(StyledText, others)]
        # What no line cures, a person may.
        lines += map(StyledText, wrapped(visible(finding.help), look.width, len("  error  ")))
    return lines + more(len(fix.errors) - len(shown))


def _without_build(fix: Fix, look: Look) -> list[StyledText]:
    """Where no Dockerfile tells what a build takes: whose figures these are, and which others there are."""
    if is_sure(fix.measured):
        return []
    lines = [StyledText()]
    told = wrapped(_NO_DOCKERFILE, look.width, 0, hang=2)
    lines += [StyledText(text, "yellow") for text in told]
    named = fix.other_dockerfiles
    if not named:
        return lines + command_lines("-f names a Dockerfile", "that lies elsewhere", look)
    several = ", ".join(map(printable, named[:_OTHERS])) + and_more(len(named) - _OTHERS)
    return lines + command_lines("-f names a Dockerfile:", several, look)


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
    if fix.rebuilds:
        lines += _row("Rebuilds", describe_kept(fix.rebuilds, fix.commits), width)
    return lines


def _verdict(outcome: Outcome, look: Look, undo: str) -> list[StyledText]:
    """Whether the file was written, and how to take that back."""
    shown = printable(outcome.fix.shown)
    if not outcome.written:
        return [StyledText(), StyledText(f"Not written: {shown}", "bold yellow")]
    lines = [StyledText(), StyledText(f"Written to {shown}", "bold green")]
    lines += other_link(outcome, shown, look)
    if outcome.no_undo:
        note = f"ctxopt cannot undo this: {printable(outcome.no_undo)}"
        return lines + [StyledText(line) for line in wrapped(note, look.width, 0, hang=2)]
    return lines + command_lines(printable(undo), "takes it back", look)


def other_link(outcome: Outcome, shown: str, look: Look) -> list[StyledText]:
    """Say that the file ``shown`` is no longer what another name of it leads to."""
    if not outcome.has_other_link:
        return []
    note = f"Another hard link to {shown} still has the old content"
    return [StyledText(line) for line in wrapped(note, look.width, 0, hang=2)]


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
    if size <= 0 or not is_sure(before):
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
