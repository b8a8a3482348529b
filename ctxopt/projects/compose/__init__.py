"""Compose files, as ``docker compose`` reads them: compose-go 2.9.

    request = ComposeRequest(cwd="/src/shop", variables={})
    model = load_model(find_project(request), request)   # all files merged, with the place of each value
    active_services(model.fields, profiles=("dev",))     # those that would be built

What Compose refuses is refused, with the file and the line.
"""

from __future__ import annotations
