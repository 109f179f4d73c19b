"""Excel on Windows: the functions that xlwings' server calls, and the VBA that calls them, both from the catalogue.

Excel calls a VBA function of the add-in, that asks Python over COM. We write these VBA functions ourselves: those that
xlwings writes show an error as text. Values cross as they are: numbers, texts, None for a blank, rows of these for a
range, dates as serial numbers. An error crosses as a whole number, which no other value is: on the way in as the code
that COM gives it, on the way out as the number that VBA's CVErr takes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import xlwings

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Argument, Entry, arguments_of, summary
from mbsxl_udfs.formulas.publish import Formula, published
from mbsxl_udfs.formulas.reference import details, help_page
from mbsxl_udfs.sheet.cells import VALUE, Block, Cell, CellError

LONGEST_TEXT = 255  # of a description in Excel's function wizard
FORMULAS, TEXTS = "mbsxl_formulas", "mbsxl_texts"

_ERRORS = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: VALUE,
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2045: "#SPILL!",
    2050: "#CALC!",
}
_NUMBERS = {code: number for number, code in _ERRORS.items()}
_ERROR_OF_COM = -0x7FF60000  # to which COM adds the number of the error


# ------------------------------------------------------------------------------------------- what the server calls


def read(value: Any) -> Cell | Block:
    """Return what COM hands over, as a cell or, for a range or an array, as a block."""
    if not isinstance(value, tuple):
        return _cell(value)
    rows = value if value and isinstance(value[0], tuple) else (value,)
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(value: Any) -> Cell:
    if type(value) is int and value < _ERROR_OF_COM + 0x10000:
        return CellError(_ERRORS.get(value - _ERROR_OF_COM, VALUE))
    cell: Cell = float(value) if isinstance(value, Decimal) else value  # a Decimal is VBA's Currency
    return cell


def write(answer: Cell | Block) -> list[list[Any]]:
    """Return an answer as xlwings' server takes it: rows, of one cell where there is but one."""
    rows = answer if isinstance(answer, list) else [[answer]]
    return [[_value(cell) for cell in row] for row in rows]


def _value(cell: Cell) -> Any:
    if isinstance(cell, CellError):
        return _NUMBERS.get(cell.code, _NUMBERS[VALUE])
    return "" if cell is None else cell  # Excel would show a None as 0


def _served(formula: Formula) -> Callable[..., list[list[Any]]]:
    @xlwings.func
    @xlwings.arg("values", convert="raw")
    @xlwings.ret(convert="raw")
    def served(*values: Any) -> list[list[Any]]:
        return write(formula(*map(read, values)))

    return served


globals().update({name: _served(formula) for name, formula in published().items()})


# ------------------------------------------------------------------------------------------------- what calls them


def modules() -> dict[str, str]:
    """Return the VBA modules of the add-in by name: the formulas, and their texts for the function wizard."""
    entries = CATALOGUE.values()
    formulas = [_FORMULAS_HEAD.format(name=FORMULAS, server=__name__), *map(_wrapper, entries), _FORMULAS_TAIL]
    calls = "\n".join(f"    Describe_{entry.name}" for entry in entries)
    texts = [_TEXTS_HEAD.format(name=TEXTS, reference=help_page(), calls=calls), *map(_description, entries)]
    return {FORMULAS: "\n".join(formulas), TEXTS: "\n".join(texts)}


def _wrapper(entry: Entry) -> str:
    """Return the VBA function of a formula."""
    arguments = arguments_of(entry)
    head = f"Public Function {entry.name}({', '.join(map(_declared, arguments))}) As Variant\n"
    values = f"Array({', '.join(f'Given({_identifier(each)})' for each in arguments if not each.variadic)})"
    body = ""
    if arguments and arguments[-1].variadic:
        body = _OTHERS.format(values=values, count=len(arguments) - 1, others=_identifier(arguments[-1]))
        values = "values"
    return f'{head}{body}    {entry.name} = Answer("{entry.name}", {values})\nEnd Function\n'


def _declared(argument: Argument) -> str:
    if argument.variadic:
        return f"ParamArray {_identifier(argument)}() As Variant"
    return f"{'Optional ' if argument.optional else ''}{_identifier(argument)} As Variant"


def _identifier(argument: Argument) -> str:
    """Return the name of an argument in VBA, which reserves some names."""
    return f"{argument.name}_" if argument.name.lower() in _RESERVED else argument.name


def _description(entry: Entry) -> str:
    """Return the VBA procedure that tells Excel what a formula and its arguments are."""
    told = [literal(entry.name), literal(f"MBS {entry.family.value.lower()}"), literal(f"{summary(entry)}.")]
    arguments = ", _\n        ".join(literal(details(argument)) for argument in arguments_of(entry))
    if arguments:
        told.append(f"Array( _\n        {arguments})")
    return f"Private Sub Describe_{entry.name}()\n    Describe {', '.join(told[:-1])}, _\n        {told[-1]}\nEnd Sub\n"


