"""Write ``ctxopt/evidence/data/catalog.json`` from the TOML files beside it: ``python -m scripts.catalog_twin``.

The program reads the twin, since it is read ten times as fast. A test holds the two in step.
"""

from __future__ import annotations

import json
import os
import tomllib

import ctxopt.evidence
from ctxopt.evidence.catalog import TWIN, CatalogEntry, Stack

DATA = os.path.join(os.path.dirname(ctxopt.evidence.__file__), "data")

# What a TOML key is called in Python, where the key is a reserved word there.
_FIELDS = {"except": "except_names"}


def render_twin() -> str:
    """Return what the twin has to hold: the tables of the TOML files as rows, in the order of the fields."""
    entries = ",\n".join(_rows("catalog.toml", "entry", CatalogEntry))
    stacks = ",\n".join(_rows("stacks.toml", "stack", Stack))
    return f'{{"entries":[\n{entries}\n],\n"stacks":[\n{stacks}\n]}}\n'


def _rows(file_name: str, key: str, kind: type[CatalogEntry | Stack]) -> list[str]:
    with open(os.path.join(DATA, file_name), "rb") as file:
        tables = tomllib.load(file)[key]
    rows = []
    for table in tables:
        fields = {_FIELDS.get(name, name): value for name, value in table.items()}
        rows.append(json.dumps(kind(**fields), ensure_ascii=False, separators=(",", ":")))
    return rows


def main() -> None:
    """Write the twin."""
    with open(os.path.join(DATA, TWIN), "w", encoding="utf-8") as file:
        file.write(render_twin())


if __name__ == "__main__":
    main()
