"""What stands around the tree: totals, what is under the cursor, the change of the ignore file, keys and questions."""

from __future__ import annotations

from typing import Final

from ctxopt.build.fates import FATES, Fate
from ctxopt.fix.exploration import Explored, Toggled, is_kept
from ctxopt.languages.ignore.explain import explain
from ctxopt.report.console import printable, visible
from ctxopt.report.diff import unified_diff
from ctxopt.report.explorer.outline import OutlineRow
from ctxopt.report.explorer.row_text import FILLINGS
from ctxopt.report.terminal import StyledText
from ctxopt.report.wording import at_line, cut_off, lower_bound
from ctxopt.rules.grouping import travels
from ctxopt.tree.model import DIR
from ctxopt.units import count, count_entries, format_size

KEYS: Final = (
    ("↑ ↓  j k", "move"),
    ("→ ←  Enter", "open and close a folder; ← goes to the folder above"),
    ("PgUp PgDn  g G", "a page up or down, the top, the end"),
    ("i", "keep back what is under the cursor, or bring it back"),
    ("u", "undo the last of these decisions"),
    ("w", "write the ignore file; ctxopt fix --undo takes that back"),
    ("/", "search by words of a path; n and N go on and back"),
    ("?", "these keys"),
    ("q", "leave"),
)
"""What the keys do."""
_FOOT: Final = (
    ("i", "keep/bring back"),
    ("u", "undo"),
    ("w", "write"),
    ("/", "search"),
    ("?", "keys"),
    ("q", "leave"),
)
_PLUS_MINUS: Final = {"+": "green", "-": "red"}


def head(title: str, start: Explored, now: Explored, width: int) -> list[StyledText]:
    """Return what the context is, what could be sent of it and what could before, and what the fillings mean."""
    name = StyledText(" ctxopt explore ", "bold")
    name.append(" " + cut_off(visible(title), max(8, width - 18)), "not bold")
    return [name, _totals(start, now), _legend(now)]


def _totals(start: Explored, now: Explored) -> StyledText:
    amounts, before = now.sums.of(""), start.sums.of("")
    builder = now.facts.builder
    could, was = amounts.bytes - amounts.kept_bytes, before.bytes - before.kept_bytes
    least = lower_bound(now.facts.view.tree)
    text = StyledText(" ").append(f"{least}{format_size(could)}", "bold")
    files = count(amounts.files - amounts.kept_files, "file")
    text.append(f" {builder.words_for('permitted')}, {files}")
    if could < was:
        text.append(f"  −{format_size(was - could)}", "bold green")
    elif could > was:
        text.append(f"  +{format_size(could - was)}", "bold yellow")
    if could != was:
        text.append(f" from {format_size(was)}", "dim")
    if now.facts.plan is not None and amounts.sent_bytes != could:
        text.append(f"; {format_size(amounts.sent_bytes)} {builder.participle} by this build")
    return text


def _legend(now: Explored) -> StyledText:
    """Return the bytes by fate, each behind the filling that it has in bars."""
    amounts = now.sums.of("")
    text = StyledText(" ")
    for fate, size, files in zip(FATES, amounts.by_bytes, amounts.by_files, strict=True):
        word = _WORDS[fate]
        # Without a Dockerfile there is no build that could ask.
        if fate == "unasked" and now.facts.plan is None:
            word = now.facts.builder.words_for("permitted")
        if files:
            filling, style = FILLINGS[fate]
            text.append(filling + " ", style).append(f"{word} ", "dim")
            text.append(f"{format_size(size)}   ")
    text.rstrip()
    return text


_WORDS: Final[dict[Fate, str]] = {
    "final": "in the image",
    "stage": "a stage only",
    "unused": "for nothing",
    "sent": "sent",
    "unasked": "not asked for",
    "kept": "kept back",
}


