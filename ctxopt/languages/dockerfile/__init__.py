"""Dockerfiles, read as BuildKit reads them: what a build asks of its context, and why.

    dockerfile = parse(text, path="Dockerfile")
    build = resolve(dockerfile, target="app", build_args={"DIR": "src"})
    context_paths(build)        # None, ("/",) or the paths that are asked for

Pure: text in, frozen values out. What a Dockerfile cannot tell is in ``Build.unknowns``.
"""

from __future__ import annotations

from ctxopt.languages.dockerfile.directives import Directive
from ctxopt.languages.dockerfile.heredocs import Heredoc
from ctxopt.languages.dockerfile.model import (
    Build,
    Dockerfile,
    Origin,
    RunStep,
    Source,
    SourcePath,
    Stage,
    Transfer,
    Unknown,
    Workdir,
)
from ctxopt.languages.dockerfile.resolve import WHOLE_CONTEXT, context_paths, parse, resolve
from ctxopt.languages.dockerfile.syntax import Instruction
from ctxopt.languages.dockerfile.words import Expansion, expand

__all__ = [
    "WHOLE_CONTEXT",
    "Build",
    "Directive",
    "Dockerfile",
    "Expansion",
    "Heredoc",
    "Instruction",
    "Origin",
    "RunStep",
    "Source",
    "SourcePath",
    "Stage",
    "Transfer",
    "Unknown",
    "Workdir",
    "context_paths",
    "expand",
    "parse",
    "resolve",
]
