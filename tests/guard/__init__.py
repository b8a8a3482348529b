"""Limits and growth, over states of git."""

from __future__ import annotations
