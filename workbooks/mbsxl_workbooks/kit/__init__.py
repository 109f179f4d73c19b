"""What templates are laid out with: pages, named cells, tables, charts, checks, in one style."""
