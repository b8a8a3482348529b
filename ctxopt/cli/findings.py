"""From a measured context to its findings, known ones apart."""

from __future__ import annotations


def describe_gone(path: str, number: int) -> str:
    """Say that entries of a baseline can go."""
    what = f"{number} entries of {path} are" if number > 1 else f"1 entry of {path} is"
    return f"{what} gone: ctxopt check --write-baseline takes them out"
