"""How Docker reads text: Go's functions, ignore files, Dockerfiles. Pure.

    file = parse_ignore_file(b"**/node_modules\\n", ".dockerignore")
    build = resolve(parse(b"FROM scratch\\nCOPY . .\\n", path="Dockerfile"))
    clean("a/../b")             # "b", as Go's path.Clean

Pure: text in, frozen values out.
"""

from __future__ import annotations
