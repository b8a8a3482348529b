"""Reports for people at a terminal or in a log: names whole and last on their line, never wrapped."""

from __future__ import annotations

import io
from dataclasses import dataclass

from rich.text import Text

from ctxopt.analysis import Analysis
from ctxopt.console import make_console, printable
from ctxopt.summary import FolderSize, heaviest_folders, largest_files, sizes_by_type
from ctxopt.units import format_buildkit, format_classic, format_size

_LABEL = 13
_SIZE = 9
_SHARE = 5
_SECTIONS_TOP = 8
"""Lines of the two shorter lists; ``--top`` raises it."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to draw: ``width`` in columns and whether colours may be used."""

    width: int
    color: bool


def render_scan(analysis: Analysis, look: Look, *, depth: int, top: int) -> str:
    """Return the ``scan`` report."""
    lines = [*_header(analysis), Text(), *_totals(analysis)]
    folders = heaviest_folders(analysis.permitted, depth=depth, top=top)
    if len(folders) > 1:
        lines += [Text(), Text("Heaviest folders", "bold"), *_folder_tree(folders, look)]
    few = min(top, _SECTIONS_TOP)
    files = largest_files(analysis.permitted, few)
    if files:
        lines += [Text(), Text("Largest files", "bold")]
        lines += [_row(item.bytes, analysis, item.path) for item in files]
    types = sizes_by_type(analysis.permitted)[:few]
    if types:
        lines += [Text(), Text("By file type", "bold")]
        lines += [
            _row(item.bytes, analysis, f"{item.type}  ({count(item.files, 'file')})")
            for item in types
        ]
    errors = analysis.tree.errors
    if errors:
        lines += [Text(), Text("Unreadable: the figures above are lower bounds", "bold red")]
        lines += [Text(f"  {printable(error.path or '.')}: {error.reason}") for error in errors]
    return draw(lines, look)


def draw(lines: list[Text], look: Look) -> str:
    """Turn lines into text, with colour where that is wanted."""
    stream = io.StringIO()
    console = make_console(stream, color=look.color, width=look.width)
    for line in lines:
        console.print(line)
    return stream.getvalue()


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: ``1 file``, ``1,234 files``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _field(label: str, value: str, style: str = "") -> Text:
    return Text(label.ljust(_LABEL), "dim").append(value, style)


def _header(analysis: Analysis) -> list[Text]:
    context = analysis.context
    lines = [_field("Context", printable(context.root))]
    if context.dockerfile.found:
        lines.append(_field("Dockerfile", printable(context.dockerfile.path)))
    else:
        lines.append(_field("Dockerfile", "none found, so only what is permitted can be said"))
    ignore = context.ignore
    if ignore.path is None:
        lines.append(_field("Ignore file", f"none: {ignore.reason}, everything is permitted"))
    else:
        lines.append(_field("Ignore file", f"{printable(ignore.path)} ({ignore.reason})"))
    lines += [
        _field("Not in force", f"{printable(item.path)}: {item.reason}", "yellow")
        for item in context.inactive
    ]
    lines.append(_field("Builder", context.builder))
    return lines


def _totals(analysis: Analysis) -> list[Text]:
    total = analysis.permitted.total
    least = "at least " if analysis.tree.errors else ""
    classic = analysis.context.builder == "classic"
    printed = (format_classic if classic else format_buildkit)(analysis.permitted_bytes)
    permitted = Text("Permitted".ljust(_LABEL), "dim")
    permitted.append(f"{least}{format_size(total.bytes)}", "bold")
    permitted.append(f" in {count(total.files, 'file')}")
    when = "" if classic else " if the build takes all of it"
    lines = [permitted, _field("", f"Docker prints {printed}{when}")]
    if not classic and analysis.context.dockerfile.found:
        lines.append(_field("Transferred", "not available yet"))
    excluded = f"{count(total.excluded, 'entry', 'entries')}, {format_size(total.excluded_bytes)}"
    if not analysis.with_excluded and total.excluded:
        excluded += " seen; folders Docker skips are not entered (--with-excluded does)"
    lines.append(_field("Excluded", excluded))
    lines.append(_field("Walked", count(analysis.tree.walked, "entry", "entries")))
    return lines


def _folder_tree(folders: list[FolderSize], look: Look) -> list[Text]:
    """Lines of size, share, bar and name; the bar takes what the names leave of the width."""
    whole = max(folders[0].bytes, 1)
    names = [_tree_name(folders, place) for place in range(len(folders))]
    longest = max(len(branch) + len(name) for branch, name in names)
    room = look.width - 2 - _SIZE - _SHARE - 4 - longest
    bar = max(6, min(40, room))
    lines = []
    for folder, (branch, name) in zip(folders, names, strict=True):
        line = Text(f"  {format_size(folder.bytes):>{_SIZE}}", "bold")
        line.append(f"{_percent(folder.bytes, whole):>{_SHARE}} ", "not bold")
        line.append(_bar(folder.bytes / whole, bar), "not bold cyan")
        line.append(f"  {branch}", "not bold dim").append(name, "not bold")
        lines.append(line)
    return lines


def _tree_name(folders: list[FolderSize], place: int) -> tuple[str, str]:
    """The branches and the name of one line of the tree."""
    folder = folders[place]
    if not folder.depth:
        return "", "."
    branches = ""
    for level in range(1, folder.depth + 1):
        goes_on = _has_later(folders, place, level)
        if level == folder.depth:
            branches += "├─ " if goes_on else "└─ "
        else:
            branches += "│  " if goes_on else "   "
    return branches, printable(folder.path.rpartition("/")[2])


def _has_later(folders: list[FolderSize], place: int, level: int) -> bool:
    """Whether a later line stands at ``level`` before one nearer to the root does."""
    for folder in folders[place + 1 :]:
        if folder.depth < level:
            return False
        if folder.depth == level:
            return True
    return False


def _bar(share: float, width: int) -> str:
    eighths = round(share * width * 8)
    full, rest = divmod(eighths, 8)
    bar = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return bar.ljust(width)


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return "<1%" if 0 < share < 1 else f"{share:.0f}%"


def _row(size: int, analysis: Analysis, name: str) -> Text:
    whole = max(analysis.permitted.total.bytes, 1)
    line = Text(f"  {format_size(size):>{_SIZE}}", "bold")
    return line.append(f"{_percent(size, whole):>{_SHARE}}  {printable(name)}", "not bold")
