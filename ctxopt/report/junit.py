"""The ``check`` report as JUnit XML: one test a limit, and one a new finding that fails."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ctxopt.guard.budget import LimitResult, Verdict
from ctxopt.guard.check import Checked, CheckedContext
from ctxopt.guard.cures import cures
from ctxopt.report.check_wording import change_name, signed
from ctxopt.report.places import placed_in, readable, where


def render_junit(checked: Checked, *, top: int) -> str:
    """Return the document; the ``top`` largest growers stand below a limit that is broken."""
    suite = ET.Element("testsuite", name="ctxopt check")
    for context in checked.contexts:
        growers = _growers(context, top)
        for result in context.results:
            _limit(suite, result, growers)
    _findings(suite, checked)
    counts = {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
    }
    for key, number in counts.items():
        suite.set(key, str(number))
    root = ET.Element("testsuites", suite.attrib)
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _case(suite: ET.Element, context: str, name: str) -> ET.Element:
    fields = {"classname": readable(context), "name": readable(name), "time": "0"}
    return ET.SubElement(suite, "testcase", fields)


def _limit(suite: ET.Element, result: LimitResult, growers: str) -> None:
    case = _case(suite, result.context, f"{result.view} {result.limit}")
    if result.verdict is Verdict.PASS:
        return
    # JUnit's word for a test that could not be run: the limit cannot be judged.
    kind = "error"
    if result.verdict is Verdict.FAIL:
        kind = "failure"
    problem = ET.SubElement(case, kind, message=readable(result.message), type=result.limit)
    problem.text = readable(f"{result.message}\n{growers}")


def _findings(suite: ET.Element, checked: Checked) -> None:
    if checked.findings is None:
        return
    if checked.findings.unjudged:
        case = _case(suite, ".", "findings")
        ET.SubElement(case, "skipped", message=readable(checked.findings.unjudged))
    elif not checked.failing:
        _case(suite, ".", "findings")
    for item, finding in checked.failing:
        shown = placed_in(finding, item.folder)
        case = _case(suite, item.name, f"{finding.rule} {where(shown)}".rstrip())
        message = readable(finding.message)
        problem = ET.SubElement(case, "failure", message=message, type=finding.rule)
        problem.text = readable(f"{finding.message}\n{finding.help}".rstrip())


def _growers(context: CheckedContext, top: int) -> str:
    """The largest growers, one a line, with the line that would keep each out."""
    growth = context.growths.get(context.lead)
    if growth is None:
        return ""
    stopping = cures(context, top)
    lines = []
    for change in growth.growers[:top]:
        line = f"{signed(change.growth)}  {change_name(change)}"
        cure = stopping.get(change.path)
        if cure:
            line += f"  (to keep it out: {cure})"
        lines.append(line)
    return "\n".join(lines)
