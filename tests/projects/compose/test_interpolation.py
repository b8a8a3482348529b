"""``$X`` in values, beside what is recorded: what is refused, and texts that grow without end."""

from __future__ import annotations

import pytest

from ctxopt.projects.compose.interpolation import TemplateError, substitute

KNOWN = {"SET": "s", "EMPTY": "", "LONG": "x" * 1000}

RESULTS = {
    "": "", "plain": "plain", "$SET": "s", "${SET}": "s", "$$SET": "$SET", "$$$SET": "$s", "a$": "a$", "$1": "$1",
    "$ x": "$ x", "$é": "$é", "${NO:-d}": "d", "${EMPTY:-d}": "d", "${EMPTY-d}": "", "${SET:+r}": "r",
    "${EMPTY:+r}": "", "${EMPTY+r}": "r", "${NO+r}": "", "${NO:-${NO2:-x}y}": "xy", "${NO:-{a}}": "{a}",
    "${SET:?e}": "s", "${NO-a:-b}": "a:-b", "${SET}}": "s}",
}  # fmt: skip
REFUSED = ["${", "${}", "${1}", "${SET", "${SET x}", "${SET:=x}", "${NO:?e}", "${NO?}", "${EMPTY:?e}", "${NO:-a\nb}"]  # fmt: skip


@pytest.mark.parametrize("template", RESULTS)
def test_results(template):
    assert substitute(template, KNOWN.get) == RESULTS[template]


@pytest.mark.parametrize("template", REFUSED)
def test_refused(template):
    with pytest.raises(TemplateError):
        substitute(template, KNOWN.get)


@pytest.mark.parametrize("template", ["${A:-" * 1000 + "}" * 1000, "$LONG" * 2000])
def test_without_end(template):
    with pytest.raises(TemplateError):
        substitute(template, KNOWN.get)
