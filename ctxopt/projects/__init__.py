"""The builds that a repository declares, read without Docker.

    request = ComposeRequest(cwd="/src/shop", profiles=("dev",), variables=variables)
    for build in read_compose(request):        # what `docker compose build` would build there
        build.context, build.dockerfile        # absolute paths, or a URL
    read_bake(BakeRequest(cwd="/src/shop", targets=("app",), variables=variables)).builds

Files are read as their tools read them, and refused where these refuse them, with the line. Nothing is measured here.
"""

from __future__ import annotations
