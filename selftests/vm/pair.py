#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""pair.py FILE[,FILE]... [PATTERN]: run the tests of pair/FILE.py, TAP on stdout.

The guests of one file are there for the next. PATTERN is found in FILE/TEST.
"""

import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import lab  # noqa: E402


def load(name):
    path = os.path.join(HERE, "pair", name + ".py")
    spec = importlib.util.spec_from_file_location("pair_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    FILES = [os.path.basename(file).removesuffix(".py")
             for file in sys.argv[1].split(",")]
    for file in FILES:
        load(file)
    sys.exit(lab.main("+".join(FILES), sys.argv[2] if len(sys.argv) > 2 else None))