def about(now: Explored, row: OutlineRow | None) -> list[StyledText]:
    """Return what is under the cursor, and why it is sent or kept back."""
    if row is None:
        return [StyledText(" nothing lies in this context", "dim")]
    size = f"{format_size(row.sum.bytes)} in {count(row.sum.files, 'file')}"
    if row.path is None:
        return [StyledText(f" {count(row.more, 'smaller entry', 'smaller entries')}, {size}")]
    shown = StyledText(f" {printable(row.path)}", "bold")
    if row.entry is not None and row.entry.kind == DIR:
        shown.append(f"  {size}", "not bold dim")
    return [shown, StyledText(f" {why(now, row.path)}")]


def why(now: Explored, path: str) -> str:
    """Say in a clause what becomes of a path, and which line or instruction decides."""
    facts = now.facts
    if not is_kept(now, path):
        return travels(facts, facts.reaches.of(path))
    found = explain(facts.matcher.lenient(), path, builder=facts.builder)
    if found.pattern is None:
        return "is kept back"
    place = at_line(visible(facts.ignore_path), found.pattern.line)
    clause = f"is kept back by {visible(str(found.pattern))} ({place})"
    if found.decided_at != path:
        clause += f", which matches {printable(found.decided_at)}"
    return clause


def told(toggled: Toggled) -> StyledText:
    """Say what a decision has changed."""
    text = StyledText(" ")
    if toggled.is_written:
        text.append("+ ", "green")
    else:
        text.append("- ", "red")
    text.append(visible(toggled.text), "bold").append(f"  {_effect(toggled)}")
    if toggled.reason:
        text.append(f"; {visible(toggled.reason)}", "dim")
    return text


def question(toggled: Toggled) -> list[StyledText]:
    """Say what a decision would do that may not be meant."""
    return [
        StyledText(f"  {_sentence(toggled.harm)}"),
        StyledText(),
        StyledText("  ")
        .append(visible(toggled.text), "bold")
        .append(f"  {_effect(toggled)}", "dim"),
    ]


def change(present: bytes | None, now: Explored, shown: str) -> list[StyledText]:
    """Return the change of the ignore file line by line; nothing where there is none."""
    if now.content is None or now.content == present:
        return []
    patch = unified_diff(present, now.content, shown).splitlines()
    # What names the files is said above, in one line.
    body = [line for line in patch[2:] if not line.startswith(("--- ", "+++ ", "index "))]
    if present is None:
        body = [line for line in body if not line.startswith("new file")]
    return [StyledText(f" {visible(line)}", _PLUS_MINUS.get(line[:1], "dim")) for line in body]


def changed_lines(present: bytes | None, now: Explored, shown: str) -> list[StyledText]:
    """Return the lines that come and go, below how many there are; nothing where there are none."""
    lines = [line for line in change(present, now, shown) if line.plain[1:2] in _PLUS_MINUS]
    if not lines:
        return []
    number = {sign: sum(line.plain[1:2] == sign for line in lines) for sign in _PLUS_MINUS}
    head = StyledText(f" {visible(shown)} ", "bold")
    head.append(f"+{number['+']} −{number['-']}, not written", "not bold dim")
    return [head, *lines]


def keys_line() -> StyledText:
    """Return the keys that are used most."""
    text = StyledText(" ")
    for key, what in _FOOT:
        text.append(key, "bold").append(f" {what}   ", "dim")
    return text


def keys_help() -> list[StyledText]:
    """Return all keys."""
    return [StyledText("  ").append(f"{key:<15}", "bold").append(what) for key, what in KEYS]


def _effect(toggled: Toggled) -> str:
    saving = toggled.saving
    if saving.entries < 0 or saving.bytes < 0:
        return f"{format_size(-saving.bytes)} more, {count_entries(-saving.entries)}"
    return f"{format_size(saving.bytes)} less, {count_entries(saving.entries)}"


def _sentence(clause: str) -> str:
    shown = visible(clause)
    # Most clauses start with a path, which keeps its case.
    if shown.startswith("it "):
        shown = "I" + shown[1:]
    return shown + "."


__all__ = ["KEYS", "about", "change", "head", "keys_help", "keys_line", "question", "told", "why"]
