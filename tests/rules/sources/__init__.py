"""Rules about the sources of instructions, a file each."""

from __future__ import annotations
