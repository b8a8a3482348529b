"""Rules about the lines of ignore files, a file each."""

from __future__ import annotations
