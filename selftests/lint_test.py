#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does lint find what it is there for?

Plants errors in a copy of the tree, a few at a time, and runs the check that
has to find them: it must fail and name each. Prints TAP. An error that cannot
be planted, because the source has moved, is a failure too.
"""
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QUICK = 'selftests/lint.sh'
KERNEL = 'selftests/lint_kernel.sh'

LOCK = '''
static int carp_broken(spinlock_t *lock, int *left)
{
	spin_lock(lock);
	if (!*left)
		return -EINVAL;
	(*left)--;
	spin_unlock(lock);
	return 0;
}
'''
# A warning of clang only: gcc's is switched off in kernels.
UNSET = '''
static int __maybe_unused carp_broken(int a)
{
	int b;

	if (a)
		b = 1;
	return b;
}
'''

# command: [(name, file, text there or None for its end, new text, complaint)]
PLANTED = {
    (QUICK,): [
        ('tx includes vhost.h', 'carp/tx.c', '#include "tx.h"\n',
         '#include "tx.h"\n#include "vhost.h"\n', 'tx must not include'),
        ('an edge that the design has not', 'carp/vip.c',
         '#include "vip.h"\n', '#include "vip.h"\n#include "tx.h"\n',
         'design.rst has no vip -> tx'),
        ('an edge that the code has not', 'Documentation/design.rst',
         '    tx      -> key, share, source\n',
         '    tx      -> key, share, source, stats\n',
         'tx -> stats: not in the code'),
        ('cppcheck: NULL', 'selftests/unit/sha1.c', None,
         '\nint broken(void)\n{\n\tint *p = NULL;\n\n\treturn *p;\n}\n',
         'nullPointer'),
        ('shellcheck: no quotes', 'selftests/vm/deps.sh', None,
         'broken=$1\necho $broken\n', 'SC2086'),
        ('no licence tag', 'selftests/lint_allow.py',
         '# SPDX-License-Identifier: GPL-2.0-only\n', '',
         'lint_allow.py:2: no SPDX'),
    ],
    (KERNEL, 'checkpatch'): [
        ('spaces', 'carp/tx.c', None, '\nvoid carp_broken (void);\n',
         'SPACING'),
        ('an exception without a reason to be there',
         'selftests/lint.allow', None, 'checkpatch carp/tx.c BAD # planted\n',
         'finds no BAD in carp/tx.c'),
    ],
    (KERNEL, 'coccinelle'): [
        ('a lock that is kept', 'carp/stats.c', None, LOCK,
         'locks/mini_lock: preceding lock'),
    ],
    (KERNEL, 'sparse'): [
        ('byte order', 'carp/tx.c', 'iph->tot_len = htons(sizeof(*iph) + len);',
         'iph->tot_len = sizeof(*iph) + len;', 'different base types'),
        ('a pointer that RCU guards', 'carp/rx.c',
         'key = rcu_dereference(carp->vhost.key);',
         'key = carp->vhost.key;', 'different address spaces'),
        ('lock context', 'carp/main.c', 'static int __init',
         'static void __maybe_unused carp_broken(spinlock_t *lock)\n'
         '{\n\tspin_lock(lock);\n}\n\nstatic int __init',
         'context imbalance in \'carp_broken\''),
        ('0 for a pointer', 'carp/main.c', 'static int __init',
         'static int __maybe_unused carp_worse(int *p)\n'
         '{\n\treturn p == 0;\n}\n\nstatic int __init',
         'Using plain integer as NULL pointer'),
    ],
    # The same check; but what gcc complains of does not get as far as sparse.
    ('selftests/vm/kernel.sh',): [
        ('gcc W=1: a function without a prototype', 'carp/tx.c', None,
         '\nint carp_broken(void)\n{\n\treturn 0;\n}\n',
         'no previous prototype'),
    ],
    (KERNEL, 'clang'): [
        ('clang W=1: a variable that may not be set',
         'carp/tests/proto_test.c', None, UNSET, 'sometimes-uninitialized'),
        ('sparse on the tests: byte order', 'carp/tests/auth_test.c', None,
         '\nstatic __be32 __maybe_unused carp_broken = 1;\n',
         'different base types'),
    ],
}


def copy_tree(where):
    """What is tracked or is to be, as a repository of its own."""
    names = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others',
         '--exclude-standard'], cwd=TOP, check=True, capture_output=True)
    subprocess.run(['tar', '-c', '-C', TOP, '--null', '-T', '-', '-f',
                    where + '.tar'], input=names.stdout, check=True)
    subprocess.run(['tar', '-x', '-C', where, '-f', where + '.tar'], check=True)
    os.unlink(where + '.tar')
    for command in ['init', '-q'], ['add', '-A']:
        subprocess.run(['git', *command], cwd=where, check=True)


def plant(where, file, old, new):
    """Whether it could be."""
    path = os.path.join(where, file)
    with open(path, encoding='utf-8') as stream:
        text = stream.read()
    if old is None:
        text += new
    elif old in text:
        text = text.replace(old, new, 1)
    else:
        return False
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text)
    return True


def run(command, planted):
    """[(found, name, [note, ...]), ...] of what was planted together."""
    with tempfile.TemporaryDirectory(prefix='carp-lint.') as where:
        copy_tree(where)
        there = [plant(where, *row[1:4]) for row in planted]
        cache = os.environ.get('CARP_CACHE') or os.path.join(TOP, '.cache')
        done = subprocess.run(
            [os.path.join(where, command[0]), *command[1:]],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, errors='replace', check=False,
            env=dict(os.environ, CARP_CACHE=cache))
    for planted_there, (name, *_, complaint) in zip(there, planted):
        found = planted_there and done.returncode and complaint in done.stdout
        notes = [] if found else done.stdout.split('\n')[-40:]
        yield found, name, notes if planted_there else ['cannot be planted']


def main(pattern):
    """Those commands that have the pattern in them."""
    passed = failed = 0
    print('TAP version 13')
    for command, planted in PLANTED.items():
        if pattern not in ' '.join(command):
            continue
        for found, name, notes in run(command, planted):
            passed += bool(found)
            failed += not found
            for note in notes:
                print(f'# {note}')
            print(f"{'ok' if found else 'not ok'} {passed + failed} - "
                  f"{command[-1]} finds: {name}", flush=True)
    print(f'1..{passed + failed}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ''))
