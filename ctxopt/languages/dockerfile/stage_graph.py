"""Stages as they depend on each other: names, bases, targets, ONBUILD triggers, what is reachable.

Source: moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.instructions import Copy, From, Onbuild, Run, check
from ctxopt.languages.dockerfile.reference import familiar_name, parse_platform
from ctxopt.languages.dockerfile.syntax import read_script
from ctxopt.languages.dockerfile.variables import DEFAULT_PATH, Env, expand_at
from ctxopt.languages.dockerfile.words import expand
from ctxopt.languages.golang.strings import clean_join, did_you_mean, parse_int, quote
from ctxopt.units import and_more

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ctxopt.languages.dockerfile.instructions import Block, Command

_NAMED = 8


class StageStep:
    """A command of a stage, and the states it takes from; ``onbuild`` is the ONBUILD it comes from."""

    __slots__ = ("command", "onbuild", "sources")

    def __init__(
        self, command: Command, sources: list[StageNode], onbuild: Onbuild | None = None
    ) -> None:
        self.command = command
        self.sources = sources
        self.onbuild = onbuild


class StageNode:
    """A stage, or an image or context that an instruction names: then without a ``block``."""

    def __init__(
        self, base_text: str, *, block: Block | None = None, line: int | None = None
    ) -> None:
        self.block = block
        self.base_text = base_text
        self.line = line
        self.index = -1
        self.name = ""
        self.shown = ""
        self.platform = ""
        self.unset: tuple[str, ...] = ()
        """The variables of its FROM that have no value."""
        self.base: StageNode | None = None
        self.root: StageNode = self
        """The state at the bottom of the chain of bases; kept, as every instruction asks for it."""
        self.replaced_by: str | None = None
        self.context: str | None = None
        self.steps: list[StageStep] = []
        self.dependencies: dict[StageNode, None] = {}
        self.triggered = False
        # A state without a block is there from the start, as BuildKit never runs it.
        self.dispatched = block is None
        self.env = Env()
        self.workdir: str | None = "/"
        self.here = ""
        """The working directory as a step has it: without a slash at its start below that of the base image."""
        self.context_paths: set[str] = set()
        self.own_paths: set[str] = set()
        self.uses: set[StageNode] = set()
        self.uses_context = False

    def stand_on(self, base: StageNode | None) -> None:
        """Take ``base``, which stands where it will stay, as what this state starts from."""
        self.base = base
        self.root = self
        if base is not None:
            self.root = base.root

    def enter(self, folder: str, *, is_known: bool) -> None:
        """Change the working directory, as WORKDIR does; what the base image names is not known."""
        self.here = posixpath.normpath(posixpath.join(self.here, folder))
        if not is_known:
            self.workdir = None
        elif folder.startswith("/"):
            self.workdir = clean_join("/", folder)
        elif self.workdir is not None:
            self.workdir = clean_join(self.workdir, folder)

    @property
    def is_scratch(self) -> bool:
        """Whether the state itself starts from nothing."""
        return self.base is None and self.base_text == "scratch" and self.replaced_by is None


class StageGraph:
    """All states in BuildKit's order, and the stages by name."""

    def __init__(self, escape: str, named_contexts: Iterable[str], platform: str) -> None:
        self.escape = escape
        self.platform = platform
        self.named_contexts = _by_familiar_name(named_contexts)
        self.all: list[StageNode] = []
        self.by_name: dict[str, StageNode] = {}
        self.declared: Collection[str] = ()

    def add(self, state: StageNode) -> None:
        """Append ``state``; an earlier stage of its base's name becomes its base."""
        self.all.append(state)
        state.stand_on(self.by_name.get(state.base_text))
        if state.name:
            self.by_name[state.name] = state

    def named_context(self, name: str, platform: str = "") -> str | None:
        """Return the named context that stands for ``name``; a name that is no image reference raises DockerfileError."""
        try:
            name = familiar_name(name)
        except DockerfileError as error:
            reason = f"invalid context name {name}: {error.reason}"
            raise DockerfileError(reason) from None
        for candidate in (f"{name}::{platform or self.platform}", name):
            if candidate in self.named_contexts:
                return self.named_contexts[candidate]
        return None

    def add_stages(
        self, blocks: Iterable[Block], variables: Mapping[str, str], declared: Collection[str]
    ) -> None:
        """Add a state for every FROM; raises DockerfileError with the line. Source: buildDispatchStates

        ``declared`` are the names of the ARGs before the first FROM, with a value or without.
        """
        self.declared = declared
        for index, block in enumerate(blocks):
            start = block.start
            line = start.instruction.line
            base = expand_at(start.base, variables, self.escape, line)
            if not base.text:
                reason = f"base name ({start.base}) should not be blank"
                raise DockerfileError(reason, line=line, hint=self._how_to_give(base.unset))
            state = StageNode(base.text, block=block, line=line)
            state.unset = base.unset
            state.index = index
            state.name = start.name or ""
            state.shown = state.name or f"stage-{index}"
            if start.platform:
                state.platform = self._platform(start, variables)
            if state.name not in ("", "scratch", "context"):
                try:
                    state.replaced_by = self.named_context(state.name, state.platform)
                except DockerfileError as error:
                    raise DockerfileError(error.reason, line=line) from None
            self.add(state)
            if state.replaced_by is not None:
                state.stand_on(None)
                state.workdir = None
                state.env.set("PATH", DEFAULT_PATH, ("PATH",))

    def _platform(self, start: From, variables: Mapping[str, str]) -> str:
        line = start.instruction.line
        try:
            found = expand(start.platform, variables.get, escape=self.escape)
        except DockerfileError as error:
            reason = f"failed to process arguments for platform : {error.reason}"
            raise DockerfileError(reason, line=line) from None
        hints = (did_you_mean(name, variables, case_sensitive=True) for name in found.unset)
        hint = next(filter(None, hints), "")
        if not found.text:
            reason = f"empty platform value from expression {start.platform}{hint}"
            raise DockerfileError(reason, line=line, hint=self._how_to_give(found.unset))
        try:
            return str(parse_platform(found.text, self.platform))
        except DockerfileError as error:
            reason = f"failed to parse platform {start.platform}: {error.reason}{hint}"
            raise DockerfileError(reason, line=line, hint=self._how_to_give(found.unset)) from None

    def _how_to_give(self, unset: Iterable[str]) -> str | None:
        """Return how to give the variables of a FROM a value; None where all have one."""
        names = tuple(dict.fromkeys(unset))
        if not names:
            return None
        hint = "pass " + " ".join(f"--build-arg {name}=..." for name in names)
        # An option alone gives nothing to a FROM whose variable no ARG declares.
        missing = ", ".join(f"ARG {name}" for name in names if name not in self.declared)
        if missing:
            hint = f"write {missing} before the first FROM, and {hint}"
        return hint

    def target(self, name: str | int | None) -> StageNode:
        """Return the stage called ``name``, the last one for None or an empty name; raises DockerfileError.

        A number is a place among the stages, by which only Podman knows them.
        """
        if isinstance(name, int):
            return self.all[name]
        if not name:
            return self.all[-1]
        state = self.by_name.get(name.lower())
        if state is None:
            reason = f"target stage {quote(name)} could not be found"
            shown = [state.shown for state in self.all]
            near = did_you_mean(name, shown, case_sensitive=True)
            raise DockerfileError(reason + near, hint=None if near else self._known_stages())
        return state

    def _known_stages(self) -> str:
        names = list(dict.fromkeys(state.shown for state in self.by_name.values()))
        if not names:
            return "no stage of this Dockerfile has a name"
        return f"it has {', '.join(names[:_NAMED])}{and_more(len(names) - _NAMED)}"

    def link(self) -> None:
        """Find what each stage's instructions take from; raises DockerfileError. Source: buildStageDependencyGraph"""
        # A copy: images that instructions name are added on the way.
        stages = list(self.all)
        for state in stages:
            if state.block is None:
                continue
            for command in state.block.commands:
                state.steps.append(self._step(state, command))
        self._verify_no_circle()
        # BuildKit calls a lone stage nothing, which shows in its messages.
        if len(self.all) == 1:
            self.all[0].shown = ""

    def _step(
        self, state: StageNode, command: Command, onbuild: Onbuild | None = None
    ) -> StageStep:
        line = (onbuild or command).instruction.line
        sources: list[StageNode] = []
        if isinstance(command, Copy) and command.from_:
            sources = [self._copied_from(command.from_, line)]
        elif isinstance(command, Run):
            sources = [self._find(from_ or "scratch", line) for from_ in command.froms]
        for source in sources:
            state.dependencies[source] = None
            if source.block is None:
                self.add(source)
        return StageStep(command, sources, onbuild)

    def _copied_from(self, from_: str, line: int) -> StageNode:
        try:
            expanded = expand(from_, _nothing, escape=self.escape)
        except DockerfileError as error:
            raise DockerfileError(error.reason, line=line) from None
        if expanded.text != from_:
            cure = "define a new stage with FROM using ARG from global scope as a workaround"
            reason = f"variable expansion is not supported for --from, {cure}"
            raise DockerfileError(reason, line=line)
        # A number is always an index, even where a stage is called so.
        number = parse_int(from_)
        if number is None:
            return self._find(from_, line)
        if not 0 <= number < len(self.all):
            reason = f"invalid stage index {number}"
            raise DockerfileError(reason, line=line)
        return self.all[number]

    def _find(self, name: str, line: int) -> StageNode:
        return self.by_name.get(name.lower()) or StageNode(name, line=line)

    def _verify_no_circle(self) -> None:
        visited: set[StageNode] = set()
        for state in self.all:
            if state not in visited and _reaches_itself(state, visited):
                reason = f"circular dependency detected on stage: {state.shown}"
                raise DockerfileError(reason, line=state.line)

    def reach(self, target: StageNode) -> dict[StageNode, None]:
        """Return the states that ``target`` needs, after adding ONBUILD triggers; raises DockerfileError.

        Source: resolveStages, allReachableStages
        """
        while True:
            reachable = _reachable(target)
            self._verify_bases()
            more = False
            for state in [state for state in self.all if state in reachable]:
                more = self.add_triggers(state) or more
            if not more:
                return reachable

    def _verify_bases(self) -> None:
        for state in self.all:
            if state.base is None and not state.is_scratch and state.context is None:
                try:
                    familiar_name(state.base_text)
                    state.context = state.replaced_by or self.named_context(
                        state.base_text, state.platform
                    )
                except DockerfileError as error:
                    reason = f"failed to parse stage name {quote(state.base_text)}: {error.reason}"
                    hint = self._how_to_give(state.unset)
                    raise DockerfileError(reason, line=state.line, hint=hint) from None

    def add_triggers(self, state: StageNode) -> bool:
        """Put the base stage's ONBUILD triggers before ``state``'s own steps; whether they bring new dependencies.

        Raises DockerfileError with the line of ``state``'s FROM. Source: initOnBuildTriggers
        """
        if state.base is None or state.triggered:
            return False
        state.triggered = True
        steps: list[StageStep] = []
        for step in state.base.steps:
            if isinstance(step.command, Onbuild):
                try:
                    command = _trigger(step.command)
                    steps.append(self._step(state, command, step.command))
                except DockerfileError as error:
                    raise DockerfileError(error.reason, line=state.line) from None
        state.steps[:0] = steps
        return any(step.sources for step in steps)


