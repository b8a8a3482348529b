"""The JSON schemas of the configuration and of the reports: ``python -m scripts.schemas`` writes them to ``docs/schemas``.

Tests hold them against what the program reads and writes.
"""

from __future__ import annotations
