"""Pages of the site that are made of other documents while mkdocs builds it.

The start page is the README, and each section of ``docs/rules.md`` a page of its own: both stay readable where the
repository is, and there is one source of each.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ctxopt.rules.registry import RULES

ROOT = Path(__file__).resolve().parent.parent
_SECTION = re.compile(r"^## (\S+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: Any) -> Any:
    """Put the page of each rule below that of all rules; called by mkdocs."""
    for item in config["nav"]:
        if "Rules" in item:
            item["Rules"] = [item["Rules"], *(f"rules/{rule.id}.md" for rule in RULES)]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are no files; called by mkdocs."""
    from mkdocs.structure.files import File

    pages = {"index.md": start_page((ROOT / "README.md").read_text("utf-8"))}
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    sections = dict(_SECTION.findall(text))
    for name, section in sections.items():
        pages[f"rules/{name}.md"] = f"# {name}\n{from_below(section.partition('<!--')[0])}"
    files.remove(files.get_file_from_path("rules.md"))
    pages["rules/index.md"] = from_below(rule_list(text))
    for path, content in pages.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Have links to a section of the rules lead to its page; called by mkdocs."""
    above = "../" * page.file.src_uri.count("/")
    markdown = re.sub(r"\]\(rules\.md#([\w-]+)\)", rf"]({above}rules/\1.md)", markdown)
    return markdown.replace("](rules.md)", f"]({above}rules/index.md)")


def from_below(text: str) -> str:
    """Return text of ``docs`` with its links to other pages as seen from a folder in it."""
    return re.sub(r"\]\((?!rules)([\w-]+\.md)(?=[#)])", r"](../\1", text)


def start_page(readme: str) -> str:
    """Return the README with its links as seen from ``docs``; what is outside of it is named only."""

    def moved(match: re.Match[str]) -> str:
        text, target = match.groups()
        if target.startswith("docs/"):
            return f"[{text}]({target.removeprefix('docs/')})"
        if "://" in target:
            return match[0]
        return text

    return _LINK.sub(moved, readme)


def rule_list(text: str) -> str:
    """Return what ``docs/rules.md`` says of all rules, with a link to the page of each."""
    introduction = text.partition("\n## ")[0]
    rows = [f"| [{rule.id}](rules.md#{rule.id}) | {rule.title} |" for rule in RULES]
    return "\n".join([introduction, "", "| rule | about |", "| --- | --- |", *rows, ""])
