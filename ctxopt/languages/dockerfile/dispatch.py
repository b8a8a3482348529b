"""A stage's instructions in order: variables set and expanded, sources and RUN steps recorded.

Source: moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go dispatch, convert_copy.go, convert_runmount.go
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.heredocs import as_heredoc
from ctxopt.languages.dockerfile.instructions import Assign, Copy, Other, Run
from ctxopt.languages.dockerfile.model import RunStep, Source, SourcePath, Unknown, Workdir
from ctxopt.languages.dockerfile.modes import verify_mode
from ctxopt.languages.dockerfile.mounts import Mount, parse_mount
from ctxopt.languages.dockerfile.origins import origin_of
from ctxopt.languages.dockerfile.ports import verify_port
from ctxopt.languages.dockerfile.remotes import is_http, kind_of
from ctxopt.languages.dockerfile.signals import verify_signal
from ctxopt.languages.dockerfile.variables import DEFAULT_PATH, Env
from ctxopt.languages.dockerfile.words import Expansion, expand
from ctxopt.languages.golang.strings import clean_join, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctxopt.languages.dockerfile.heredocs import Heredoc
    from ctxopt.languages.dockerfile.model import Widening
    from ctxopt.languages.dockerfile.stage_graph import StageNode, StageStep


# These build arguments steer the builder; they never become variables.
_NOT_VARIABLES = frozenset({"BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
_VARIABLE_SOURCE = r"(?i)(?:^|,)(?:source|src)=[^,]*\$"


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
        self.workdirs: list[Workdir] = []
        self.unknowns: dict[Unknown, None] = {}

    def run(self, state: StageNode, *, reachable: bool) -> None:
        """Run ``state``'s instructions; raises DockerfileError with the line, but only where it is ``reachable``."""
        state.dispatched = True
        if state.base is not None:
            state.env = Env(state.base.env)
            state.workdir = state.base.workdir
            state.here = state.base.here
        elif state.is_scratch:
            state.env.set("PATH", DEFAULT_PATH)
            state.workdir = "/"
        else:
            # The image may have its own of both, which only a registry could tell.
            state.env.set("PATH", DEFAULT_PATH, ("PATH",))
            state.workdir = None
        for step in state.steps:
            stage = _StageRun(self, state, step, reachable=reachable)
            try:
                stage.dispatch()
            except DockerfileError as error:
                if reachable:
                    raise DockerfileError(error.reason, line=stage.blamed_line) from None
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
        self.line = (step.onbuild or step.command).instruction.line
        self.onbuild: int | None = None
        self.blamed_line: int | None = self.line
        if step.onbuild:
            # A trigger is fine where it is written; it fails in the stage that inherits it.
            self.onbuild = self.blamed_line = state.line

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
        escape = self.out.escape
        # BuildKit reads a here-document with a lexer of its own, whatever the directive says.
        if not quotes:
            escape = "\\"
        return expand(word, self.state.env.get, escape=escape, quotes=quotes)

    def unknown_in(self, expansion: Expansion) -> tuple[str, ...]:
        """Return the variables of a base image that the text may depend on."""
        names = [other for name in expansion.found for other in self.state.env.unknown(name)]
        # What is unset here may be set by the image, but by nothing where there is none.
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
        expansions = [self.expand(word) for word in command.words]
        # What the base image may set is in none of Docker's files, so nothing can be said of its value.
        known = [found.text for found in expansions if not self.unknown_in(found)]
        if keyword == "WORKDIR":
            self.state.enter(expansions[0].text, is_known=not self.unknown_in(expansions[0]))
            if (made := self.state.workdir) is not None:
                self.out.workdirs.append(Workdir(self.line, self.state.index, made, self.onbuild))
        elif keyword == "STOPSIGNAL":
            for word in known:
                verify_signal(word)
        elif keyword == "EXPOSE":
            for word in known:
                verify_port(word)
        elif keyword == "VOLUME" and "" in known:
            reason = "VOLUME specified can not be an empty string"
            raise DockerfileError(reason)

    def copy(self, command: Copy) -> None:
        flags = command.flags
        # BuildKit expands all of it, so a broken substitution fails also where its value is not needed.
        self.expand(flags.text("chown"))
        mode = self.expand(flags.text("chmod"))
        checksum = self.expand(flags.text("checksum")).text
        paths = [self.source_path(word, command) for word in command.sources]
        dest = self.expand(command.dest)
        for heredoc in command.heredocs:
            if heredoc.expand:
                self.expand(heredoc.text, quotes=False)
        node = self.copied_node(command)
        if not self.unknown_in(mode):
            verify_mode(mode.text)
        _verify_sources(command.is_add, paths, checksum)
        self.need(node, paths)
        self.out.sources.append(
            Source(
                instruction=command.instruction_name,
                line=self.line,
                stage=self.state.index,
                reachable=self.reachable,
                raw=command.sources,
                paths=tuple(paths),
                dest=dest.text,
                from_=origin_of(node),
                exclude=flags.lists.get("exclude", ()),
                parents=flags.switches.get("parents", False),
                heredocs=tuple(heredoc.name for heredoc in command.heredocs),
                onbuild=self.onbuild,
                flags=command.instruction.flags,
                workdir=self.state.here,
                dest_root=self.state.workdir,
                vague_dest=bool(self.unknown_in(dest)),
            )
        )

    def copied_node(self, command: Copy) -> StageNode | None:
        """Return what ``--from`` names, None for the context; raises DockerfileError for a later stage."""
        if not self.step.sources:
            return None
        node = self.step.sources[0]
        if not node.dispatched and self.reachable:
            problem = f"it needs to be defined before current stage {quote(self.state.shown)}"
            reason = f"cannot copy from stage {quote(command.from_)}, {problem}"
            raise DockerfileError(reason)
        return node

    def source_path(self, word: str, command: Copy) -> SourcePath:
        expansion = self.expand_source(word)
        text = expansion.text
        empty = self.empty_in(expansion.found) + expansion.unset
        path = clean_join("/", text)
        # Only ADD leaves http sources out of the context; a git source without http asks for a path of that name.
        if command.is_add and is_http(text):
            path = ""
        widens: Widening | None = None
        if path == "/":
            widens = "explicit"
            # ``$A/$B`` with both empty; ``./$A`` with more than dots in it was meant.
            if empty and not text.strip("/."):
                widens = "empty-variable"
        return SourcePath(
            raw=word,
            text=text,
            path=path,
            kind=kind_of(text),
            unset=expansion.unset,
            empty=empty,
            widens=widens,
            vague=bool(self.unknown_in(expansion)),
        )

    def empty_in(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if not self.state.env.get(name))

    def need(self, node: StageNode | None, paths: list[SourcePath]) -> None:
        wanted = {path.path for path in paths if path.path}
        local = any(path.kind == "local" for path in paths)
        if node is None:
            self.state.context_paths |= wanted
            self.state.uses_context |= local
        else:
            node.root.own_paths |= wanted
            if local:
                self.state.uses.add(node)

    def run(self, command: Run) -> None:
        instruction = command.instruction
        # A command may read any of the files it finds, so all of what the stage starts from is needed.
        self.state.root.own_paths.add("/")
        for value, node in zip(command.mounts, self.step.sources, strict=True):
            mount, expansions = self.read_mount(value)
            self.mount(value, mount, expansions, node)
        self.out.runs.append(
            RunStep(
                line=self.line,
                stage=self.state.index,
                reachable=self.reachable,
                shell=_shell_text(instruction.args, instruction.heredocs),
                args=instruction.args,
                is_json=instruction.is_json,
                heredocs=instruction.heredocs,
                onbuild=self.onbuild,
                workdir=self.state.here,
            )
        )

    def read_mount(self, value: str) -> tuple[Mount, list[Expansion]]:
        expansions: list[Expansion] = []

        def expanded(word: str) -> str:
            expansion = self.expand_source(word)
            expansions.append(expansion)
            return expansion.text

        return parse_mount(value, expanded), expansions

    def mount(self, value: str, mount: Mount, expansions: list[Expansion], node: StageNode) -> None:
        from_ = mount.from_
        if not from_ and mount.type == "cache":
            from_ = "scratch"
        if from_ and not node.dispatched and self.reachable:
            problem = "stage needs to be defined before current command"
            reason = f"cannot mount from stage {quote(from_)} to {quote(mount.target)}, {problem}"
            raise DockerfileError(reason)
        if mount.type in ("secret", "ssh"):
            return
        self.verify_target(mount.target)
        path = self.mounted_path(value, mount, expansions)
        self.need_mounted(mount, path.path, node, from_context=not from_)
        # An empty folder to cache in comes from nothing that could be large.
        if mount.type == "cache" and not mount.from_:
            return
        self.out.sources.append(
            Source(
                instruction="RUN",
                line=self.line,
                stage=self.state.index,
                reachable=self.reachable,
                raw=(value,),
                paths=(path,),
                dest=mount.target,
                from_=origin_of(node) if from_ else None,
                mount=mount.type,
                onbuild=self.onbuild,
                flags=self.step.command.instruction.flags,
                workdir=self.state.here,
            )
        )

    def need_mounted(self, mount: Mount, path: str, node: StageNode, *, from_context: bool) -> None:
        # A tmpfs has a source, to BuildKit, whose path is asked for and never loaded.
        is_loaded = mount.type != "tmpfs"
        if from_context:
            self.state.context_paths.add(path)
            self.state.uses_context |= is_loaded
            return
        node.root.own_paths.add(path)
        if is_loaded:
            self.state.uses.add(node)

    def mounted_path(self, value: str, mount: Mount, expansions: list[Expansion]) -> SourcePath:
        path = clean_join("/", mount.source)
        found = dict.fromkeys(name for expansion in expansions for name in expansion.found)
        unset = tuple(dict.fromkeys(name for expansion in expansions for name in expansion.unset))
        empty = self.empty_in(found) + unset
        widens: Widening | None = None
        if path == "/":
            widens = _why_all(value, mount, has_empty=bool(empty))
        return SourcePath(
            raw=value,
            text=mount.source,
            path=path,
            unset=unset,
            empty=empty,
            widens=widens,
        )

    def verify_target(self, target: str) -> None:
        if not target.startswith("/"):
            # The root would be refused, and whether this is the root depends on the image.
            if self.state.workdir is None:
                base = self.state.root.base_text
                unknown = Unknown("base-workdir", base, self.line, self.state.index)
                self.out.unknowns[unknown] = None
                return
            target = clean_join(clean_join("/", self.state.workdir), target)
        if target == "/":
            reason = f"invalid mount target {quote(target)}"
            raise DockerfileError(reason)


