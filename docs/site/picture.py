"""The picture of README: a template's first page as LibreOffice prints it. `python docs/site/picture.py` draws it anew.

What the page said when it was drawn is kept in the picture, so that a test sees when the workbook says something else.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from gallery import Held
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from mbsxl_udfs.sheet.respelling import values_only
from mbsxl_workbooks import templates

NAME = "soma_runoff"
PICTURE = Path(__file__).parents[1] / f"{NAME}.png"
_SHEET, _KEY = "Summary", "Description"
_DOTS, _SHOWN = 110, 0.79  # an inch; of the page's height, down to the sixth picture
_MARGIN, _COLORS = 8, 128


def says() -> str:
    """Return what the first page of the workbook says, a cell a line, and the titles of the charts."""
    held = Held(NAME)
    sheet = held.package.sheets[_SHEET]
    cells = [sheet.held(*place) for place in sorted(sheet.places())] + [title for title, _ in held.charts()]
    return "\n".join(f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in cells if cell is not None)


def said() -> str:
    """Return what it said when the picture was drawn."""
    with Image.open(PICTURE) as picture:
        return str(picture.info[_KEY])


def draw() -> None:
    """Draw the picture."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        workbook = folder / f"{NAME}.xlsx"
        workbook.write_bytes(values_only(templates.path_of(NAME).read_bytes()))
        printed = ("soffice", "--headless", f"-env:UserInstallation={folder.as_uri()}/own", "--convert-to", "pdf")
        subprocess.run([*printed, "--outdir", place, workbook], check=True, capture_output=True)
        one = ("pdftoppm", "-png", "-singlefile", "-r", str(_DOTS), workbook.with_suffix(".pdf"), folder / "page")
        subprocess.run(one, check=True)
        with Image.open(folder / "page.png") as page:
            whole = page.convert("RGB").crop((0, 0, page.width, int(_SHOWN * page.height)))
    left, top, right, bottom = ImageChops.invert(whole).getbbox() or (0, 0, *whole.size)
    whole = whole.crop((left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom))
    kept = PngInfo()
    kept.add_itxt(_KEY, says())
    whole.quantize(_COLORS).save(PICTURE, optimize=True, pnginfo=kept)


if __name__ == "__main__":
    draw()
