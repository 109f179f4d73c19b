"""`python -m mbsxl_install` is the `mbsxl` command."""

from mbsxl_install.command import main

if __name__ == "__main__":
    main()