def _nothing(_name: str) -> str | None:
    return None


def _trigger(onbuild: Onbuild) -> Command:
    # A trigger is read from the image's configuration: the file's escape directive does not reach it.
    instructions = read_script(onbuild.expression).instructions
    if len(instructions) != 1:
        reason = "onbuild trigger should be a single expression"
        raise DockerfileError(reason)
    command = check(instructions[0])
    if isinstance(command, From):
        reason = "*instructions.Stage is not a command type"
        raise DockerfileError(reason)
    return command


def _reaches_itself(start: StageNode, visited: set[StageNode]) -> bool:
    visited.add(start)
    path = {start}
    stack = [(start, iter(start.dependencies))]
    while stack:
        state, remaining = stack[-1]
        following = next(remaining, None)
        if following is None:
            path.discard(state)
            stack.pop()
        elif following in path:
            return True
        elif following not in visited:
            visited.add(following)
            path.add(following)
            stack.append((following, iter(following.dependencies)))
    return False


def _reachable(target: StageNode) -> dict[StageNode, None]:
    found = {target: None}
    waiting = [target]
    while waiting:
        state = waiting.pop()
        needed = list(state.dependencies)
        if state.base is not None:
            needed.append(state.base)
        for other in needed:
            if other not in found:
                found[other] = None
                waiting.append(other)
    return found


def _by_familiar_name(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        base, separator, platform = name.partition("::")
        try:
            found[familiar_name(base) + separator + platform] = name
        except DockerfileError:
            # The client refuses such a name; no FROM can ask for it.
            continue
    return found
