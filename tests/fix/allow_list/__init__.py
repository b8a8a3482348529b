"""Ignore files that name what is sent."""

from __future__ import annotations
