"""The gallery of the templates: what each asks and answers, and its first pictures, from its built workbook."""

from __future__ import annotations

from mbsxl_udfs.sheet.addresses import Area, parted
from mbsxl_udfs.sheet.cells import Block
from mbsxl_udfs.sheet.charts import Drawn, charts
from mbsxl_udfs.sheet.package import Package
from mbsxl_workbooks import pictures, templates

_PICTURES = 2  # of each template


def written() -> dict[str, str | bytes]:
    """Return the page and its pictures, by their paths on the site."""
    lines = [
        "# The templates",
        "",
        "Workbooks whose values are in their cells. `mbsxl template NAME` copies one to keep, `mbsxl review NAME`",
        "[recalculates it](review.md) with other inputs, with no spreadsheet program.",
    ]
    found: dict[str, str | bytes] = {}
    for name in templates.NAMES:
        held = Held(name)
        module = templates.template(name)
        lines += ["", f"## {module.TITLE}", "", f"*{module.QUESTION}*", ""]
        lines += [f"**{held.named('answer')}** {held.named('dated')}.", "", '<div class="pictures" markdown>', ""]
        for place, (title, chart) in enumerate(held.charts()[:_PICTURES]):
            path = f"pictures/{name}_{place}.svg"
            found[path] = pictures.draw(chart, held.block)
            lines.append(f"![{title}]({path})")
        lines += ["", "</div>", "", "```", f"mbsxl template {name}", "```"]
    return found | {"templates.md": "\n".join(lines) + "\n"}


class Held:
    """The values that a built workbook holds in its cells, and its charts."""

    def __init__(self, name: str) -> None:
        self.package = Package(templates.path_of(name).read_bytes(), name)

    def block(self, reference: str) -> Block:
        """Return the values of a range."""
        title, text = parted(reference)
        area = Area.parse(text)
        columns = range(area.column, area.last_column + 1)
        sheet = self.package.sheets[title]
        return [[sheet.held(row, column) for column in columns] for row in range(area.row, area.last_row + 1)]

    def charts(self) -> list[tuple[str, Drawn]]:
        """Return the charts with their titles."""
        return [(pictures.spoken(chart, self.block).title, chart) for chart in charts(self.package)]

    def named(self, name: str) -> str:
        """Return what a named cell says."""
        (text,) = (each.text for each in self.package.names if each.name == name)
        return str(self.block(text)[0][0])
