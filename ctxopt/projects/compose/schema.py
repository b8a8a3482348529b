"""Which keys and types Compose accepts, as far as they decide about builds; the first mistake ends the project.

Names and types are those of compose-spec's schema at compose-go 2.9. Unknown keys are refused at every level that
is described here, but for ``x-``; what is not described passes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.values import Fields, Timestamp, line_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOP = _words("version name include services models networks volumes secrets configs")
SERVICE = _words("""annotations attach build blkio_config cap_add cap_drop cgroup cgroup_parent command configs container_name
    cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec
    depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file
    environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation
    label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models
    network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged
    profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt shm_size
    stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts
    volumes volumes_from working_dir""")
BUILD = _words("""additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts
    isolation labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh
    tags target ulimits""")
DEPLOY = _words("mode endpoint_mode replicas labels rollback_config update_config resources restart_policy placement")  # fmt: skip
HEALTHCHECK = _words("disable interval retries test timeout start_period start_interval")
LOGGING = frozenset(("driver", "options"))
DEVELOP = frozenset(("watch",))
SECRET = _words("name environment file external labels driver driver_opts template_driver content")
NETWORK = _words(
    "name driver driver_opts ipam external internal enable_ipv4 enable_ipv6 attachable labels"
)
VOLUME = frozenset(("name", "driver", "driver_opts", "external", "labels"))

_SERVICE_NAME = re.compile(r"[a-zA-Z0-9._-]+\Z")
_CONTAINER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+\Z")
_PULL_POLICY = re.compile(
    r"(always|never|build|if_not_present|missing|refresh|daily|weekly|every_(\d+[wdhms])+)\Z"
)
_SECRET_SOURCES = ("file", "environment", "external", "driver", "content", "template_driver")
_CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
_WATCH_ACTIONS = ("rebuild", "sync", "restart", "sync+restart", "sync+exec")
# Lists whose items are texts.
_TEXT_LISTS = ("profiles", "cap_add", "cap_drop", "security_opt", "links")
_STRINGS = ("image", "container_name", "platform", "pull_policy", "hostname", "user", "working_dir", "network_mode", "restart")  # fmt: skip
_LISTS = ("profiles", "ports", "volumes", "cap_add", "cap_drop", "devices", "expose", "links", "security_opt")  # fmt: skip
_BUILD_STRINGS = ("context", "dockerfile", "dockerfile_inline", "target", "network", "isolation")
_BUILD_LISTS = ("cache_from", "cache_to", "platforms", "tags", "entitlements", "secrets")
_NESTED = {"deploy": DEPLOY, "healthcheck": HEALTHCHECK, "logging": LOGGING, "develop": DEVELOP}
_SECTIONS = {"secrets": SECRET, "configs": SECRET, "networks": NETWORK, "volumes": VOLUME}


def check_model(model: Fields, path: str) -> None:
    """Raise ProjectError, in ``path`` with the line, where Compose's schema refuses the model."""
    _Checker(path).model(model)


