"""``ctxopt builds``."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.errors import ConfigError, ContextError, ExitCode, ProjectError
from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.projects.bake.files import BakeRequest
    from ctxopt.projects.compose.files import ComposeRequest
    from ctxopt.projects.declared import Declared


class Tool(StrEnum):
    """Whose answer is wanted."""

    compose = "compose"
    bake = "bake"


RootOption = Annotated[
    str, typer.Argument(metavar="[ROOT]", help="The repository, or the folder to start from.")
]
AsOption = Annotated[
    Tool | None,
    typer.Option("--as", help="Answer as this tool would from here. Default: list everything."),
]
Files = Annotated[
    list[str] | None,
    typer.Option("-f", "--file", metavar="FILE", help="Read FILE; - is stdin; repeatable."),
]
Profiles = Annotated[
    list[str] | None,
    typer.Option("--profile", metavar="NAME", help="Compose: a profile, or *; repeatable."),
]
Targets = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="NAME", help="Bake: a target or group; repeatable."),
]
EnvFiles = Annotated[
    list[str] | None,
    typer.Option("--env-file", metavar="FILE", help="Compose: instead of .env; repeatable."),
]
ProjectDirectory = Annotated[
    str | None,
    typer.Option("--project-directory", metavar="DIR", help="Compose: where paths start from."),
]
ProjectName = Annotated[
    str | None,
    typer.Option("-p", "--project-name", metavar="NAME", help="Compose: the project's name."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TARGET.KEY=VALUE", help="Bake: override a value; repeatable."),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit 2 if anything could not be read or was refused.")
]
Format = Annotated[o.ListFormat, typer.Option("--format", help="How to write the list.")]


@command
def builds(
    root: RootOption = ".",
    tool: AsOption = None,
    file: Files = None,
    profile: Profiles = None,
    target: Targets = None,
    env_file: EnvFiles = None,
    project_directory: ProjectDirectory = None,
    project_name: ProjectName = None,
    overrides: Overrides = None,
    strict: Strict = False,
    format_: Format = o.ListFormat.text,
    output: o.Output = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> int:
    """List the builds that a repository declares, without Docker."""
    from ctxopt.projects.declared import Declared, problem_of
    from ctxopt.projects.location import shown_path

    folder = os.path.realpath(root)
    if not os.path.isdir(folder):
        raise ContextError(f"{root!r} is not a folder")
    asked = _Asked(
        folder=folder,
        tool=tool,
        files=tuple(file or ()),
        compose_options={
            "profiles": tuple(profile or ()),
            "env_files": tuple(env_file or ()),
            "project_directory": project_directory,
            "project_name": project_name,
        },
        bake_options={"targets": tuple(target or ()), "overrides": tuple(overrides or ())},
    )
    asked.check()
    refusal = None
    try:
        declared = asked.answer()
    except ProjectError as problem:
        place = problem.path and shown_path(problem.path, folder)
        line, hint = problem.line, problem.hint
        refusal = ProjectError(problem.reason, path=place, line=line, hint=hint)
        declared = Declared(problems=(problem_of(problem),))
    # A program that reads JSON gets a document in any case, with the refusal in it.
    if refusal is not None and format_ is not o.ListFormat.json:
        raise refusal
    _deliver(declared, folder, format_, output, verbose=verbose)
    if refusal is not None:
        raise refusal
    return _verdict(declared, folder, strict=strict, quiet=quiet, verbose=verbose)


class _Asked:
    """What was given on the command line."""

    def __init__(
        self,
        *,
        folder: str,
        tool: Tool | None,
        files: tuple[str, ...],
        compose_options: dict[str, Any],
        bake_options: dict[str, Any],
    ) -> None:
        self.folder = folder
        self.tool = tool
        self.files = files
        self.compose_options = compose_options
        self.bake_options = bake_options

    def check(self) -> None:
        """Raise ConfigError for options that the wanted answer has no use for."""
        given = {
            Tool.compose: any(self.compose_options.values()),
            Tool.bake: any(self.bake_options.values()),
        }
        for tool, is_given in given.items():
            if is_given and self.tool is not tool:
                names = {
                    Tool.compose: "--profile, --env-file, --project-directory and --project-name",
                    Tool.bake: "--target and --set",
                }
                hint = f"add --as {tool.value}"
                raise ConfigError(f"{names[tool]} are options of {tool.value}", hint=hint)

    def answer(self) -> Declared:
        """Return what was asked for; raises ProjectError."""
        from ctxopt.projects.declared import Declared

        if self.tool is Tool.compose:
            from ctxopt.projects.compose.project import read_compose

            return Declared(read_compose(self.compose_request()))
        if self.tool is Tool.bake:
            from ctxopt.projects.bake.project import read_bake

            return read_bake(self.bake_request())
        if self.files:
            return self.named()
        from ctxopt.projects.repository import read_repository

        return read_repository(self.folder, dict(os.environ))

    def named(self) -> Declared:
        """Everything that the named files declare, in whichever language they are."""
        from ctxopt.projects.bake.project import read_bake_files
        from ctxopt.projects.compose.project import read_compose_files
        from ctxopt.projects.printed import is_bake

        if is_bake(self.paths(), self.stdin()):
            return read_bake_files(self.bake_request())
        return read_compose_files(self.compose_request())

    def compose_request(self) -> ComposeRequest:
        from ctxopt.projects.compose.files import ComposeRequest

        request = ComposeRequest(
            cwd=self.stands_in(),
            files=self.paths(),
            variables=dict(os.environ),
            stdin=self.stdin(),
        )
        return request._replace(**self.compose_options)

    def bake_request(self) -> BakeRequest:
        from ctxopt.projects.bake.files import BakeRequest

        request = BakeRequest(
            cwd=self.stands_in(),
            files=self.paths(),
            variables=dict(os.environ),
            stdin=self.stdin(),
        )
        return request._replace(**self.bake_options)

    def stands_in(self) -> str:
        """The folder that the tool would be run in: this one, where it lies in ROOT, else ROOT."""
        here = os.getcwd()
        if here == self.folder or here.startswith(self.folder.rstrip("/") + "/"):
            return here
        return self.folder

    def paths(self) -> tuple[str, ...]:
        """The named files: relative to this folder or, where they are not there, to the one stood in."""
        found = []
        for name in self.files:
            path = os.path.join(os.getcwd(), name)
            found.append(path if name != "-" and os.path.exists(path) else name)
        return tuple(found)

    def stdin(self) -> bytes:
        """What comes in on standard input, where a file is called ``-``; read once."""
        if "-" not in self.files:
            return b""
        if self._stdin is None:
            self._stdin = sys.stdin.buffer.read((4 << 20) + 1)
        return self._stdin

    _stdin: bytes | None = None


def _deliver(
    declared: Declared, root: str, format_: o.ListFormat, output: str | None, *, verbose: bool
) -> None:
    if format_ is o.ListFormat.json:
        from ctxopt.report.builds_json import render_builds_json

        deliver(render_builds_json(declared, root), output)
        return
    from ctxopt.report.builds_text import render_builds

    deliver(render_builds(declared, root, verbose=verbose), output)


def _verdict(declared: Declared, root: str, *, strict: bool, quiet: bool, verbose: bool) -> int:
    refused = any(problem.refused for problem in declared.problems)
    if not quiet:
        tell_problems(declared, root, verbose=verbose)
    if refused and (strict or not (declared.builds or declared.apart)):
        return ExitCode.USAGE
    return ExitCode.OK


def tell_problems(declared: Declared, root: str, *, verbose: bool) -> None:
    """Write to stderr what could not be read, with file and line."""
    from ctxopt.projects.search import is_apart
    from ctxopt.report.builds_text import render_problem

    for problem in declared.problems:
        # What is wrong with an example is for those who ask.
        if problem.file and is_apart(problem.file, root) and not verbose:
            continue
        console.note(f"warning: {render_problem(problem, root)}")
