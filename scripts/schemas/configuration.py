"""The schema of ``ctxopt.toml``."""

from __future__ import annotations

from ctxopt.builder import BUILDER_NAMES
from ctxopt.rules.registry import RULES
from ctxopt.severity import Severity
from scripts.schemas.shapes import TEXT, Schema, by_name, choice, many

_LEVELS = tuple(level.label for level in Severity)
_SIZE: Schema = {"type": ["integer", "string"], "minimum": 0}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_PERCENT: Schema = {"type": "string"}
_IDS = [rule.id for rule in RULES]
_RULES = many(choice(_IDS))


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


_LIMITS: dict[str, Schema] = {
    "max-size": _said(_SIZE, 'At most this size, as "40 MB".'),
    "max-files": _said(_COUNT, "At most this many files."),
    "min-size": _said(_SIZE, "At least this size: with less, an ignore file keeps back too much."),
    "min-files": _said(_COUNT, "At least this many files."),
    "max-rebuilds": _said(
        _COUNT,
        "At most this many of the last 50 commits may make steps run again without a change to what the build reads.",
    ),
    "max-growth": _said(_PERCENT, 'At most this growth from one state to the next, as "10%".'),
    "growth-floor": _said(_SIZE, "Growth below this does not count. Default: 1 MB."),
}
_CONTEXT: Schema = {
    "type": "object",
    "properties": {
        "path": _said(TEXT, "The context root, from this file's folder."),
        "dockerfile": _said(TEXT, "The Dockerfile of one build, from this file's folder."),
        "target": _said(TEXT, "Its stage."),
        "builder": _said(choice(BUILDER_NAMES), "Its builder."),
        "service": _said(TEXT, "The build of this service of Compose."),
        "view": _said(
            choice(("permitted", "transferred")),
            "What the limits are about: what could be sent, or what is sent. Default: permitted.",
        ),
        **_LIMITS,
    },
    # A service says by itself what is built.
    "oneOf": [
        {"required": ["path"]},
        {
            "required": ["service"],
            "not": {"anyOf": [{"required": ["dockerfile"]}, {"required": ["target"]}]},
        },
    ],
    "additionalProperties": False,
}
CONFIGURATION: Schema = {
    "title": "ctxopt.toml",
    "type": "object",
    "properties": {
        "dockerfile": _said(TEXT, "The Dockerfile, from this file's folder."),
        "target": _said(TEXT, "The stage to build. Default: the last."),
        "builder": _said(choice(BUILDER_NAMES), "Whose rules to follow. Default: buildkit."),
        "builders": _said(
            {**many(choice(BUILDER_NAMES)), "minItems": 1},
            "All builders for which the lines of a fix have to hold. Default: Docker's two.",
        ),
        "ignorefile": _said(TEXT, "The ignore file that Podman is given by that name."),
        "build-args": _said(by_name(TEXT), "Build arguments by name."),
        "format": _said(TEXT, "How to write a report. Default: text."),
        "select": _said({**_RULES, "minItems": 1}, "Run only these rules. Default: all."),
        "ignore": _said(_RULES, "Leave these rules out."),
        "fail-on": _said(
            choice((*_LEVELS, "never")), "Exit 1 if a finding is at least this bad. Default: never."
        ),
        "severity": _said(
            {**by_name(choice(_LEVELS)), "propertyNames": choice(_IDS)},
            "How bad the findings of a rule count.",
        ),
        "keep": _said(many(TEXT), "Patterns of what must stay: no line is proposed for it."),
        "large-file": _said(_SIZE, "From this size on a file is large. Default: 5 MB."),
        "noise-floor": _said(_SIZE, "Smaller savings are not worth a line. Default: 100 kB."),
        "bandwidth": _said(
            TEXT, "Per second, for the time that is saved. Default: 100 Mbit/s."
        ),
        "baseline": _said(TEXT, "The file of known findings, from this file's folder."),
        **_LIMITS,
        "context": _said(many(_CONTEXT), "Limits of one context; those above hold where it sets none."),
    },
    "additionalProperties": False,
}  # fmt: skip
"""Every key that may be set."""
