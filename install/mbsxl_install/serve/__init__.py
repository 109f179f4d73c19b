"""The local page: templates whose inputs one types into, and the formulas, in a browser on this machine."""
