"""The version of the program, as it stands in manifests."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def tool_version() -> str:
    """Return « clspd-docs 0.1.0 »."""
    try:
        return f"clspd-docs {version('clspd-docs')}"
    except PackageNotFoundError:  # run from the source tree without an installation
        return "clspd-docs (source)"
