"""Targets with what they inherit and what ``--set`` says, and which of them a build makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from typing import Any, NamedTuple

from ctxopt.errors import ProjectError

# Fields that are taken over as they are; the maps beside them are joined key by key.
_SCALARS = ("context", "dockerfile", "dockerfile_inline", "target")
_MAPS = ("args", "contexts")
_OVERRIDES = {
    "annotations", "args", "attest", "cache-from", "cache-to", "call", "context", "contexts", "dockerfile",
    "entitlements", "extra-hosts", "labels", "load", "network", "no-cache", "no-cache-filter", "output",
    "platform", "platforms", "policy", "pull", "push", "secret", "secrets", "shm-size", "ssh", "tags", "target",
    "ulimits",
}  # fmt: skip


class BakeTarget(NamedTuple):
    """One target as its files define it, or with what it inherits; None where a field is not set."""

    name: str
    path: str
    line: int | None
    inherits: tuple[str, ...] = ()
    context: str | None = None
    dockerfile: str | None = None
    dockerfile_inline: str | None = None
    target: str | None = None
    args: Mapping[str, str] = {}
    contexts: Mapping[str, str] = {}


_MAX_CHAIN = 100


class TargetGroup(NamedTuple):
    """What a name stands for, and where that is said."""

    members: tuple[str, ...]
    path: str
    line: int | None


class BakeConfig(NamedTuple):
    """All targets and groups by name."""

    targets: dict[str, BakeTarget]
    groups: dict[str, TargetGroup]


def join_targets(base: BakeTarget, over: BakeTarget) -> BakeTarget:
    """Return ``base`` with every field of ``over`` on top that is set; the name and place are ``over``'s."""
    fields: dict[str, Any] = {}
    for name in _SCALARS:
        value = getattr(over, name)
        fields[name] = getattr(base, name) if value is None else value
    for name in _MAPS:
        fields[name] = {**getattr(base, name), **getattr(over, name)}
    return over._replace(**fields, inherits=over.inherits or base.inherits)


class Override(NamedTuple):
    """One ``--set PATTERN.key=value``."""

    pattern: str
    key: tuple[str, ...]
    value: str | None


def read_override(text: str) -> Override:
    """Return a ``--set``; raises ProjectError where Bake refuses it."""
    head, equals, value = text.partition("=")
    head = head.removesuffix("+")
    pattern, *key = head.split(".", 2)
    if not key or key[0] not in _OVERRIDES:
        raise ProjectError(f"--set {text}: unknown key {'.'.join(key)!r}")
    if key[0] in ("args", "contexts", "labels") and len(key) != 2:
        raise ProjectError(f"--set {text}: invalid key, {key[0]} requires name")
    if not equals and key[0] != "args":
        raise ProjectError(f"--set {text}: expected a value")
    return Override(pattern, tuple(key), value if equals else None)


def check_overrides(overrides: tuple[Override, ...], config: BakeConfig) -> None:
    """Raise ProjectError where a ``--set`` is about no target."""
    for override in overrides:
        if not any(re.match(translate(override.pattern), name) for name in config.targets):
            raise ProjectError(f"could not find any target matching {override.pattern!r}")


