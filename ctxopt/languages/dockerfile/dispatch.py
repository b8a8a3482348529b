"""A stage's instructions in order: variables set and expanded, sources and RUN steps recorded.

Source: moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go dispatch, convert_copy.go, convert_runmount.go
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.heredocs import as_heredoc
from ctxopt.languages.dockerfile.instructions import Assign, Copy, Other, Run
from ctxopt.languages.dockerfile.model import Origin, RunStep, Source, SourcePath, Unknown
from ctxopt.languages.dockerfile.mounts import Mount, parse_mount
from ctxopt.languages.dockerfile.ports import verify_port
from ctxopt.languages.dockerfile.remotes import is_git_ref, is_http
from ctxopt.languages.dockerfile.signals import verify_signal
from ctxopt.languages.dockerfile.variables import DEFAULT_PATH, Env
from ctxopt.languages.dockerfile.words import Expansion, expand
from ctxopt.languages.golang.strings import clean_join, parse_uint, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctxopt.languages.dockerfile.heredocs import Heredoc
    from ctxopt.languages.dockerfile.model import PathKind, Widening
    from ctxopt.languages.dockerfile.stage_graph import StageNode, StageStep


# These build arguments steer the builder; they never become variables.
_NOT_VARIABLES = frozenset({"BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
_SYMBOLIC_MODE = re.compile(r"[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*")


class Dispatcher:
    """Runs stages' instructions, each stage after those it needs."""

    def __init__(
        self, escape: str, variables: Mapping[str, str], build_args: Mapping[str, str]
    ) -> None:
        self.escape = escape
        self.variables = variables
        self.build_args = build_args
        self.sources: list[Source] = []
        self.runs: list[RunStep] = []
        self.unknowns: dict[Unknown, None] = {}

    def run(self, state: StageNode, *, reachable: bool) -> None:
        """Run ``state``'s instructions; raises DockerfileError with the line, but only where it is ``reachable``."""
        state.dispatched = True
        if state.base is not None:
            state.env = Env(state.base.env)
            state.workdir = state.base.workdir
        else:
            scratch = state.is_scratch
            state.env.set("PATH", DEFAULT_PATH, () if scratch else ("PATH",))
            state.workdir = "/" if scratch else None
        for step in state.steps:
            stage = _StageRun(self, state, step, reachable=reachable)
            try:
                stage.dispatch()
            except DockerfileError as error:
                line = state.line if step.onbuild else stage.line
                if reachable:
                    raise DockerfileError(error.reason, line=line) from None
                self.unknowns[Unknown("unread", error.reason, stage.line, state.index)] = None


