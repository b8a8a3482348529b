"""Bake files, as ``docker buildx bake`` reads them: buildx 0.29 and HCL 2.14."""

from __future__ import annotations
