"""Reports in GitHub-flavoured Markdown, for step summaries and comments."""

from __future__ import annotations

from ctxopt.build.analysis import Analysis
from ctxopt.build.stops import Stop, permitted_stop, transfer_stop
from ctxopt.builder import BUILDKIT
from ctxopt.report.json_fields import dockerfile_of
from ctxopt.report.markdown import code, code_or_nothing, plain, table
from ctxopt.report.places import where
from ctxopt.report.wording import describe_check, lower_bound, reach, stopped
from ctxopt.rules.finding import Finding
from ctxopt.rules.run import RuleResults
from ctxopt.tree.summary import heaviest_folders, largest_files, sizes_by_type
from ctxopt.tree.view import View
from ctxopt.units import format_size


def _views(analysis: Analysis) -> list[list[str]]:
    builder = analysis.context.builder
    whole = builder.printed(analysis.permitted_bytes)
    rows = [
        _row(
            builder.words_for("permitted"),
            analysis.permitted,
            _figure(whole, permitted_stop(analysis)),
        )
    ]
    if analysis.plan:
        for load in analysis.plan.loads:
            transfer = load.transfer
            name = builder.words_for("transferred")
            if load.name is not None:
                name = f"named context {code(load.name)}"
            stop = None
            if load.name is None:
                stop = transfer_stop(analysis)
            # Only BuildKit loads a part of what is permitted and says so.
            printed = ""
            if builder.sends_context:
                printed = BUILDKIT.printed(transfer.context_bytes)
            rows.append(_row(name, transfer.view, _figure(printed, stop)))
    return rows


def _figure(printed: str, stop: Stop | None) -> str:
    if stop is None:
        return printed or "prints none"
    return plain(stopped(stop))


def _row(name: str, view: View, printed: str) -> list[str]:
    size = lower_bound(view.tree) + format_size(view.total.bytes)
    return [name, f"{view.total.files:,}", size, printed]


def _findings(judged: RuleResults) -> list[str]:
    lines = ["", "### Findings", ""]
    if judged.reported:
        lines += table(
            ["severity", "rule", "place", "finding", "size:", "cure"],
            map(finding_cells, judged.reported),
        )
        lines.append("")
    silent = len(judged.suppressed) - judged.known
    counts = [f"{len(judged.reported)} reported", f"{silent} suppressed"]
    if judged.known:
        counts.append(f"{judged.known} known")
    counts.append(f"{judged.filtered} filtered")
    return [*lines, ", ".join(counts)]


def finding_cells(item: Finding) -> list[str]:
    """Return the cells of one finding's row: severity, rule, place, message, size and cure."""
    size = ""
    if item.size:
        size = format_size(item.size)
    return [
        item.severity.label,
        code(item.rule),
        code_or_nothing(where(item)),
        plain(item.message),
        size,
        ", ".join(code(edit.text) for edit in item.edits if edit.text),
    ]


def _sources(analysis: Analysis) -> list[str]:
    plan = analysis.plan
    if plan is None:
        return []
    lines: list[str] = []
    if plan.sources.uses:
        lines += ["", "### What the instructions take", ""]
        lines += table(
            ["line:", "instruction", "size:", "alone:", "files:", "reaches"],
            (
                [
                    str(use.source.line),
                    code(" ".join([use.source.instruction, *(p.text for p in use.source.paths)])),
                    format_size(use.bytes),
                    format_size(use.only_bytes),
                    f"{use.files:,}",
                    reach(use, plan.image),
                ]
                for use in plan.sources.uses
            ),
        )
    if plan.sources.checks:
        lines += ["", "### Sources", ""]
        lines += [
            f"- line {check.source.line}: "
            + plain(describe_check(check, analysis.context.ignore.path))
            for check in plan.sources.checks
        ]
    return lines


def render_scan(analysis: Analysis, judged: RuleResults, *, depth: int, top: int) -> str:
    """Return the ``scan`` report."""
    context, view = analysis.context, analysis.permitted
    dockerfile = code_or_nothing(dockerfile_of(context)) or "none"
    ignore = code_or_nothing(context.ignore.path) or "none"
    lines = [
        "## Docker build context",
        "",
        f"- Context {code(context.given)}, Dockerfile {dockerfile}, builder {context.builder}",
        f"- Ignore file {ignore}: {context.ignore.reason}",
        *(f"- Not in force: {code(item.path)}, {item.reason}" for item in context.inactive),
        "",
        *table(["", "files:", "size:", "Docker prints:"], _views(analysis)),
        *_findings(judged),
        *_sources(analysis),
    ]
    lines += _sizes(view, depth=depth, top=top)
    if analysis.tree.errors:
        lines += ["", "### Unreadable", ""]
        lines += [f"- {code(error.path or '.')}: {error.reason}" for error in analysis.tree.errors]
    return "\n".join(lines) + "\n"


def _sizes(view: View, *, depth: int, top: int) -> list[str]:
    """The tables of folders, files and types."""
    lines = ["", "### Heaviest folders", ""]
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
    return lines
