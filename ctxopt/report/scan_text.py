"""Reports for people at a terminal or in a log: names whole and last on their line, never wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctxopt.build.analysis import Analysis
from ctxopt.build.stops import permitted_stop, transfer_stop
from ctxopt.builder import BUILDKIT
from ctxopt.errors import CtxoptError
from ctxopt.languages.dockerfile import Unknown
from ctxopt.paths import name as name_of
from ctxopt.report.console import printable
from ctxopt.report.finding_text import render_findings, render_lead, wrapped
from ctxopt.report.terminal import Look, StyledText, draw, field, fold, more
from ctxopt.report.wording import (
    NOTHING_SENT,
    describe_copied,
    describe_unknown,
    lower_bound,
    reach,
    stopped,
)
from ctxopt.tree.summary import FolderSize, heaviest_folders, largest_files, sizes_by_type
from ctxopt.units import count, count_entries, format_size

if TYPE_CHECKING:
    from ctxopt.rules.run import RuleResults


_SIZE = 9
_SHARE = 5


def render_scan(
    analysis: Analysis,
    judged: RuleResults,
    look: Look,
    *,
    depth: int,
    top: int,
    fix_command: str,
    dockerfiles: Sequence[str] = (),
) -> str:
    """Return the ``scan`` report: what to do, the totals, the findings, then the bytes.

    ``dockerfiles`` are what ``-f`` may name, where there is none at the default place.
    """
    lines = [
        *render_lead(judged, fix_command),
        *_header(analysis, dockerfiles),
        StyledText(),
        *_totals(analysis),
    ]
    lines += render_findings(judged, look.width, verbose=look.verbose)
    lines += _unknown(analysis, look)
    lines += _instructions(analysis, top)
    of_what = ""
    if analysis.sent.total != analysis.permitted.total:
        of_what = f", of what could be {analysis.context.builder.participle}"
    folders = heaviest_folders(analysis.permitted, depth=depth, top=top)
    if len(folders) > 1:
        lines += [
            StyledText(),
            StyledText(f"Heaviest folders{of_what}", "bold"),
            *_folder_tree(folders, look),
        ]
    files = largest_files(analysis.permitted, top)
    if files:
        lines += [StyledText(), StyledText(f"Largest files{of_what}", "bold")]
        lines += [_row(item.bytes, analysis, item.path) for item in files]
    types = sizes_by_type(analysis.permitted)[:top]
    if types:
        lines += [StyledText(), StyledText(f"By file type{of_what}", "bold")]
        lines += [
            _row(item.bytes, analysis, f"{item.type}  ({count(item.files, 'file')})")
            for item in types
        ]
    errors = analysis.tree.errors
    if errors:
        lines += [
            StyledText(),
            StyledText("Unreadable: the figures above are lower bounds", "bold red"),
        ]
        lines += [
            StyledText(f"  {printable(error.path or '.')}: {error.reason}") for error in errors
        ]
    return draw(fold(lines, look.width), look)


def _header(analysis: Analysis, dockerfiles: Sequence[str]) -> list[StyledText]:
    context = analysis.context
    lines = [field("Context", printable(context.root))]
    if context.dockerfile.found:
        lines.append(field("Dockerfile", printable(context.dockerfile.path)))
    else:
        possible = context.builder.words_for("permitted")
        lines.append(field("Dockerfile", f"none found, so only what {possible} is known"))
        if dockerfiles:
            names = ", ".join(printable(path) for path in dockerfiles[:3])
            lines.append(field("", f"-f names one: {names}"))
    ignore = context.ignore
    if ignore.path is None:
        lines.append(field("Ignore file", f"none: {ignore.reason}, so nothing is kept back"))
    else:
        lines.append(field("Ignore file", f"{printable(ignore.path)} ({ignore.reason})"))
    lines += [
        field("Not in force", f"{printable(item.path)}: {item.reason}", "yellow")
        for item in context.inactive
    ]
    lines.append(field("Builder", context.builder.name))
    return lines


def _totals(analysis: Analysis) -> list[StyledText]:
    total = analysis.permitted.total
    least = lower_bound(analysis.tree)
    builder = analysis.context.builder
    label = builder.words_for("permitted").capitalize()
    permitted = field(label, f"{least}{format_size(total.bytes)}", "bold")
    permitted.append(f" in {count(total.files, 'file')}")
    stop = permitted_stop(analysis)
    if stop is not None:
        figure = stopped(stop)
    else:
        figure = f"Docker prints {builder.printed(analysis.permitted_bytes)}"
    if builder.loads_on_demand:
        figure += " if the build takes all of it"
    if not builder.sends_context:
        figure = f"what COPY . . takes: {NOTHING_SENT}"
    lines = [permitted, field("", figure)]
    if not builder.sends_context:
        lines += _uploaded(analysis)
    lines += _transferred(analysis)
    excluded = f"{count_entries(total.excluded)}, {format_size(total.excluded_bytes)}"
    if not analysis.with_excluded and total.excluded:
        excluded += " seen"
    lines.append(field("Kept back", excluded))
    if not analysis.with_excluded and total.excluded:
        lines.append(field("", "--with-excluded enters the folders that Docker skips", "dim"))
    lines.append(field("Looked at", count_entries(analysis.tree.walked)))
    return lines


def _uploaded(analysis: Analysis) -> list[StyledText]:
    """What Podman's remote client sends: nothing where it finds no Containerfile."""
    from ctxopt.build.podman_upload import measure_upload

    context = analysis.context
    if not context.dockerfile.found:
        return []
    try:
        upload = measure_upload(context.root, context.named)
    except CtxoptError as error:
        return [field("Upload", f"podman --remote refuses: {printable(str(error))}")]
    size = format_size(upload.tar_bytes)
    return [field("Upload", f"podman --remote sends a tar of {size}, before it is compressed")]


