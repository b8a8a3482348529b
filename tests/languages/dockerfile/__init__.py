"""Dockerfiles."""

from __future__ import annotations
