"""Reports in GitHub-flavoured Markdown, for step summaries and comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxopt.analysis import Analysis
from ctxopt.console import printable
from ctxopt.summary import heaviest_folders, largest_files, sizes_by_type
from ctxopt.units import format_buildkit, format_classic, format_size


def code(text: str) -> str:
    """Quote ``text`` so that nothing in it is Markdown, also inside a table."""
    shown = printable(text).replace("|", "\\|")
    longest = max((len(run) for run in shown.split("`") if not run), default=0)
    fence = "`" * (longest + 2) if "`" in shown else "`"
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; columns named in ``head`` with a trailing ``:`` are numbers."""
    titles = [title.removesuffix(":") for title in head]
    rules = ["---:" if title.endswith(":") else "---" for title in head]
    lines = ["| " + " | ".join(titles) + " |", "| " + " | ".join(rules) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def render_scan(analysis: Analysis, *, depth: int, top: int) -> str:
    """Return the ``scan`` report."""
    context, view = analysis.context, analysis.permitted
    total = view.total
    printed = format_classic if context.builder == "classic" else format_buildkit
    dockerfile = code(context.dockerfile.path) if context.dockerfile.found else "none"
    ignore = code(context.ignore.path) if context.ignore.path else "none"
    lines = [
        "## Docker build context",
        "",
        f"- Context {code(context.given)}, Dockerfile {dockerfile}, builder {context.builder}",
        f"- Ignore file {ignore}: {context.ignore.reason}",
        *(f"- Not in force: {code(item.path)}, {item.reason}" for item in context.inactive),
        "",
        *table(
            ["", "files:", "size:", "Docker prints:"],
            [
                [
                    "permitted",
                    f"{total.files:,}",
                    ("at least " if analysis.tree.errors else "") + format_size(total.bytes),
                    printed(analysis.permitted_bytes),
                ]
            ],
        ),
    ]
    lines += ["", "### Heaviest folders", ""]
    lines += table(
        ["size:", "files:", "folder"],
        (
            [format_size(item.bytes), f"{item.files:,}", code(item.path or ".")]
            for item in heaviest_folders(view, depth=depth, top=top)
        ),
    )
    lines += ["", "### Largest files", ""]
    lines += table(
        ["size:", "file"],
        ([format_size(item.bytes), code(item.path)] for item in largest_files(view, top)),
    )
    lines += ["", "### By file type", ""]
    lines += table(
        ["size:", "files:", "type"],
        (
            [format_size(item.bytes), f"{item.files:,}", code(item.type)]
            for item in sizes_by_type(view)[:top]
        ),
    )
    if analysis.tree.errors:
        lines += ["", "### Unreadable", ""]
        lines += [f"- {code(error.path or '.')}: {error.reason}" for error in analysis.tree.errors]
    return "\n".join(lines) + "\n"
