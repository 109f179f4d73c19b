"""References to tables mean the cells that Excel says they mean, whatever the names of tables and columns."""

from __future__ import annotations

import pytest

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.tables import Table, without_tables

ODD = ["Face (mm)", "WAC#", "Bank's rate", "Fee [bp]", "Price,\nclean", "a:b", "@risk", "12"]
POOLS = Table("Pools", "Bob's", Area.parse("B2:I6"), ODD, has_header=True, has_totals=True)
BARE = Table("Bare", "S", Area.parse("A1:B3"), ["Column1", "Column2"], has_header=False, has_totals=False)

# Source of the forms: ECMA-376 part 1, 18.17.2 (structure references), and Microsoft's "Using structured references".
MEANT = {
    "Pools": "$B$3:$I$5",
    "Pools[]": "$B$3:$I$5",
    "POOLS[#All]": "$B$2:$I$6",
    "Pools[#Data]": "$B$3:$I$5",
    "Pools[#Headers]": "$B$2:$I$2",
    "Pools[#Totals]": "$B$6:$I$6",
    "Pools[Face (mm)]": "$B$3:$B$5",
    "Pools[FACE (MM)]": "$B$3:$B$5",
    "Pools[WAC'#]": "$C$3:$C$5",
    "Pools[Bank''s rate]": "$D$3:$D$5",
    "Pools[Fee '[bp']]": "$E$3:$E$5",
    "Pools[Price,\nclean]": "$F$3:$F$5",
    "Pools[[Price,\nclean]]": "$F$3:$F$5",
    "Pools[[a:b]]": "$G$3:$G$5",
    "Pools['@risk]": "$H$3:$H$5",
    "Pools[12]": "$I$3:$I$5",
    "Pools[[WAC'#]:[Fee '[bp']]]": "$C$3:$E$5",
    "Pools[[#Headers],[Face (mm)]]": "$B$2",
    "Pools[[#Headers],[#Data],[Face (mm)]]": "$B$2:$B$5",
    "Pools[[#Data],[#Totals],[WAC'#]:[Bank''s rate]]": "$C$3:$D$6",
    "Pools[ [#All], [Face (mm)] ]": "$B$2:$B$6",
    "Pools[[#This Row],[Face (mm)]]": "$B4",
    "Pools[[#This Row],[Face (mm)]:[WAC'#]]": "$B4:$C4",
    "Pools[[#This Row],12]": "$I4",
    "Pools[#This Row]": "$B4:$I4",
    "Pools[@]": "$B4:$I4",
    "Pools[@12]": "$I4",
    "Pools[@[Fee '[bp']]]": "$E4",
    "Pools[@[Face (mm)]:[WAC'#]]": "$B4:$C4",
    "[@[Bank''s rate]]": "$D4",
    "[[#This Row],[WAC'#]]": "$C4",
    "[12]": "$I$3:$I$5",
}


@pytest.mark.parametrize("form", MEANT)
def test_the_cells_that_are_meant(form: str) -> None:
    meant = f"'Bob''s'!{MEANT[form]}"
    for formula in ("{}", "SUM({})", "IF({}>1,{},0)", '"Pools[12]"&{}', "'[1]Pools'!A1+{}", "{},Pools2"):
        spelt = without_tables(formula.replace("{}", form), "Bob's", (4, 3), [BARE, POOLS])
        assert spelt == formula.replace("{}", meant)


@pytest.mark.parametrize("form", ["Pools[[#This Row],[12]]", "Pools[@]", "Bare[#Headers]", "Bare[[#Totals],[Column1]]"])
def test_what_is_not_there_is_no_reference(form: str) -> None:
    assert without_tables(f"SUM({form})", "S", (1, 1), [POOLS, BARE]) == "SUM(#REF!)"
    assert without_tables(f"SUM({form})", "Bob's", (6, 2), [POOLS, BARE]) == "SUM(#REF!)"


@pytest.mark.parametrize(
    "formula",
    [
        "Pools[Gone]",
        "Others[Face (mm)]",
        "Pools(1)",
        "Pools!A1",
        "My.Pools+1",
        "[1]Sheet!A1",
        "[2]!MBS_YIELD(1)",
        "'[3]Pools'!A1",
        "Pools[",
        "Pools[[#This Row",
        '"Pools[12]"',
    ],
)
def test_what_names_no_table_stays(formula: str) -> None:
    assert without_tables(formula, "S", (40, 1), [POOLS, BARE]) == formula