class Resolver:
    """Answers what a build of some targets needs."""

    def __init__(
        self, config: BakeConfig, overrides: tuple[Override, ...], variables: Mapping[str, str]
    ) -> None:
        """Take all targets, what ``--set`` says, and the environment."""
        self.config = config
        self.overrides = overrides
        self.variables = variables
        self.joined: dict[str, BakeTarget] = {}
        self.cuts = 0

    def resolve(self, asked: tuple[str, ...]) -> list[BakeTarget]:
        """Return the targets of a build and those that they are linked to; raises ProjectError."""
        found: dict[str, BakeTarget] = {}
        for name in self.names(asked):
            self.add(name, found, ())
        return list(found.values())

    def resolve_target(self, name: str) -> list[BakeTarget]:
        """Return one target and those that it is linked to, whatever groups there are; raises ProjectError."""
        found: dict[str, BakeTarget] = {}
        self.add(name, found, ())
        return list(found.values())

    def names(self, asked: tuple[str, ...]) -> list[str]:
        """The targets that groups and patterns stand for."""
        found: dict[str, None] = {}
        for name in asked:
            for one in self.matching(name):
                found.update(dict.fromkeys(self.members(one, ())))
        return list(found)

    def matching(self, name: str) -> list[str]:
        if not set(name) & set("*?["):
            return [name]
        pattern = re.compile(translate(name))
        known = dict.fromkeys([*self.config.groups, *self.config.targets])
        found = [one for one in known if pattern.match(one)]
        if not found:
            raise ProjectError(f"could not find any target matching {name!r}")
        return found

    def members(self, name: str, outer: tuple[str, ...]) -> list[str]:
        """The targets of a group, or the target itself."""
        if name not in self.config.groups or name in outer:
            if name in outer and name not in self.config.targets:
                group = self.config.groups[name]
                reason = f"the group {name} is in itself"
                raise ProjectError(reason, path=group.path, line=group.line)
            return [name]
        found = []
        group = self.config.groups[name]
        for member in group.members:
            if member not in self.config.groups and member not in self.config.targets:
                reason = f"group {name}: failed to find target {member}"
                raise ProjectError(reason, path=group.path, line=group.line)
            found += self.members(member, (*outer, name))
        return found

    def add(self, name: str, found: dict[str, BakeTarget], chain: tuple[str, ...]) -> None:
        if len(chain) > _MAX_CHAIN:
            raise self.refuse(f"is linked to more than {_MAX_CHAIN} targets in a row", name)
        if name in chain:
            shown = " -> ".join([*chain, name])
            raise self.refuse(f"infinite loop of linked targets: {shown}", chain[-1])
        if name in found:
            return
        if name not in self.config.targets:
            raise self.refuse(f"failed to find target {name}", chain[-1] if chain else None)
        target = self.inherited(name, ())
        if target.context == "-" or target.dockerfile == "-":
            raise self.refuse("a context or Dockerfile from stdin is not allowed in bake", name)
        found[name] = target
        for place in target.contexts.values():
            if place.startswith("target:"):
                self.add(place.removeprefix("target:"), found, (*chain, name))

    def inherited(self, name: str, chain: tuple[str, ...]) -> BakeTarget:
        """A target over what it inherits, from left to right; a loop ends where it closes."""
        if name in self.joined:
            return self.joined[name]
        if len(chain) > _MAX_CHAIN:
            raise self.refuse(f"inherits more than {_MAX_CHAIN} targets in a row", name)
        cuts = self.cuts
        own = self.config.targets[name]
        base: BakeTarget | None = None
        for parent in own.inherits:
            if parent not in self.config.targets:
                raise self.refuse(f"failed to find target {parent}", name)
            if parent == name or parent in chain:
                self.cuts += 1
                continue
            found = self.inherited(parent, (*chain, name))
            base = found if base is None else join_targets(base, found)
        joined = own if base is None else join_targets(base, own)
        for override in self.overrides:
            if re.match(translate(override.pattern), name):
                joined = self.overridden(joined, override)
        if cuts == self.cuts:
            # Without a loop it is the same for whoever inherits it.
            self.joined[name] = joined
        return joined

    def overridden(self, target: BakeTarget, override: Override) -> BakeTarget:
        key, value = override.key, override.value
        if key[0] in _MAPS and value is None:
            # An argument without a value takes the environment's.
            value = self.variables.get(key[1])
        if value is None:
            return target
        changed: dict[str, Any] = {}
        if key[0] in _MAPS:
            changed[key[0]] = {**getattr(target, key[0]), key[1]: value}
        elif key[0] in _SCALARS:
            changed[key[0]] = value
        return target._replace(**changed)

    def refuse(self, reason: str, name: str | None) -> ProjectError:
        target = self.config.targets.get(name or "")
        if target is None:
            return ProjectError(reason)
        return ProjectError(f"target {name}: {reason}", path=target.path, line=target.line)
