"""`python -m mbsxl_workbooks.templates` builds them all."""

from mbsxl_workbooks.templates import main

main()
