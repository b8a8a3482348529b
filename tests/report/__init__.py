"""Reports of results that are given."""

from __future__ import annotations
