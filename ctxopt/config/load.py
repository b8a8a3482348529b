"""The configuration in force: command line over environment over file over the defaults in ``Config``.

Every value remembers where it was set. Rule ids and formats are checked against what the caller
knows of them; what the keys hold is the business of ``keys``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ctxopt.builder import BuilderName
from ctxopt.config.file import ConfigFile, find_config_file, read_config_file
from ctxopt.config.keys import (
    CONTEXT,
    KEYS,
    LIMITS,
    BudgetView,
    ValueReader,
    describe,
    unknown,
)
from ctxopt.config.selection import Selection
from ctxopt.errors import ConfigError
from ctxopt.severity import Severity
from ctxopt.units import format_size

MB: Final = 10**6
DEFAULT: Final = "default"

_PATHS = ("dockerfile", "ignorefile", "baseline", "path")
"""The keys that name files or folders."""

_FLAGS = {"build-args": "--build-arg", "dockerfile": "--file"}


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The budget of one context; None where there is no such limit."""

    max_size: int | None = None
    """Bytes."""
    max_files: int | None = None
    min_size: int | None = None
    """Bytes; a context below it has lost something."""
    min_files: int | None = None
    max_growth: int | None = None
    """Parts per million of the baseline."""
    growth_floor: int = MB
    """Bytes that a context may grow whatever the share."""
    max_rebuilds: int | None = None
    """Commits that made steps run again for nothing that the build reads."""
    origins: Mapping[str, str] = field(default_factory=_nothing, compare=False)

    def origin(self, key: str) -> str:
        """Say where ``key`` was set: ``set in ctxopt.toml``, ``set by --max-size``, ``default``."""
        return self.origins.get(key, DEFAULT)


