"""How Docker reads text."""

from __future__ import annotations