class _StageRun:
    """One step of one stage."""

    def __init__(
        self, dispatcher: Dispatcher, state: StageNode, step: StageStep, *, reachable: bool
    ) -> None:
        self.out = dispatcher
        self.state = state
        self.step = step
        self.reachable = reachable
        written = (step.onbuild or step.command).instruction
        self.line, self.end_line = written.line, written.end_line
        self.onbuild = state.line if step.onbuild else None

    def dispatch(self) -> None:
        command = self.step.command
        if isinstance(command, Copy):
            self.copy(command)
        elif isinstance(command, Run):
            self.run(command)
        elif isinstance(command, Assign):
            self.assign(command)
        elif isinstance(command, Other):
            self.other(command)
        # ONBUILD waits for a stage that is built on this one.

    def expand(self, word: str, *, quotes: bool = True) -> Expansion:
        escape = self.out.escape if quotes else "\\"
        return expand(word, self.state.env.get, escape=escape, quotes=quotes)

    def unknown_in(self, expansion: Expansion) -> tuple[str, ...]:
        """Return the variables of a base image that the text may depend on."""
        names = [other for name in expansion.found for other in self.state.env.unknown(name)]
        if not self.state.root.is_scratch:
            names += expansion.unset
        return tuple(dict.fromkeys(names))

    def expand_source(self, word: str) -> Expansion:
        expansion = self.expand(word)
        for name in self.unknown_in(expansion):
            self.out.unknowns[Unknown("base-env", name, self.line, self.state.index)] = None
        return expansion

    def assign(self, command: Assign) -> None:
        env = self.state.env
        keyword = command.instruction.keyword
        if keyword == "ARG":
            for name, default in command.pairs:
                self.argument(name, default)
            return
        # All of one ENV is expanded before any of it is set.
        pairs = [(self.expand(name), self.expand(value or "")) for name, value in command.pairs]
        if keyword == "ENV":
            for name, value in [(n.text, (v.text, self.unknown_in(v))) for n, v in pairs]:
                env.set(name, *value)

    def argument(self, name: str, default: str | None) -> None:
        value = self.out.build_args.get(name)
        unknown: tuple[str, ...] = ()
        if value is None and default is None:
            value = self.out.variables.get(name)
        elif value is None and default is not None:
            expansion = self.expand(default)
            value, unknown = expansion.text, self.unknown_in(expansion)
        if value is not None and name not in _NOT_VARIABLES:
            self.state.env.set(name, value, unknown)

    def other(self, command: Other) -> None:
        keyword = command.instruction.keyword
        words = [self.expand(word).text for word in command.words]
        if keyword == "WORKDIR":
            wanted = words[0]
            base = self.state.workdir
            if wanted.startswith("/"):
                self.state.workdir = clean_join("/", wanted)
            elif base is not None:
                self.state.workdir = clean_join(base, wanted)
        elif keyword == "STOPSIGNAL":
            verify_signal(words[0])
        elif keyword == "EXPOSE":
            for word in words:
                verify_port(word)
        elif keyword == "VOLUME" and "" in words:
            reason = "VOLUME specified can not be an empty string"
            raise DockerfileError(reason)

    def copy(self, command: Copy) -> None:
        flags, keyword = command.flags, command.instruction.keyword
        self.expand(flags.text("chown"))
        mode = self.expand(flags.text("chmod")).text
        checksum = self.expand(flags.text("checksum")).text
        paths = [self.source_path(word, command) for word in command.sources]
        dest = self.expand(command.dest).text
        for heredoc in command.heredocs:
            if heredoc.expand:
                self.expand(heredoc.text, quotes=False)
        origin = self.step.sources[0] if self.step.sources else None
        if origin is not None and not origin.dispatched and self.reachable:
            problem = f"it needs to be defined before current stage {quote(self.state.shown)}"
            reason = f"cannot copy from stage {quote(command.from_)}, {problem}"
            raise DockerfileError(reason)
        _verify_mode(mode)
        _verify_sources(keyword, paths, checksum)
        self.need(origin, paths)
        self.out.sources.append(
            Source(
                "ADD" if keyword == "ADD" else "COPY",
                self.line,
                self.end_line,
                self.state.index,
                self.reachable,
                command.sources,
                tuple(paths),
                dest,
                None if origin is None else origin_of(origin),
                exclude=flags.lists.get("exclude", ()),
                parents=flags.switches.get("parents", False),
                heredocs=tuple(heredoc.name for heredoc in command.heredocs),
                onbuild=self.onbuild,
                flags=command.instruction.flags,
            )
        )

    def source_path(self, word: str, command: Copy) -> SourcePath:
        expansion = self.expand_source(word)
        text = expansion.text
        is_add = command.instruction.keyword == "ADD"
        empty = tuple(n for n in expansion.found if not self.state.env.get(n)) + expansion.unset
        git = is_git_ref(text)
        kind: PathKind = "git" if git else "http" if is_http(text) else "local"
        # Only ADD leaves http sources out of the context; a git source without http asks for a path of that name.
        path = "" if is_add and is_http(text) else clean_join("/", text)
        widens: Widening | None = None
        if path == "/":
            widens = "empty-variable" if empty and not text.strip("/.") else "explicit"
        return SourcePath(word, text, path, kind, expansion.unset, empty, widens)

    def need(self, origin: StageNode | None, paths: list[SourcePath]) -> None:
        wanted = {path.path for path in paths if path.path}
        local = any(path.kind == "local" for path in paths)
        if origin is None:
            self.state.context_paths |= wanted
            self.state.uses_context |= local
        else:
            origin.root.own_paths |= wanted
            if local:
                self.state.uses.add(origin)

    def run(self, command: Run) -> None:
        instruction = command.instruction
        self.state.root.own_paths.add("/")
        for value, origin in zip(command.mounts, self.step.sources, strict=True):
            mount, expansions = self.read_mount(value)
            self.mount(value, mount, expansions, origin)
        self.out.runs.append(
            RunStep(
                self.line,
                self.end_line,
                self.state.index,
                self.reachable,
                _shell_text(instruction.args, instruction.heredocs),
                instruction.args,
                instruction.is_json,
                instruction.heredocs,
                self.onbuild,
            )
        )

    def read_mount(self, value: str) -> tuple[Mount, list[Expansion]]:
        expansions: list[Expansion] = []

        def expanded(word: str) -> str:
            expansion = self.expand_source(word)
            expansions.append(expansion)
            return expansion.text

        return parse_mount(value, expanded), expansions

    def mount(
        self, value: str, mount: Mount, expansions: list[Expansion], origin: StageNode
    ) -> None:
        from_ = mount.from_ or ("scratch" if mount.type == "cache" else "")
        if from_ and not origin.dispatched and self.reachable:
            problem = "stage needs to be defined before current command"
            reason = f"cannot mount from stage {quote(from_)} to {quote(mount.target)}, {problem}"
            raise DockerfileError(reason)
        if mount.type in ("secret", "ssh"):
            return
        self.verify_target(mount.target)
        path = self.mounted_path(value, mount, expansions)
        if not from_:
            self.state.context_paths.add(path.path)
            self.state.uses_context |= mount.type != "tmpfs"
        else:
            origin.root.own_paths.add(path.path)
            if mount.type != "tmpfs":
                self.state.uses.add(origin)
        if mount.type == "cache" and not mount.from_:
            return
        self.out.sources.append(
            Source(
                "RUN",
                self.line,
                self.end_line,
                self.state.index,
                self.reachable,
                (value,),
                (path,),
                mount.target,
                origin_of(origin) if from_ else None,
                mount.type,
                onbuild=self.onbuild,
                flags=self.step.command.instruction.flags,
            )
        )

    def mounted_path(self, value: str, mount: Mount, expansions: list[Expansion]) -> SourcePath:
        path = clean_join("/", mount.source)
        unset = tuple(dict.fromkeys(name for expansion in expansions for name in expansion.unset))
        found = {name: None for expansion in expansions for name in expansion.found}
        empty = tuple(name for name in found if not self.state.env.get(name)) + unset
        widens: Widening | None = None
        if path == "/":
            widens = "explicit" if mount.source else "mount-without-source"
            if re.search(r"(?:^|,)(?:source|src)=[^,]*\$", value, re.IGNORECASE) and empty:
                widens = "empty-variable"
            elif mount.type == "tmpfs":
                widens = "tmpfs-mount"
        return SourcePath(value, mount.source, path, "local", unset, empty, widens)

    def verify_target(self, target: str) -> None:
        if not target.startswith("/"):
            if self.state.workdir is None:
                base = self.state.root.base_text
                unknown = Unknown("base-workdir", base, self.line, self.state.index)
                self.out.unknowns[unknown] = None
                return
            target = clean_join(clean_join("/", self.state.workdir), target)
        if target == "/":
            reason = f"invalid mount target {quote(target)}"
            raise DockerfileError(reason)


