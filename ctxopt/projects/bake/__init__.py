"""Bake files, as ``docker buildx bake`` reads them: buildx 0.29 and HCL 2.14.

    bodies = find_files(BakeRequest(cwd="/src/shop", variables={})).bodies
    config, problems = read_targets(BakeScope(bodies, {}))   # groups and targets, evaluated

What Bake refuses is refused, with the file and the line.
"""

from __future__ import annotations
