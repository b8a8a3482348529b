"""Measure Docker build contexts exactly, and keep them small."""

from __future__ import annotations

__version__ = "0.1.0"
