"""The entry points: a Dockerfile's text checked, and built for a target as far as its context goes.

Nothing here reads a file or asks a registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.directives import find_syntax, verify_check
from ctxopt.languages.dockerfile.dispatch import Dispatcher
from ctxopt.languages.dockerfile.instructions import gather
from ctxopt.languages.dockerfile.model import Build, Dockerfile, Stage, Transfer, Unknown
from ctxopt.languages.dockerfile.origins import base_of
from ctxopt.languages.dockerfile.reference import parse_platform
from ctxopt.languages.dockerfile.stage_graph import StageGraph, StageNode
from ctxopt.languages.dockerfile.syntax import read_script
from ctxopt.languages.dockerfile.variables import global_variables
from ctxopt.languages.golang.strings import decode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ctxopt.languages.dockerfile.directives import Directive


WHOLE_CONTEXT = ("/",)


def parse(text: bytes | str, *, path: str | None = None) -> Dockerfile:
    """Read a Dockerfile; raises DockerfileError with ``path``, Docker's reason and the line.

    Text may hold surrogate escapes. Source: moby/buildkit dockerfile2llb/convert.go toDispatchState
    """
    source = decode(text)
    if not source:
        reason = "the Dockerfile cannot be empty"
        raise DockerfileError(reason, path=path)
    syntax = find_syntax(source)
    try:
        verify_check(source)
        script = read_script(source)
        arguments, blocks = gather(script.instructions)
    except DockerfileError as error:
        raise _located(error, path, syntax) from None
    return Dockerfile(
        path=path,
        directives=script.directives,
        syntax=syntax,
        escape=script.escape,
        instructions=script.instructions,
        arguments=arguments,
        blocks=blocks,
    )


def resolve(
    dockerfile: Dockerfile,
    *,
    target: str | int | None = None,
    build_args: Mapping[str, str | None] | None = None,
    named_contexts: Collection[str] = (),
    platform: str = "linux/amd64",
    build_platform: str | None = None,
) -> Build:
    """Work out what building ``target`` (default: the last stage) asks of the contexts.

    A build argument of None is one whose name the environment does not have: as if it were not given.
    ``build_platform`` is the builder's own, ``platform`` where it is None. Raises DockerfileError with the
    Dockerfile's path, Docker's reason and the line. Source: moby/buildkit dockerfile2llb/convert.go toDispatchState
    """
    given = {name: value for name, value in (build_args or {}).items() if value is not None}
    try:
        host = parse_platform(build_platform or platform)
        wanted = parse_platform(platform, str(host))
        variables = global_variables(
            dockerfile.arguments,
            given,
            dockerfile.escape,
            target=_target_name(dockerfile, target),
            platform=wanted,
            build_platform=host,
        )
        states = StageGraph(dockerfile.escape, named_contexts, str(wanted))
        declared = {name for argument in dockerfile.arguments for name, _ in argument.pairs}
        states.add_stages(dockerfile.blocks, variables, declared)
        chosen = states.target(target)
        states.link()
        reachable = states.reach(chosen)
        dispatcher = Dispatcher(dockerfile.escape, variables, given)
        _run_reachable(states, reachable, dispatcher)
    except DockerfileError as error:
        raise _located(error, dockerfile.path, dockerfile.syntax) from None
    # Before the other stages are run: they would add what they ask of contexts.
    transfers = _transfers(states, reachable, chosen)
    _run_unreachable(states, reachable, dispatcher)
    return _build(
        dockerfile,
        states,
        reachable,
        target=chosen,
        dispatcher=dispatcher,
        transfers=transfers,
        build_args=given,
    )


def _target_name(dockerfile: Dockerfile, target: str | int | None) -> str:
    if isinstance(target, int):
        return dockerfile.blocks[target].start.name or ""
    return target or dockerfile.blocks[-1].start.name or ""


def context_paths(build: Build, context: str | None = None) -> tuple[str, ...] | None:
    """Return the paths BuildKit asks of a context, the main one by default, sorted and without leading slash.

    None where the context is never asked for, ``("/",)`` where all of it is. A named context may be asked for more
    than once, see ``build.transfers``: this is the union. Source: dockerfile2llb/convert.go normalizeContextPaths
    """
    loads = [transfer.paths for transfer in build.transfers if transfer.context == context]
    if not loads:
        return None
    union = {path for paths in loads for path in paths}
    if "/" in union:
        return WHOLE_CONTEXT
    return tuple(sorted(union))


def _located(error: DockerfileError, path: str | None, syntax: Directive | None) -> DockerfileError:
    hint = error.hint
    # A value that is not given is missing for every frontend, and how to give it helps.
    if syntax is not None and hint is None:
        hint = f"the file asks for the frontend {syntax.value}, which may accept what Docker's own refuses"
    return DockerfileError(error.reason, path=path, line=error.line, hint=hint)


def _run_reachable(
    states: StageGraph, reachable: Mapping[StageNode, None], dispatcher: Dispatcher
) -> None:
    needed = [state for state in states.all if state in reachable and state.block]
    for state in needed:
        # What takes a stage's place is there from the start.
        state.dispatched = state.replaced_by is not None
    for state in needed:
        if state.replaced_by is None:
            dispatcher.run(state, reachable=True)


def _transfers(
    states: StageGraph, reachable: Mapping[StageNode, None], target: StageNode
) -> tuple[Transfer, ...]:
    """Find the contexts that are loaded. Paths come from every reachable stage, but a load only from needed ones.

    A stage that only a tmpfs mount or a COPY of here-documents names is reachable, and never built.
    """
    target.root.own_paths.add("/")
    needed = _needed(target)
    found: dict[Transfer, None] = {}
    if any(state.uses_context for state in needed):
        paths = {path for state in reachable for path in state.context_paths}
        found[Transfer(None, _filter(paths))] = None
    for state in states.all:
        if state in needed and state.base is None and state.context is not None:
            found[Transfer(state.context, _filter(state.own_paths))] = None
    return tuple(found)


def _needed(target: StageNode) -> set[StageNode]:
    needed = {target}
    waiting = [target]
    while waiting:
        state = waiting.pop()
        following = set(state.uses)
        if state.base is not None:
            following.add(state.base)
        waiting += following - needed
        needed |= following
    return needed


def _filter(paths: set[str]) -> tuple[str, ...]:
    # No path at all is all of them: BuildKit sends a filter only where it has one.
    if "/" in paths or not paths:
        return WHOLE_CONTEXT
    return tuple(sorted(path.removeprefix("/") for path in paths))


def _run_unreachable(
    states: StageGraph, reachable: Mapping[StageNode, None], dispatcher: Dispatcher
) -> None:
    """Record what the other stages would ask for: BuildKit never looks, so nothing in them is an error."""
    for state in states.all[:]:
        if state in reachable or state.block is None or state.replaced_by is not None:
            continue
        try:
            states.add_triggers(state)
        except DockerfileError as error:
            dispatcher.unknowns[Unknown("unread", error.reason, state.line, state.index)] = None
        dispatcher.run(state, reachable=False)


def _build(
    dockerfile: Dockerfile,
    states: StageGraph,
    reachable: Mapping[StageNode, None],
    *,
    target: StageNode,
    dispatcher: Dispatcher,
    transfers: tuple[Transfer, ...],
    build_args: Mapping[str, str],
) -> Build:
    unknowns = _frontends(dockerfile, build_args)
    stages: list[Stage] = []
    for state in states.all:
        if state.block is None:
            continue
        line = state.block.start.instruction.line
        base = base_of(state)
        stages.append(
            Stage(
                index=state.index,
                name=state.name or None,
                base=base,
                line=line,
                reachable=state in reachable,
                platform=state.platform,
                replaced_by=state.replaced_by,
            )
        )
        # A named context may be an image, and what stands in place of a stage runs no triggers.
        if state in reachable and base.kind in ("image", "context") and state.replaced_by is None:
            unknowns.append(Unknown("base-onbuild", base.text, line, state.index))
    return Build(
        dockerfile=dockerfile,
        target=target.index,
        stages=tuple(stages),
        # Stages run in the order they are needed in; people read them in the file's.
        sources=tuple(sorted(dispatcher.sources, key=lambda source: source.stage)),
        runs=tuple(sorted(dispatcher.runs, key=lambda run: run.stage)),
        transfers=transfers,
        unknowns=(*unknowns, *dispatcher.unknowns),
        workdirs=tuple(dispatcher.workdirs),
    )


def _frontends(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> list[Unknown]:
    if "BUILDKIT_SYNTAX" in build_args:
        return [Unknown("frontend", build_args["BUILDKIT_SYNTAX"].strip().partition(" ")[0])]
    if dockerfile.syntax is None:
        return []
    return [Unknown("frontend", dockerfile.syntax.value.partition(" ")[0], dockerfile.syntax.line)]
