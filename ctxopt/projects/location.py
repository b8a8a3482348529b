"""Where contexts and Dockerfiles are: local or remote, relative to which folder."""

from __future__ import annotations

import os
import re

# What a path can be instead of a path. A local one that looks like this is shown with ``./`` before it.
REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|service:|target:|git@|github\.com/")


def is_remote(place: str) -> bool:
    """Tell whether a context is a URL, or another build."""
    return REMOTE.match(place) is not None


def local_path(place: str, folder: str, home: str | None) -> str:
    """Return a context as Compose resolves it: remote ones stay, ``~`` is ``home``, the rest is in ``folder``.

    Source: CG ``paths/context.go``.
    """
    if "://" in place or place.startswith(("service:", "github.com/", "git@")):
        return place
    if place.startswith("~") and home is not None:
        place = home + "/" + place[1:]
    return os.path.normpath(os.path.join(folder, place))


def without_login(url: str) -> str:
    """Return a URL without the password or token in it: reports end in logs that others read."""
    return re.sub(r"\b((?:https?|ssh|git)://)(?!git@)[^/@\s]+@", r"\1***@", url)


def shown_path(place: str, root: str) -> str:
    """Return a path relative to ``root``, absolute where it leaves it; what is remote stays, but for its login."""
    if not os.path.isabs(place):
        return without_login(place)
    if place != root and not place.startswith(root.rstrip("/") + "/"):
        return place
    inside = os.path.relpath(place, root)
    return "./" + inside if is_remote(inside) else inside


def dockerfile_path(dockerfile: str, context: str) -> str:
    """Return a Dockerfile's path: relative to the context, inside of a remote one as it is named."""
    if is_remote(dockerfile) or is_remote(context):
        return dockerfile
    return os.path.normpath(os.path.join(context, dockerfile))
