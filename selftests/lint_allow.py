#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a checker found, less what is known to be right.

    CHECKER... | lint_allow.py NAME

Reads lines "FILE:LINE: RULE: TEXT" and prints those that lint.allow does not
list for NAME. The exit status says whether there was any. What lint.allow lists
and the checker did not find is printed too: an exception outlives its reason
easily. A line of another form is a checker that did not work.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FOUND = re.compile(r'([^:\s]+):(\d+): ([\w./-]+): ')


def allowed(name):
    """{(file, rule)} of lint.allow; each needs a reason."""
    entries = set()
    with open(os.path.join(HERE, 'lint.allow'), encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            words = line.split('#')[0].split()
            if not words:
                continue
            if len(words) != 3 or not line.partition('#')[2].strip():
                sys.exit(f'lint.allow:{number}: CHECKER FILE RULE # reason')
            if words[0] == name:
                entries.add((words[1], words[2]))
    return entries


def main():
    """Filters standard input."""
    name = sys.argv[1]
    unused = allowed(name)
    entries = frozenset(unused)
    bad = False
    for line in sys.stdin:
        match = FOUND.match(line)
        entry = (match[1], match[3]) if match else None
        unused.discard(entry)
        if entry not in entries:
            print(line, end='')
            bad = True
    for file, rule in sorted(unused):
        print(f'selftests/lint.allow: {name} finds no {rule} in {file}')
        bad = True
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
