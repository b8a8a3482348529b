"""Functions of Go."""

from __future__ import annotations