def _transferred(analysis: Analysis) -> list[StyledText]:
    """What this build fetches, beside what any build may."""
    plan = analysis.plan
    if plan is None:
        return []
    transfer, sources = plan.main.transfer, plan.sources
    builder = analysis.context.builder
    if not builder.sends_context:
        total = transfer.view.total
        line = field(
            builder.words_for("transferred").capitalize(), format_size(total.bytes), "bold"
        )
        line.append(f" in {count(total.files, 'file')} by COPY and ADD")
        return [line, field("", describe_copied(plan.image))]
    if not transfer.loaded:
        return [field("Sent", "nothing: no instruction needs the context", "bold")]
    total = transfer.view.total
    least = lower_bound(transfer.view.tree)
    line = field("Sent", least + format_size(total.bytes), "bold")
    line.append(f" in {count(total.files, 'file')}")
    if analysis.target:
        line.append(f" for the target {printable(analysis.target)}")
    stop = transfer_stop(analysis)
    if stop is not None:
        figures = stopped(stop)
    else:
        figures = f"Docker prints {BUILDKIT.printed(transfer.context_bytes)}"
        figures += f", {BUILDKIT.printed(transfer.unchanged_bytes)} if nothing changed"
    lines = [line, field("", figures)]
    copied = describe_copied(plan.image)
    if sources.never_copied_files:
        copied += f", {format_size(sources.never_copied_bytes)} sent but never copied"
    lines.append(field("", copied))
    return lines