def _why_all(value: str, mount: Mount, *, has_empty: bool) -> Widening:
    """Say why a mount takes the whole of what it is from."""
    # Only where the variable stands in the source: an empty one elsewhere changes nothing here.
    if has_empty and re.search(_VARIABLE_SOURCE, value):
        return "empty-variable"
    if mount.type == "tmpfs":
        return "tmpfs-mount"
    return "explicit" if mount.source else "mount-without-source"


def _shell_text(args: tuple[str, ...], heredocs: tuple[Heredoc, ...]) -> str:
    """Return what the shell runs. Source: convert.go dispatchRun"""
    text = " ".join(args)
    if not heredocs:
        return text
    # ``RUN <<EOF`` alone is a script; with a command in front, the shell reads the document itself.
    if as_heredoc(text) is not None:
        return heredocs[0].text
    return "".join((text, *(f"\n{heredoc.content}{heredoc.name}" for heredoc in heredocs)))


def _verify_sources(is_add: bool, paths: list[SourcePath], checksum: str) -> None:
    if checksum and len(paths) != 1:
        reason = "checksum can't be specified for multiple sources"
        raise DockerfileError(reason)
    if checksum and paths[0].kind == "local":
        reason = "checksum requires HTTP(S) or Git sources"
        raise DockerfileError(reason)
    for path in paths:
        if is_add or path.kind == "local":
            continue
        what = "a git ref" if path.kind == "git" else "a URL"
        reason = f"source can't be {what} for COPY"
        raise DockerfileError(reason)
