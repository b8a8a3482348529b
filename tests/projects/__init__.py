"""The files that declare builds."""

from __future__ import annotations
