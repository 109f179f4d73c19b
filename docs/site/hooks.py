"""What MkDocs asks while it builds the site: the pages that are written from elsewhere, and where links lead."""

from __future__ import annotations

import re
from typing import Any

import gallery
import pages
from mkdocs.structure.files import File, Files


def on_config(config: Any) -> Any:
    """Add the formulas to the contents, a family each."""
    formulas = next(section["Formulas"] for section in config.nav if "Formulas" in section)
    formulas += [{family: paths} for family, paths in pages.families().items()]
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages that are written here."""
    for path, content in (pages.written() | gallery.written()).items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Name the files of the project that a page points to, where they are not on the site."""
    if "/" in page.file.src_uri:
        return markdown
    return re.sub(r"\[[^\]]*\]\(\.\./([^)]*)\)", r"`\1`", markdown)
