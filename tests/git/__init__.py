"""Repositories and their states."""

from __future__ import annotations