class _Checker:
    def __init__(self, path: str) -> None:
        self.path = path

    def model(self, model: Fields) -> None:
        self.keys(model, TOP, "")
        self.string(model, "name", "")
        for section in ("services", *_SECTIONS):
            self.mapping(model, section, "")
        # Services first: the other sections are there for them.
        for name, service in self.items(model, "services"):
            at = f"services.{name}"
            line = _line_in(model, "services", name)
            if not _SERVICE_NAME.match(name):
                raise self.refuse(f"services additional properties {name!r} not allowed", line)
            if not isinstance(service, Fields):
                raise self.refuse(f"{at} must be a mapping", line)
            self.service(service, at)
        for section, known in _SECTIONS.items():
            for name, item in self.items(model, section):
                if isinstance(item, Fields):
                    self.keys(item, known, f"{section}.{name}")
                    if section == "secrets" and not set(item) & set(_SECRET_SOURCES):
                        reason = f"secrets.{name}: one of file|environment must be set"
                        raise self.refuse(reason, item.line)
                elif item is not None:
                    line = _line_in(model, section, name)
                    raise self.refuse(f"{section}.{name} must be a mapping", line)

    def service(self, service: Fields, at: str) -> None:
        self.keys(service, SERVICE, at)
        # What a value may be is checked before what it means.
        for key in _STRINGS:
            self.string(service, key, at)
        for key in _LISTS:
            self.array(service, key, at)
        for key, known in _NESTED.items():
            if service.get(key) is not None:
                self.mapping(service, key, at)
                self.keys(service[key], known, f"{at}.{key}")
        for name in ("depends_on", "environment", "labels", "networks"):
            self.either(service, name, at)
        for key in _TEXT_LISTS:
            self.texts(service, key, at)
        for key in ("environment", "labels"):
            self.plain(service, key, at)
        for key in ("command", "entrypoint"):
            if isinstance(service.get(key), Fields):
                raise self.refuse(f"{at}.{key} must be a string", service.line_of(key))
        self.patterns(service, at)
        self.dependencies(service, at)
        self.mounts(service, at)
        self.watches(service, at)
        self.hosts(service, at)
        if "build" in service:
            build = service["build"]
            if isinstance(build, Fields):
                self.build(build, f"{at}.build")
            elif not isinstance(build, str):
                raise self.refuse(f"{at}.build must be a string", service.line_of("build"))

    def build(self, build: Fields, at: str) -> None:
        self.keys(build, BUILD, at)
        for key in _BUILD_STRINGS:
            self.string(build, key, at)
        for key in _BUILD_LISTS:
            self.array(build, key, at)
        for key in ("args", "additional_contexts", "labels"):
            self.either(build, key, at)
        self.scalars(build, "args", at)
        self.plain(build, "labels", at)
        for key in ("tags", "cache_from", "cache_to", "platforms", "entitlements"):
            self.texts(build, key, at)
        self.contexts(build, at)

    def keys(self, fields: Fields, known: frozenset[str], at: str) -> None:
        for key in fields:
            if key not in known and not key.startswith("x-"):
                from difflib import get_close_matches

                near = get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]}?" if near else None
                raise ProjectError(
                    f"{at} additional properties {key!r} not allowed".lstrip(),
                    path=self.path,
                    line=fields.line_of(key),
                    hint=hint,
                )

    def items(self, model: Fields, section: str) -> list[tuple[str, Any]]:
        return list((model.get(section) or {}).items())

    def string(self, fields: Fields, key: str, at: str) -> None:
        wanted: Callable[[Any], bool] = lambda value: isinstance(value, str)  # noqa: E731
        self.typed(fields, key, at, "string", wanted)

    def array(self, fields: Fields, key: str, at: str) -> None:
        self.typed(fields, key, at, "array", lambda value: isinstance(value, list))

    def mapping(self, fields: Fields, key: str, at: str) -> None:
        self.typed(fields, key, at, "mapping", lambda value: isinstance(value, Fields))

    def either(self, fields: Fields, key: str, at: str) -> None:
        self.typed(fields, key, at, "mapping", lambda value: isinstance(value, Fields | list))

    def scalars(self, fields: Fields, key: str, at: str) -> None:
        value: Any = fields.get(key)
        if isinstance(value, list):
            for place, item in enumerate(value):
                if not isinstance(item, str) or isinstance(item, Timestamp):
                    kind = type(item).__name__
                    line = line_of(item) or fields.line_of(key)
                    raise self.refuse(f"{at}.{key}.[{place}]: unexpected type {kind}", line)
            return
        for name, item in (value or {}).items():
            if isinstance(item, Timestamp):
                reason = f"{at}.{key}.{name} invalid jsonType time.Time"
                raise self.refuse(reason, line_of(item))
            if isinstance(item, list | Fields):
                raise self.refuse(f"{at}.{key}.{name} must be a string", value.line_of(name))

    def patterns(self, service: Fields, at: str) -> None:
        for key, pattern in (("container_name", _CONTAINER_NAME), ("pull_policy", _PULL_POLICY)):
            value = service.get(key)
            if isinstance(value, str) and not pattern.match(value):
                reason = f"{at}.{key} {str(value)!r} does not match pattern"
                raise self.refuse(reason, service.line_of(key))

    def dependencies(self, service: Fields, at: str) -> None:
        value = service.get("depends_on")
        for name, options in _entries(value):
            where = f"{at}.depends_on.{name}"
            if isinstance(options, Fields) and options.get("condition") not in _CONDITIONS:
                raise self.refuse(f"{where}.condition must be one of {', '.join(_CONDITIONS)}", options.line)  # fmt: skip

    def mounts(self, service: Fields, at: str) -> None:
        for key in ("ports", "volumes"):
            for place, item in enumerate(service.get(key) or ()):
                if isinstance(item, Fields) and not item.get("target"):
                    raise self.refuse(f"{at}.{key}.[{place}] is missing a target", item.line)

    def hosts(self, fields: Fields, at: str) -> None:
        """Refuse a host without a name, which a variable that is not set leaves."""
        for item in _listed(fields.get("extra_hosts")):
            if isinstance(item, str) and item.startswith((":", "=")):
                reason = f"{at}.extra_hosts: {str(item)!r} names no host"
                raise self.refuse(reason, line_of(item) or fields.line_of("extra_hosts"))

    def watches(self, service: Fields, at: str) -> None:
        develop = service.get("develop")
        watches = develop.get("watch") if isinstance(develop, Fields) else None
        for place, item in enumerate(_listed(watches)):
            if isinstance(item, Fields) and item.get("action") not in _WATCH_ACTIONS:
                raise self.refuse(f"{at}.develop.watch.{place} has no valid action", item.line)

    def contexts(self, build: Fields, at: str) -> None:
        value: Any = build.get("additional_contexts")
        for name, place in _entries(value):
            if not isinstance(place, str):
                raise self.refuse(f"{at}.additional_contexts.{name} must be a string", value.line_of(name))  # fmt: skip
        for item in _listed(value):
            if not isinstance(item, str) or "=" not in item:
                reason = f"{at}.additional_contexts: invalid value {item}, expected key=value"
                raise self.refuse(reason, line_of(item) or build.line_of("additional_contexts"))

    def texts(self, fields: Fields, key: str, at: str) -> None:
        """Refuse an item of a list that is no text."""
        value = fields.get(key)
        for place, item in enumerate(_listed(value)):
            if not isinstance(item, str):
                reason = f"{at}.{key}.[{place}]: unexpected type {type(item).__name__}"
                raise self.refuse(reason, line_of(item) or fields.line_of(key))

    def plain(self, fields: Fields, key: str, at: str) -> None:
        """Refuse a value of a map that is a list or a map itself."""
        value: Any = fields.get(key)
        for name, item in _entries(value):
            if isinstance(item, list | Fields):
                raise self.refuse(f"{at}.{key}.{name} must be a string", value.line_of(name))

    def typed(
        self, fields: Fields, key: str, at: str, kind: str, accepts: Callable[[Any], bool]
    ) -> None:
        if key in fields and not accepts(fields[key]):
            name = f"{at}.{key}".lstrip(".")
            article = "an" if kind == "array" else "a"
            raise self.refuse(f"{name} must be {article} {kind}", fields.line_of(key))

    def refuse(self, reason: str, line: int | None) -> ProjectError:
        return ProjectError(reason, path=self.path, line=line)


def _entries(value: Any) -> list[tuple[str, Any]]:
    """The keys and values of a map; none of anything else."""
    return list(value.items()) if isinstance(value, Fields) else []


def _listed(value: Any) -> list[Any]:
    """The items of a list; none of anything else."""
    return value if isinstance(value, list) else []


def _line_in(model: Fields, section: str, name: str) -> int | None:
    found = model[section]
    return found.line_of(name) if isinstance(found, Fields) else None
