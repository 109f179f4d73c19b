"""The functions whose calls are made ready in ways of their own, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mbsxl_udfs.sheet.calling import Refused

if TYPE_CHECKING:
    from mbsxl_udfs.sheet.compiler import Compiler
    from mbsxl_udfs.sheet.grammar import Node
    from mbsxl_udfs.sheet.meaning import Code, Context

Form = Callable[["Compiler", "list[Node]", "Context"], "Code"]
FORMS: dict[str, Form] = {}


def form(*names: str, least: int, most: int | None = None) -> Callable[[Form], Form]:
    """Declare how the call of a function is made ready, and how many arguments it takes."""

    def declared(ready: Form) -> Form:
        def checked(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
            if len(arguments) < least or (most is not None and len(arguments) > most):
                raise Refused(f"{names[0]} cannot be given {len(arguments)} arguments")
            return ready(compiler, arguments, context)

        FORMS.update(dict.fromkeys(names, checked))
        return checked

    return declared
