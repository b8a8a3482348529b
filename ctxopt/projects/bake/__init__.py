"""Bake files, as ``docker buildx bake`` reads them: buildx 0.29 and HCL 2.14.

    files = find_files(BakeRequest(cwd="/src/shop", variables={}))
    config, problems = read_targets(BakeScope(list(files.bodies), {}))   # groups and targets, evaluated

What Bake refuses is refused, with the file and the line.
"""

from __future__ import annotations
