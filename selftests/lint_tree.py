#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rules about the tree that no other tool knows.

    git ls-files -z | lint_tree.py TOP

Who may include what, licence tags, words that have no place. Prints one line
per violation; the exit status says whether there was any.
"""
import os
import re
import sys

# The pure core is compiled for userspace too, and must stay what it is.
PURE = {
    'proto': {'proto.h'},
    'auth': {'auth.h', 'proto.h'},
    'fsm': {'fsm.h'},
    'pace': {'pace.h'},
    'balance': {'balance.h', 'auth.h', 'fsm.h'},
}
PURE_SYSTEM = {
    'linux/types.h', 'linux/bits.h', 'linux/string.h', 'linux/time64.h',
    'linux/unaligned.h', 'linux/if_carp.h', 'crypto/sha1.h', 'crypto/utils.h',
}
TEST_SYSTEM = {
    'kunit/test.h', 'linux/kernel.h', 'linux/string.h', 'linux/types.h',
}
TEST_LOCAL = {
    '../proto.h', '../auth.h', '../fsm.h', '../pace.h', '../balance.h',
    'balance_share.h',
}

# Headers that are included everywhere or are no unit's.
SHARED = {'carp', 'arp', 'mark'}
# The rings of design.rst, from the outer to the inner, and what crosses them.
RINGS = ('entry', 'objects', 'pure')
OUTWARD = {('port', 'frame')}

# Whatever that table says: unit: units whose header it must not include, why.
FORBIDDEN = {
    'tx': ({'vhost', 'rx', 'port', 'device'},
           'tx returns an errno and does not know who asked'),
    'rx': ({'device', 'netlink', 'port'},
           'rx hands over an advertisement and knows no configuration'),
    'vhost': ({'rx', 'port', 'device', 'netlink', 'addr'},
              'vhost is called and calls tx, it does not look up'),
    'enact': ({'tx', 'vhost'},
              'enact runs with the lock held, what sends must not'),
    'device': ({'netlink'}, 'netlink knows the device, not the reverse'),
    'port': ({'device', 'netlink'}, 'a port does not know what is above'),
}
# unit: the only ones that may include its header, itself excepted.
ONLY_FOR = {
    'netlink': {'main'},
    'main': set(),
}
# unit: all it may include of ours.
ONLY = {
    'stats': {'stats.h', 'carp.h'},
}

SPDX = re.compile(r'SPDX-License-Identifier: GPL-2\.0-only')
TAGGED = re.compile(r'\.([ch]|sh|py|[1-9]|lds)$|(^|/)(Makefile|Kbuild)$')
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>]+>|"[^"]+")', re.M)
# Written so that this file does not contain them.
PATHS = re.compile(r'(?<![\w.])/(wor[k]|hom[e])/|\.\./share[d]')


def without_comments(text):
    """The same lines, with nothing in the place of comments."""
    return COMMENT.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)


def includes(text):
    """(line, '<' or '"', name) of each include."""
    for match in INCLUDE.finditer(text):
        line = text.count('\n', 0, match.start()) + 1
        yield line, match.group(1)[0], match.group(1)[1:-1]


def unit_of(path):
    """The unit a file of carp/ belongs to: carp/tx.c and carp/tx.h: tx."""
    return os.path.splitext(os.path.basename(path))[0]


def check_pure(path, unit, text):
    """A pure file includes what is on the list and no more."""
    for line, kind, name in includes(text):
        allowed = PURE_SYSTEM if kind == '<' else PURE[unit]
        if name not in allowed:
            yield f'{path}:{line}: {unit} is pure, must not include {name}'


def check_test(path, text):
    """A KUnit suite sees the pure core only."""
    for line, kind, name in includes(text):
        allowed = TEST_SYSTEM if kind == '<' else TEST_LOCAL
        if name not in allowed:
            yield f'{path}:{line}: a test must not include {name}'


def check_edges(path, unit, text):
    """Edges that the design rules out one by one."""
    for line, kind, name in includes(text):
        if kind == '<':
            continue
        other = unit_of(name)
        forbidden, why = FORBIDDEN.get(unit, (set(), ''))
        if other in forbidden:
            yield f'{path}:{line}: {unit} must not include {name}: {why}'
        if other != unit and unit not in ONLY_FOR.get(other, {unit}):
            yield f'{path}:{line}: {name} is not for {unit}'
        if name not in ONLY.get(unit, {name}):
            yield f'{path}:{line}: {unit} must not include {name}'


def read_design(top):
    """({unit: ring number}, {unit: units it includes}) as design.rst says."""
    with open(os.path.join(top, 'Documentation/design.rst')) as file:
        text = file.read()
    rings = {}
    for number, ring in enumerate(RINGS):
        match = re.search(rf'^    {ring}  +(\w.*)$', text, re.M)
        rings.update((unit, number) for unit in match[1].split())
    table = {}
    block = text.split('Who includes whom', 1)[1].split('\n\n')[1]
    for line in block.split('\n'):
        units, _, others = line.partition(' -> ')
        for unit in units.replace(',', ' ').split():
            table[unit] = set(others.replace('(pure)', '').replace(
                ',', ' ').split())
    return rings, table


def check_design(top, sources):
    """Who includes whom is what design.rst says, no more and no less."""
    rings, table = read_design(top)
    found = {}
    for path, text in sources.items():
        unit = unit_of(path)
        if unit in SHARED:
            continue
        if unit not in rings:
            yield f'{path}: {unit} is in none of the rings of design.rst'
            continue
        edges = found.setdefault(unit, set())
        for line, kind, name in includes(text):
            other = unit_of(name)
            if kind == '<' or other in SHARED | {unit}:
                continue
            if rings.get(other, -1) < rings[unit] and \
                    (unit, other) not in OUTWARD:
                yield f'{path}:{line}: {unit} is further in than {other}'
            if other in PURE:
                continue
            edges.add(other)
            if other not in table.get(unit, ()):
                yield f'{path}:{line}: design.rst has no {unit} -> {other}'
    for unit, others in sorted(table.items()):
        for other in sorted(others - found.get(unit, set())):
            yield f'design.rst: {unit} -> {other}: not in the code'
    for unit in sorted(set(rings) - set(found)):
        yield f'design.rst: there is no {unit}'


def find_cycle(graph):
    """A list of units that lead back to the first one, or None."""
    done = set()

    def visit(unit, trail):
        if unit in trail:
            return trail[trail.index(unit):] + [unit]
        if unit in done:
            return None
        for other in sorted(graph.get(unit, ())):
            cycle = visit(other, trail + [unit])
            if cycle:
                return cycle
        done.add(unit)
        return None

    for unit in sorted(graph):
        cycle = visit(unit, [])
        if cycle:
            return cycle
    return None


def check_graph(sources):
    """Units of carp/ form a DAG."""
    graph = {}
    for path, text in sources.items():
        unit = unit_of(path)
        graph.setdefault(unit, set()).update(
            unit_of(name) for _, kind, name in includes(text)
            if kind == '"' and unit_of(name) != unit)
    cycle = find_cycle(graph)
    if cycle:
        yield 'carp: units include each other: ' + ' -> '.join(cycle)


def check_kernel(path, text):
    """Words that have no place in carp/, comments aside."""
    for number, line in enumerate(text.split('\n'), 1):
        if re.search(r'\bLINUX_VERSION_COD[E]\b', line):
            yield f'{path}:{number}: test for the feature, not the version'
        if path.endswith('.c') and re.search(r'\binline\b', line):
            yield f'{path}:{number}: inline in a .c file'


def check_tag(path, text):
    """SPDX in line 1, or 2 if line 1 is needed by somebody else."""
    if not TAGGED.search(path) and not text.startswith('#!'):
        return
    lines = text.split('\n')
    first = 1 if text.startswith(('#!', "'\\\"")) else 0
    if len(lines) <= first or not SPDX.search(lines[first]):
        yield f'{path}:{first + 1}: no SPDX-License-Identifier'


def check_paths(path, text, top):
    """A clone elsewhere must work too."""
    for number, line in enumerate(text.split('\n'), 1):
        if PATHS.search(line) or (len(top) > 5 and top in line):
            yield f'{path}:{number}: path of one machine: {line.strip()}'


def violations(top, paths):
    """All of them."""
    units = {}
    for path in paths:
        with open(os.path.join(top, path), 'rb') as file:
            raw = file.read()
        if b'\0' in raw:
            continue
        text = raw.decode('utf-8')
        yield from check_tag(path, text)
        yield from check_paths(path, text, top)
        if not path.startswith('carp/') or path[-2:] not in ('.c', '.h'):
            continue
        code = without_comments(text)
        yield from check_kernel(path, code)
        unit = unit_of(path)
        if path.startswith('carp/tests/'):
            yield from check_test(path, code)
        elif os.path.dirname(path) == 'carp':
            units[path] = code
            if unit in PURE:
                yield from check_pure(path, unit, code)
            yield from check_edges(path, unit, code)
    missing = [f'carp/{u}.{x}' for u in PURE for x in 'ch'
               if f'carp/{u}.{x}' not in units]
    yield from (f'{path}: missing' for path in missing)
    yield from check_graph(units)
    yield from check_design(top, units)


def main():
    """Reads NUL-terminated names from standard input."""
    top = os.path.abspath(sys.argv[1])
    names = sys.stdin.buffer.read().decode('utf-8').split('\0')
    paths = [name for name in names
             if name and os.path.isfile(os.path.join(top, name))]
    found = list(violations(top, paths))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