class ContextBudget(NamedTuple):
    """One ``[[context]]``: limits of the top level apply where it sets none of its own."""

    name: str
    """What to call it: the path as the file has it, and what tells this build of it from others."""
    path: str
    """The path from the working directory; empty until it is known where a service is built from."""
    view: BudgetView = "permitted"
    limits: Limits = Limits()
    dockerfile: str | None = None
    """From the working directory; where the limits are about one build of several."""
    target: str | None = None
    builder: BuilderName | None = None
    """None for that of the whole configuration."""
    service: str | None = None
    """A service of Compose, which says all of that itself."""

    @property
    def place(self) -> str:
        """What has figures of its own: the context, or one build of it."""
        if self.service is not None:
            return f"service {self.service}"
        told = [os.path.normpath(self.path)]
        if self.dockerfile is not None:
            told.append(os.path.normpath(self.dockerfile))
        told += [part for part in (self.target, self.builder) if part is not None]
        return "\0".join(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every value that can be configured."""

    dockerfile: str | None = None
    """From the working directory."""
    target: str | None = None
    builder: BuilderName = "buildkit"
    builders: tuple[BuilderName, ...] = ()
    """Those for which a fix has to hold; none for Docker's two."""
    ignorefile: str | None = None
    """Podman's, from the working directory."""
    build_args: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    format: str = "text"
    select: tuple[str, ...] | None = None
    """Rule ids; None for all rules."""
    ignore: tuple[str, ...] = ()
    """Rule ids."""
    fail_on: Severity | None = None
    """None for never."""
    severity: Mapping[str, Severity] = field(default_factory=_nothing, hash=False)
    """By rule id."""
    keep: tuple[str, ...] = ()
    """Patterns of an ignore file; what they match is never proposed."""
    large_file: int = 5 * MB
    """Bytes."""
    noise_floor: int = MB // 10
    """Bytes; savings below it are not worth a line."""
    bandwidth: int = 100 * MB
    """Bits per second."""
    baseline: str | None = None
    """The file of known findings, from the working directory."""
    limits: Limits = Limits()
    contexts: tuple[ContextBudget, ...] = ()
    file: str | None = None
    """The configuration file that was read."""
    origins: Mapping[str, str] = field(default_factory=_nothing, compare=False)

    @property
    def selection(self) -> Selection:
        """Which rules run, and how bad their findings count."""
        return Selection(self.select or (), self.ignore, self.severity)

    def origin(self, key: str) -> str:
        """Say where ``key`` was set: ``set in ctxopt.toml``, ``set by --max-size``, ``default``."""
        return self.origins.get(key, DEFAULT)

    def is_set(self, key: str) -> bool:
        """Tell whether ``key`` was given a value, be it the default."""
        return key in self.origins


class _Source(NamedTuple):
    """Values of one origin, still as they were written."""

    values: Mapping[str, Any]
    origin: Callable[[str], str]
    place: Callable[[str], str]
    folder: str = ""
    """Where relative paths start; empty for the working directory."""

    def read(self, readers: Mapping[str, ValueReader]) -> dict[str, Any]:
        """Read what is set; raises ConfigError with the place."""
        found = {}
        for key, value in self.values.items():
            try:
                found[key] = readers[key](value)
            except ConfigError as error:
                raise ConfigError(f"{self.place(key)}: {error.message}", hint=error.hint) from error
            if key in _PATHS:
                found[key] = os.path.join(self.folder, found[key])
        return found


def load_config(
    root: str = ".",
    *,
    config_file: str | None = None,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the configuration for the context root ``root``.

    ``config_file`` (else CTXOPT_CONFIG) is read instead of what is at the root. ``overrides`` are
    the command line's values by key, as a file would write them; None means not given. Raises
    ConfigError.
    """
    if environ is None:
        environ = os.environ
    file = _read_file(root, config_file or environ.get("CTXOPT_CONFIG"))
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    values, origins = _merge(
        _file_source(file),
        _Source(_environment(environ), _set_by(_variable), _variable),
        _Source(given, _set_by(_flag), _flag),
    )
    limits = _limits(values, origins)
    contexts: tuple[ContextBudget, ...] = ()
    path = None
    if file is not None:
        contexts = _contexts(file, limits, given)
        path = file.path
    plain = {key: value for key, value in values.items() if key not in LIMITS}
    return Config(
        **_fields(plain),
        limits=limits,
        contexts=contexts,
        file=path,
        origins=MappingProxyType(origins),
    )


def _read_file(root: str, named: str | None) -> ConfigFile | None:
    if named:
        return read_config_file(named)
    return find_config_file(root)


def _merge(*sources: _Source) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values by key and where each was set; a later source outranks an earlier one."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for source in sources:
        for key, value in source.read(KEYS).items():
            if isinstance(value, dict):
                value = MappingProxyType(value)
            # An option adds one argument: it does not take away what the file has.
            if key == "build-args":
                value = MappingProxyType({**values.get(key, {}), **value})
            values[key] = value
            origins[key] = source.origin(key)
    return values, origins


def check_rules(config: Config, known: Collection[str]) -> None:
    """Raise ConfigError for a rule id in ``config`` that is not among ``known``."""
    for key, ids in (
        ("select", config.select or ()),
        ("ignore", config.ignore),
        ("severity", tuple(config.severity)),
    ):
        for rule in ids:
            if rule not in known:
                raise unknown("rule", rule, known, f"{key} ({config.origin(key)})")


def check_format(config: Config, known: Collection[str]) -> None:
    """Raise ConfigError for a format that is not among ``known``."""
    if config.format not in known:
        raise unknown("format", config.format, known, f"format ({config.origin('format')})")


def _file_source(file: ConfigFile | None) -> _Source:
    if file is None:
        return _Source({}, str, str)
    if "tool" in file.table:
        raise ConfigError(
            f"{file.place('tool')}: unknown key 'tool'", hint="this file needs no [tool.ctxopt]"
        )
    _refuse_unknown(file, file.table, {*KEYS, "context"})
    values = {key: value for key, value in file.table.items() if key != "context"}
    return _table_source(file, values)


def _table_source(file: ConfigFile, values: Mapping[str, Any]) -> _Source:
    return _Source(values, _set_in(file), lambda key: f"{file.place(key)}: {key}", file.folder)


def _refuse_unknown(file: ConfigFile, table: Mapping[str, Any], known: Collection[str]) -> None:
    for key in table:
        if key not in known:
            raise unknown("key", key, known, file.place(key))


def _contexts(
    file: ConfigFile, general: Limits, given: Mapping[str, object]
) -> tuple[ContextBudget, ...]:
    tables = file.table.get("context", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(
            f"{file.place('context')}: context: expected an array of tables, found {describe(tables)}",
            hint="write [[context]]",
        )
    found: dict[tuple[str, str], ContextBudget] = {}
    for table in tables:
        context = _context(file, table, general, given)
        # Two limits on the same view of the same context: which of them holds would be chance.
        if found.setdefault((context.place, context.view), context) is not context:
            what = f"the path {context.name!r}"
            if context.service is not None:
                what = f"the service {context.service!r}"
            raise ConfigError(
                f"{file.path}: two [[context]] with {what} and the view {context.view!r}"
            )
    return tuple(found.values())


def _context(
    file: ConfigFile, table: Mapping[str, Any], general: Limits, given: Mapping[str, object]
) -> ContextBudget:
    """Read one ``[[context]]`` of the file; ``given`` are the command line's values."""
    _refuse_unknown(file, table, CONTEXT)
    own = _table_source(file, table).read(CONTEXT)
    service = own.get("service")
    given_too = [key for key in ("path", "dockerfile", "target") if key in own]
    if service is None and "path" not in own:
        raise ConfigError(f"{file.place('context')}: a [[context]] without a path")
    if service is not None and given_too:
        raise ConfigError(
            f"{file.place('context')}: a [[context]] with a service and {given_too[0]}: Compose says both",
            hint="leave one of them out",
        )
    # The command line outranks the file, also where the file is more specific.
    limits = {key: own[key] for key in LIMITS if key in own and key not in given}
    values = {key: getattr(general, _field(key)) for key in LIMITS} | limits
    origins = {**general.origins, **dict.fromkeys(limits, _set_in(file)(""))}
    return ContextBudget(
        name=_context_name(table),
        path=own.get("path", ""),
        view=own.get("view", "permitted"),
        limits=_limits(values, origins),
        dockerfile=own.get("dockerfile"),
        target=own.get("target"),
        builder=own.get("builder"),
        service=service,
    )


def _context_name(table: Mapping[str, Any]) -> str:
    told = [table[key] for key in ("dockerfile", "target", "builder") if key in table]
    name: str = table.get("service") or table["path"]
    if told:
        name += f" ({', '.join(told)})"
    return name


def _limits(values: Mapping[str, Any], origins: Mapping[str, str]) -> Limits:
    set_here = {key: values[key] for key in LIMITS if key in values}
    where = {key: origin for key, origin in origins.items() if key in LIMITS}
    limits = Limits(**_fields(set_here), origins=MappingProxyType(where))
    for unit, low, high, show in (
        ("size", limits.min_size, limits.max_size, format_size),
        ("files", limits.min_files, limits.max_files, str),
    ):
        if low is not None and high is not None and low > high:
            raise ConfigError(
                f"min-{unit} {show(low)} ({limits.origin(f'min-{unit}')}) is more than"
                f" max-{unit} {show(high)} ({limits.origin(f'max-{unit}')})"
            )
    return limits


def _environment(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    if environ.get("CTXOPT_FORMAT"):
        values["format"] = environ["CTXOPT_FORMAT"]
    return values


def _variable(key: str) -> str:
    return f"CTXOPT_{key.upper()}"


def _flag(key: str) -> str:
    return _FLAGS.get(key, f"--{key}")


def _set_by(name: Callable[[str], str]) -> Callable[[str], str]:
    return lambda key: f"set by {name(key)}"


def _set_in(file: ConfigFile) -> Callable[[str], str]:
    return lambda _: f"set in {file.name}"


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_field(key): value for key, value in values.items()}


def _field(key: str) -> str:
    return key.replace("-", "_")
