"""Rules about paths, a file each."""

from __future__ import annotations
