"""Only test modules are collected: what else stands here is run by them, in processes of its own."""

from pathlib import Path

collect_ignore = [path.name for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")]
