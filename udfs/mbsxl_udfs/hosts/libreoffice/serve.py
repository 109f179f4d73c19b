"""`python -m mbsxl_udfs.hosts.libreoffice.serve`: the formulas for a program whose own Python has no numpy.

A question is a line of JSON on standard input, ``["smm", ["6 CPR"]]``; its answer is a line on standard output. The
process ends with its input, so that it never outlives the program that started it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import BinaryIO

from mbsxl_udfs.hosts.libreoffice.adapter import answer


def serve(questions: Iterable[bytes], answers: BinaryIO) -> None:
    """Answer questions in their order until there are no more."""
    for question in questions:
        function, values = json.loads(question)
        answers.write(json.dumps(answer(function, values)).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        answers, sys.stdout, sys.stderr = sys.stdout.buffer, nowhere, nowhere  # what a library may print is no answer
        serve(sys.stdin.buffer, answers)
