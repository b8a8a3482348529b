"""The schemas as they stand in ``docs``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from scripts.schemas.configuration import CONFIGURATION
from scripts.schemas.reports import REPORTS
from scripts.schemas.shapes import DRAFT, Schema

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = DOCS / "schemas"
CONFIGURATION_PAGE = DOCS / "configuration.md"
_KEYS = re.compile(r"(?<=<!-- keys -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)


def schema_texts() -> dict[str, str]:
    """Return the schemas by the names of their files."""
    schemas: dict[str, Schema] = {"configuration.json": CONFIGURATION}
    for name, report in REPORTS.items():
        schemas[f"{name}.json"] = {"title": f"ctxopt {name.replace('-', ' --')}", **report}
    return {
        name: json.dumps({"$schema": DRAFT, **schema}, indent=1) + "\n"
        for name, schema in schemas.items()
    }


def with_keys(page: str) -> str:
    """Return the page about the configuration with the table of all keys as it is now."""
    rows = ["| key | meaning |", "| --- | --- |"]
    for key, schema in CONFIGURATION["properties"].items():
        rows.append(f"| `{key}` | {schema['description']} |")
    return _KEYS.sub("".join(f"{row}\n" for row in rows), page)
