"""Compose files."""

from __future__ import annotations