def _instructions(analysis: Analysis, top: int) -> list[StyledText]:
    """The instructions that cost most, with what only they need."""
    plan = analysis.plan
    if plan is None or not plan.sources.uses:
        return []
    uses = sorted(plan.sources.uses, key=lambda use: (-use.bytes, use.source.line))
    lines = [StyledText(), StyledText("What the instructions take", "bold")]
    for use in uses[:top]:
        words = " ".join(printable(path.text or '""') for path in use.source.paths)
        line = StyledText(f"  {format_size(use.bytes):>{_SIZE}}", "bold")
        what = f"{use.source.instruction} {words}"
        if use.context:
            what += f" from {printable(use.context)}"
        stake = count(use.files, "file")
        if use.only_bytes != use.bytes:
            stake += f", {format_size(use.only_bytes)} by no other instruction"
        line.append(f"  line {use.source.line}: {what}", "not bold")
        line.append(f"  ({stake}; {reach(use, plan.image)})", "not bold dim")
        lines.append(line)
    return lines + more(len(uses) - top)


def _unknown(analysis: Analysis, look: Look) -> list[StyledText]:
    """What no Dockerfile tells, so that the figures may be lower than the truth."""
    plan = analysis.plan
    if plan is None:
        return []
    told = [item for item in plan.build.unknowns if look.verbose or not _is_usual(item)]
    # Stages that are built on one image share what is not known of it.
    notes = list(dict.fromkeys(map(describe_unknown, told)))
    notes += [
        f"the build context {printable(item)} is not a folder: not measured" for item in plan.remote
    ]
    lines = [StyledText(line) for note in notes for line in wrapped(note, look.width, 2)]
    if not lines:
        return []
    return [StyledText(), StyledText("Not known", "bold"), *lines]


def _is_usual(unknown: Unknown) -> bool:
    """Whether nearly every Dockerfile has it, so that saying so each time would be noise."""
    official = unknown.kind == "frontend" and unknown.text.startswith("docker/dockerfile:")
    return official or unknown.kind == "base-onbuild"


def _folder_tree(folders: list[FolderSize], look: Look) -> list[StyledText]:
    """Lines of size, share, bar and name; the bar takes what the names leave of the width."""
    whole = max(folders[0].bytes, 1)
    names = _tree_names(folders)
    longest = max(len(branch) + len(name) for branch, name in names)
    room = look.width - 2 - _SIZE - _SHARE - 4 - longest
    bar = max(6, min(40, room))
    lines = []
    for folder, (branch, name) in zip(folders, names, strict=True):
        line = StyledText(f"  {format_size(folder.bytes):>{_SIZE}}", "bold")
        line.append(f"{_percent(folder.bytes, whole):>{_SHARE}} ", "not bold")
        line.append(_bar(folder.bytes / whole, bar), "not bold cyan")
        line.append(f"  {branch}", "not bold dim").append(name, "not bold")
        lines.append(line)
    return lines


def _tree_names(folders: list[FolderSize]) -> list[tuple[str, str]]:
    """The branches and the name of each line, from the last one up: what follows decides."""
    found: list[tuple[str, str]] = []
    open_levels: set[int] = set()
    for folder in reversed(folders):
        # A line goes on downwards in every level that has another folder below this one.
        columns = ["   "] * folder.depth
        for level in open_levels:
            if level < folder.depth:
                columns[level] = "│  "
        if not folder.depth:
            found.append(("", "."))
        elif folder.depth in open_levels:
            found.append(("".join(columns[1:]) + "├─ ", printable(name_of(folder.path))))
        else:
            found.append(("".join(columns[1:]) + "└─ ", printable(name_of(folder.path))))
        open_levels = {level for level in open_levels if level < folder.depth} | {folder.depth}
    found.reverse()
    return found


def _bar(share: float, width: int) -> str:
    eighths = round(share * width * 8)
    full, rest = divmod(eighths, 8)
    bar = "█" * full
    if rest:
        bar += " ▏▎▍▌▋▊▉"[rest]
    return bar.ljust(width)


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    if 0 < share < 1:
        return "<1%"
    return f"{share:.0f}%"


def _row(size: int, analysis: Analysis, name: str) -> StyledText:
    whole = max(analysis.permitted.total.bytes, 1)
    line = StyledText(f"  {format_size(size):>{_SIZE}}", "bold")
    return line.append(f"{_percent(size, whole):>{_SHARE}}  {printable(name)}", "not bold")
