"""What MkDocs asks while it builds the site: the pages that are written from elsewhere, and where links lead."""

from __future__ import annotations

import re
from typing import Any

import figures
import gallery
import pages
from mkdocs.structure.files import File, Files

from mbsxl_udfs.formulas.reference import ADDRESS


def on_config(config: Any) -> Any:
    """Say where the site is to be, and add the formulas to the contents, a family each."""
    config.site_url = ADDRESS or None
    formulas = next(section["Formulas"] for section in config.nav if "Formulas" in section)
    formulas += [{family: paths} for family, paths in pages.families().items()]
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages that are written here."""
    for path, content in (pages.written() | gallery.written() | figures.written()).items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Lead to the pages that are elsewhere on the site than in the project, and name the files that are not on it."""
    if "/" in page.file.src_uri:
        return markdown
    if page.file.src_uri == "functions.md":
        markdown = _FORMULA.sub(lambda found: f"### {pages.linked(found[1])}", markdown)
    for name, path in pages.MOVED.items():
        markdown = markdown.replace(f"](../{name}", f"]({path}")
    return re.sub(r"\[[^\]]*\]\(\.\./([^)]*)\)", r"`\1`", markdown.replace("](site/", "]("))


_FORMULA = re.compile(r"^### (MBS_\w+)$", re.MULTILINE)
