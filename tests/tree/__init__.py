"""The context, read once."""

from __future__ import annotations
