"""Bake files."""

from __future__ import annotations
