"""What tests share: trees, repositories, projects, recordings, terminals; no test is in here."""

from __future__ import annotations
