"""Compose files, as ``docker compose`` reads them: compose-go 2.9."""

from __future__ import annotations
