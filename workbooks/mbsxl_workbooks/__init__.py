"""The template workbooks: what each asks, how it is laid out, built and reviewed."""
