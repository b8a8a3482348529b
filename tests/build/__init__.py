"""One build: its Dockerfile and its ignore file."""

from __future__ import annotations
