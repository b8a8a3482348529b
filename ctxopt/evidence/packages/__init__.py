"""The packages of a workspace, and which of them a build does without: read only where there is a workspace.

    outside = find_outside(builds, manifests, files, named)
    outside.of_all              # packages that no build with the ignore file needs

What is to be made of them is for candidates and rules to say.
"""