def literal(text: str) -> str:
    """Return a text as VBA writes it: short enough for Excel, quotes doubled, other than plain letters by number."""
    quoted = textwrap.shorten(text, LONGEST_TEXT, placeholder="...").replace('"', '""')
    return '"' + re.sub("[^ -~]", lambda found: f'" & ChrW({ord(found[0])}) & "', quoted) + '"'


# The reserved identifiers of [MS-VBAL] 3.3.5.2.
_WORDS = """
abs addressof and any array as attribute boolean byref byte byval call case cbool cbyte ccur cdate cdbl cdec cint circle
clng clnglng clngptr close const csng cstr currency cvar cverr date debug decimal declare dim do doevents double each
else elseif empty end endif enum eqv erase event exit false fix for friend function get global gosub goto if imp
implements in input inputb int integer is lbound len lenb let like local lock long longlong longptr loop lset me mod new
next not nothing null on open option optional or paramarray preserve print private pset public put raiseevent redim rem
resume return rset scale seek select set sgn shared single spc static stop string sub tab then to true type typeof
ubound unlock until variant wend while with withevents write xor
"""
_RESERVED = frozenset(_WORDS.split())

_FORMULAS_HEAD = """\
Attribute VB_Name = "{name}"
' The formulas of mbsxl, written from its catalogue: change them there.
Option Explicit

Private Const SERVED_BY As String = "{server}"
Private server As Object
"""

# The arguments after the last that has a name, of which there may be any number.
_OTHERS = """\
    Dim values() As Variant, place As Long
    values = {values}
    ReDim Preserve values({count} + UBound({others}))
    For place = 0 To UBound({others})
        values({count} + place) = Given({others}(place))
    Next
"""

_FORMULAS_TAIL = """\
' Ask Python. The first call starts it, and so does the first one after it was closed.
Private Function Answer(ByVal formula As String, ByVal values As Variant) As Variant
    Dim found As Variant
    Answer = CVErr(xlErrValue)
    On Error Resume Next
    found = server.CallUDF(SERVED_BY, formula, values)
    If Err.Number <> 0 Then
        Err.Clear
        Set server = XLPy()
        If Err.Number = 0 Then found = server.CallUDF(SERVED_BY, formula, values)
    End If
    If Err.Number = 0 Then
        Answer = Shown(found)
    ElseIf formula = "MBS_WHY" Then
        Answer = Err.Description
    End If
End Function

' What a cell or a range holds. Value2 leaves a date a number and does not round money to four places, but of several
' areas it has the first alone.
Private Function Given(ByVal argument As Variant) As Variant
    If IsObject(argument) Then
        Given = CVErr(xlErrValue)
        If argument.Areas.Count = 1 Then Given = argument.Value2
    ElseIf Not IsMissing(argument) Then
        Given = argument
    End If
End Function

' An answer as Excel shows it: whole numbers are errors, numbers are Doubles.
Private Function Shown(ByVal found As Variant) As Variant
    Dim place As Long, across As Long, last As Long
    If IsArray(found) Then
        last = -1
        On Error Resume Next
        last = UBound(found, 2) ' a single row has one dimension
        On Error GoTo 0
        For place = 0 To UBound(found)
            If last < 0 Then
                If VarType(found(place)) = vbLong Then found(place) = CVErr(found(place))
            Else
                For across = 0 To last
                    If VarType(found(place, across)) = vbLong Then found(place, across) = CVErr(found(place, across))
                Next
            End If
        Next
    ElseIf VarType(found) = vbLong Then
        found = CVErr(found)
    End If
    Shown = found
End Function
"""

_TEXTS_HEAD = """\
Attribute VB_Name = "{name}"
' What the function wizard says of the formulas, written from the catalogue: change it there.
Option Explicit

' Where the reference is; on this machine where there is none on the web.
Private Const REFERENCE As String = "{reference}"

' Excel describes no function of a hidden workbook, so the add-in is shown meanwhile. Without texts the formulas work.
Public Sub Auto_Open()
    On Error Resume Next
    Application.ScreenUpdating = False
    ThisWorkbook.IsAddin = False
{calls}
    ThisWorkbook.IsAddin = True
    ThisWorkbook.Saved = True
    Application.ScreenUpdating = True
End Sub

Private Sub Describe(ByVal formula As String, ByVal family As String, ByVal text As String, _
        Optional ByVal arguments As Variant)
    Dim called As String
    called = "'" & ThisWorkbook.Name & "'!" & formula
    On Error Resume Next
    Application.MacroOptions Macro:=called, Description:=text, Category:=family, _
        HelpContextID:=0, HelpFile:=ReferencePage() & "#" & LCase$(formula), ArgumentDescriptions:=arguments
    If Err.Number <> 0 Then ' an Excel that takes no page for help
        Application.MacroOptions Macro:=called, Description:=text, Category:=family, ArgumentDescriptions:=arguments
    End If
End Sub

Private Function ReferencePage() As String
    ReferencePage = REFERENCE
    If REFERENCE = "" Then
        ReferencePage = "file:///" & Replace(Environ$("USERPROFILE"), "\", "/") & "/.mbsxl/functions.html"
    End If
End Function
"""
