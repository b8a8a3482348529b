"""Rules, and what becomes of their findings."""

from __future__ import annotations
