"""Write the schemas, and the table of the keys into ``docs/configuration.md``."""

from __future__ import annotations

from scripts.schemas.files import CONFIGURATION_PAGE, FOLDER, schema_texts, with_keys

FOLDER.mkdir(exist_ok=True)
for name, text in schema_texts().items():
    (FOLDER / name).write_text(text, "utf-8")
CONFIGURATION_PAGE.write_text(with_keys(CONFIGURATION_PAGE.read_text("utf-8")), "utf-8")
