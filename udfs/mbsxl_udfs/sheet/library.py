"""The functions that the embedded engine, formualizer, computes for us, each asked in a workbook of its own.

It is given values, never references: a cell for each single value, a range for each block. So what a function makes
of its arguments is the engine's, and what formulas, references and arrays mean is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import formualizer

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.calling import FUNCTIONS, Function, Refused, block, function
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.operators import Value
from mbsxl_udfs.sheet.references import Reference
from mbsxl_udfs.sheet.values import from_engine, kind_of

_RESULT = "MBSXL.RESULT"
_ROW = 1  # of the arguments
_FORMULAS = 5_000  # the column of the formulas

# The functions asked of the engine, by the kinds of their parameters (see `calling`).
LIBRARY = {
    "v": """
        ACOS ACOSH ACOT ACOTH ADDRESS ARABIC ASIN ASINH ATAN ATAN2 ATANH BASE BETA.DIST BETA.INV BETADIST
        BETAINV BIN2DEC BIN2HEX BIN2OCT BINOM.DIST BINOM.DIST.RANGE BINOM.INV BINOMDIST BITAND BITLSHIFT BITOR
        BITRSHIFT BITXOR CHAR CHIDIST CHIINV CHISQ.DIST CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CLEAN CODE COMBIN
        COMBINA CONFIDENCE CONFIDENCE.NORM CONFIDENCE.T COS COSH COT COTH CRITBINOM CSC CSCH DDB DEC2BIN
        DEC2HEX DEC2OCT DECIMAL DEGREES DELTA DOLLAR DOLLARFR EFFECT ERF ERF.PRECISE ERFC ERFC.PRECISE EXACT
        EXPON.DIST EXPONDIST F.DIST F.DIST.RT F.INV F.INV.RT FACT FACTDOUBLE FDIST FIND FINV FISHER FISHERINV
        FIXED GAMMA.DIST GAMMA.INV GAMMADIST GAMMAINV GAMMALN GAMMALN.PRECISE GAUSS GESTEP HEX2BIN HEX2DEC
        HEX2OCT HYPGEOM.DIST HYPGEOMDIST ISOWEEKNUM ISPMT LOGINV LOGNORM.DIST LOGNORM.INV LOGNORMDIST
        NEGBINOM.DIST NEGBINOMDIST NOMINAL NORM.DIST NORM.INV NORM.S.DIST NORM.S.INV NORMDIST NORMINV
        NORMSDIST NORMSINV NUMBERVALUE OCT2BIN OCT2DEC OCT2HEX PDURATION PERMUT PHI POISSON POISSON.DIST
        RADIANS REPT RRI SEARCH SEC SECH SIN SINH SLN SQRTPI STANDARDIZE SUBSTITUTE SYD T.DIST T.DIST.2T
        T.DIST.RT T.INV T.INV.2T TAN TANH TBILLEQ TBILLPRICE TBILLYIELD TDIST TINV TRIM UNICHAR UNICODE
        WEEKNUM WEIBULL WEIBULL.DIST
    """,
    "r": "AVEDEV DEVSQ FREQUENCY GEOMEAN HARMEAN KURT MODE MODE.MULT MODE.SNGL MULTINOMIAL SKEW SKEW.P",
    "a": """
        CHISQ.TEST CHITEST CORREL COVAR COVARIANCE.P COVARIANCE.S F.TEST FTEST INTERCEPT PEARSON RSQ SLOPE STEYX
    """,
    "aav": "LINEST LOGEST T.TEST TTEST",
    "aaav": "GROWTH TREND",
    "rv": "PERCENTILE.EXC QUARTILE.EXC TRIMMEAN",
    "rvv": "PERCENTRANK PERCENTRANK.EXC PERCENTRANK.INC Z.TEST ZTEST",
    "vaa": "FORECAST FORECAST.LINEAR",
    "vvvr": "SERIESSUM",
}


@cache
def _scratch() -> _Scratch:
    return _Scratch()


class _Scratch:
    """A workbook that the engine computes single functions in."""

    def __init__(self) -> None:
        evaluation = formualizer.EvaluationConfig()
        evaluation.enable_parallel = False  # threads would only wait for one another, for Python's lock
        self._workbook = formualizer.Workbook(config=formualizer.WorkbookConfig(eval_config=evaluation))
        self._workbook.set_temporal_egress("serial")
        self._seen: list[Any] = []
        self._workbook.register_function(_RESULT, self._seen.append)
        self._sheets: dict[tuple[str, int], str] = {}
        self._workbook.add_sheet("blocks")

    def single(self, name: str, cells: tuple[Cell, ...]) -> Value:
        """Return a function of single values."""
        title = self._sheets.get((name, len(cells)))
        if title is None:
            title = self._sheets[name, len(cells)] = f"{name} {len(cells)}"
            self._workbook.add_sheet(title)
            references = ",".join(str(Area(_ROW, place, _ROW, place)) for place in range(1, len(cells) + 1))
            self._workbook.set_formula(title, _ROW, _FORMULAS, f"={name}({references})")
        for place, cell in enumerate(cells, start=1):
            self._workbook.set_value(title, _ROW, place, _given(cell))
        return from_engine(self._workbook.evaluate_cell(title, _ROW, _FORMULAS))

    def blocks(self, name: str, values: list[Block]) -> Value:
        """Return a function of blocks, as a block or a cell."""
        column, references = 1, []
        for value in values:
            area = Area.of(_ROW, column, value)
            self._workbook.set_values_batch("blocks", _ROW, column, [[_given(cell) for cell in line] for line in value])
            references.append(str(area))
            column = area.last_column + 1
        self._seen.clear()
        self._workbook.set_formula("blocks", _ROW, _FORMULAS, f"={_RESULT}({name}({','.join(references)}))")
        failed = self._workbook.evaluate_cell("blocks", _ROW, _FORMULAS)
        result = self._seen[-1] if self._seen else failed
        return (
            [[from_engine(cell) for cell in line] for line in result]
            if isinstance(result, list)
            else from_engine(result)
        )


def _given(cell: Cell) -> Any:
    if isinstance(cell, CellError):
        return formualizer.LiteralValue.error(kind_of(cell), cell.message)
    return cell


def engine_function(name: str) -> Callable[..., Value]:
    """Return a function of the engine as a function of values."""
    return partial(_asked, name)


def _asked(name: str, *values: Value) -> Value:
    if any(isinstance(value, list | Reference) for value in values):
        return _scratch().blocks(
            name, [value.used() if isinstance(value, Reference) else block(value) for value in values]
        )
    return _scratch().single(name, values)


for _kinds, _names in LIBRARY.items():
    for _name in _names.split():
        assert _name not in FUNCTIONS, _name
        FUNCTIONS[_name] = Function(engine_function(_name), _kinds)


@function("CONVERT", kinds="v")
def _convert(amount: Cell, given: Cell, wanted: Cell) -> Value:
    found = _asked("CONVERT", amount, given, wanted)
    if isinstance(found, CellError) and found.code == "#N/A":  # of units that the engine does not know, too
        raise Refused(f"CONVERT from {given} to {wanted} is not computed by the embedded engine")
    return found


@function("ROMAN", kinds="v")
def _roman(amount: Cell, form: Cell = None) -> Value:
    if form not in (None, 0.0, 4.0, True, False):
        raise Refused("ROMAN in a shorter form than the classic one is not computed by the embedded engine")
    return _asked("ROMAN", amount) if form is None else _asked("ROMAN", amount, form)
