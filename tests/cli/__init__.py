"""The whole program, command by command."""

from __future__ import annotations
