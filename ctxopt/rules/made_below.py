"""Lines for the root whose names tools make in every folder of sources, before the first of them is there.

A clean checkout shows nothing of them, so a server never says what the next build on a desk sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.paths import join
from ctxopt.rules.gitignore_line import read_gitignore_lines
from ctxopt.rules.written import WrittenPattern

_BESIDE: Final = {
    "__pycache__": ".py",
    "*.pyc": ".py",
    "*.py[co]": ".py",
    "*.py[cod]": ".py",
    "node_modules": "package.json",
}
"""What is made in a folder, by how the names of files end that are there then."""


def made_below(facts: Facts, lines: Iterable[WrittenPattern]) -> list[WrittenPattern]:
    """Return the lines that will let something through below the root which git ignores at every depth."""
    known = [item for item in lines if item.pattern.text in _BESIDE]
    if not known:
        return []
    unanchored = read_gitignore_lines(facts.view.tree.root)
    found = []
    for item in known:
        text = item.pattern.text
        # A class is read differently by git, so that such a line is not among those that mean the same.
        is_ignored = f"**/{text}" in unanchored or ("[" in text and "**/__pycache__" in unanchored)
        if is_ignored and _will_be_sent(facts, text):
            found.append(item)
    return found


def _will_be_sent(facts: Facts, text: str) -> bool:
    """Whether a folder below the root that is taken will hold such a name, and no other line hides it there."""
    ending = _BESIDE[text] + "/"
    name = text.replace("*", "a").replace("[co]", "c").replace("[cod]", "c")
    for path, folder in facts.view.tree.folders.items():
        if path and ending in folder.joined + "/" and facts.view.sends_below(path):
            is_taken = not facts.knows_build or facts.uses_of(path)
            if is_taken and not facts.matcher.decide(join(path, name)).excluded:
                return True
    return False