def origin_of(state: StageNode) -> Origin:
    """Return what an instruction or FROM that names ``state`` takes from."""
    if state.block is not None:
        return Origin("stage", state.name or str(state.index), state.index)
    return base_of(state)


def base_of(state: StageNode) -> Origin:
    """Return what ``state`` itself is built on."""
    if state.replaced_by is not None:
        return Origin("context", state.replaced_by)
    if state.base is not None:
        return Origin("stage", state.base_text, state.base.index)
    if state.is_scratch:
        return Origin("scratch", "scratch")
    if state.context is not None:
        return Origin("context", state.context)
    return Origin("image", state.base_text)


def _shell_text(args: tuple[str, ...], heredocs: tuple[Heredoc, ...]) -> str:
    """Return what the shell runs. Source: convert.go dispatchRun"""
    text = " ".join(args)
    if not heredocs:
        return text
    if as_heredoc(text) is not None:
        return heredocs[0].text
    return "".join((text, *(f"\n{heredoc.content}{heredoc.name}" for heredoc in heredocs)))


def _verify_mode(mode: str) -> None:
    if not mode:
        return
    number = parse_uint(mode, 8)
    if number is not None and number <= 0o7777:
        return
    if number is not None or not _SYMBOLIC_MODE.fullmatch(mode):
        problem = "it should be octal string and between 0 and 07777"
        reason = f"invalid chmod parameter: '{mode}'. {problem}"
        raise DockerfileError(reason)


def _verify_sources(keyword: str, paths: list[SourcePath], checksum: str) -> None:
    if checksum and len(paths) != 1:
        reason = "checksum can't be specified for multiple sources"
        raise DockerfileError(reason)
    if checksum and paths[0].kind == "local":
        reason = "checksum requires HTTP(S) or Git sources"
        raise DockerfileError(reason)
    for path in paths:
        if keyword == "COPY" and path.kind != "local":
            what = "a git ref" if path.kind == "git" else "a URL"
            reason = f"source can't be {what} for COPY"
            raise DockerfileError(reason)
