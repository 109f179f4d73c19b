"""Drives LibreOffice over UNO, by lines of JSON; run by a Python that has `uno`, given the port to reach it at."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


class Driver:
    """A running LibreOffice with at most one document open. Its public methods are the questions it answers."""

    def __init__(self, port: str) -> None:
        import uno

        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        url = f"uno:socket,host=127.0.0.1,port={port};urp;StarOffice.ComponentContext"
        deadline = time.monotonic() + 30
        while True:
            try:
                self._context = resolver.resolve(url)
                break
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self._desktop = self._service("com.sun.star.frame.Desktop")
        self._document: Any = None

    def _service(self, name: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)

    def open(self, path: str) -> None:
        """Open a document, out of sight, in place of the one that was open."""
        from com.sun.star.beans import PropertyValue

        if self._document is not None:
            self._document.close(True)
        hidden = PropertyValue(Name="Hidden", Value=True)
        self._document = self._desktop.loadComponentFromURL(_url(path), "_blank", 0, (hidden,))

    def save(self, path: str, kind: str = "Calc MS Excel 2007 XML") -> None:
        """Save the document as a workbook, or in another format."""
        from com.sun.star.beans import PropertyValue

        self._document.storeToURL(_url(path), (PropertyValue(Name="FilterName", Value=kind),))

    def calculate(self) -> float:
        """Recalculate every formula; return the seconds that took."""
        start = time.perf_counter()
        self._document.calculateAll()
        return time.perf_counter() - start

    def sheets(self) -> dict[str, list[list[Any]]]:
        """Return the values of all sheets; an error is its number in a list."""
        return {
            name: self._values(self._document.Sheets.getByName(name)) for name in self._document.Sheets.ElementNames
        }

    def _values(self, sheet: Any) -> list[list[Any]]:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        values = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()
        return [
            [
                [sheet.getCellByPosition(column, row).getError()] if value is None else value
                for column, value in enumerate(line)
            ]
            for row, line in enumerate(values)
        ]

    def _named(self, name: str) -> Any:
        return self._document.NamedRanges.getByName(name).getReferredCells().getCellByPosition(0, 0)

    def get(self, name: str) -> Any:
        """Return what a named cell shows."""
        return self._named(name).String

    def set(self, name: str, text: str) -> None:
        """Type a text or a number into a named cell."""
        self._named(name).setFormula(text)

    def type(self, cell: str, formula: str) -> str:
        """Type a formula into a cell of the first sheet; return what it shows."""
        found = self._document.Sheets.getByIndex(0).getCellRangeByName(cell)
        found.setFormula(formula)
        return found.String

    def wizard(self) -> dict[str, Any]:
        """Return what the function wizard says of our functions: the text, and names and texts of the arguments."""
        descriptions = self._service("com.sun.star.sheet.FunctionDescriptions")
        told = {}
        for place in range(descriptions.Count):
            found = {each.Name: each.Value for each in descriptions.getByIndex(place)}
            if found["Name"].startswith("MBS_"):
                arguments = [[each.Name, each.Description] for each in found["Arguments"] or ()]
                told[found["Name"]] = [found["Description"], arguments]
        return told

    def quit(self) -> None:
        """End LibreOffice."""
        self._desktop.terminate()


def _url(path: str) -> str:
    import uno

    return path if path.startswith("private:") else uno.systemPathToFileUrl(path)


def main() -> None:
    """Answer the questions on standard input."""
    driver = Driver(sys.argv[1])
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            answer = {"answer": getattr(driver, name)(*arguments)}
        except Exception as failure:
            answer = {"failure": repr(failure)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
