#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Broken rules, to show that the simulator's checks can fail.

    mutants.py list             one line each: name, invariant, scenario
    mutants.py make NAME FSM.C  the mutated file on standard output

Each replaces one piece of fsm.c that must be there exactly once: when the
source has moved, this fails instead of testing what is no mutant any more.
"""
import sys

# name: (invariant that must break, where, what it is now, what instead)
# "where" is a scenario with the number of members, or a setup to explore.
MUTANTS = {
    'deaf-master': (
        'one-master', 'storm/2',
        'if (mine > theirs)\n\t\t\treturn fsm_yield(',
        'if (0)\n\t\t\treturn fsm_yield('),
    'equal-never-yields': (
        'one-master', 'split/3',
        'mine == theirs && tie >= 0 &&',
        'mine == theirs && tie > 1000 &&'),
    'equal-always-yields': (
        'no-livelock', 'split/2',
        'mine == theirs && tie >= 0 &&',
        'mine == theirs &&'),
    'both-families-decide': (
        'no-livelock', 'split/2',
        'return family == CARP_INET || !fsm->has_family[CARP_INET];',
        'return family <= CARP_INET6 && fsm;'),
    'slow-master': (
        'no-livelock', 'equal/3',
        'fsm->advert_at = now + fsm_advert_interval(fsm);\n'
        '\tfsm_rearm(fsm);\n\tif (fsm->announce',
        'fsm->advert_at = now + carp_fsm_down_time(fsm) +\n'
        '\t\t\t fsm_advert_interval(fsm);\n'
        '\tfsm_rearm(fsm);\n\tif (fsm->announce'),
    'advert-restarts-nothing': (
        'takeover', 'crash/3',
        '\tfsm_restart_down(fsm, family, wait, now);\n'
        '\tfsm_rearm(fsm);\n'
        '\treturn 0;\n}\n\n/**\n * carp_fsm_advert',
        '\treturn 0;\n}\n\n/**\n * carp_fsm_advert'),
    'four-intervals': (
        'takeover', 'crash/3',
        '#define FSM_DEAD_INTERVALS\t3',
        '#define FSM_DEAD_INTERVALS\t4'),
    'two-intervals': (
        'takeover', 'crash/3',
        '#define FSM_DEAD_INTERVALS\t3',
        '#define FSM_DEAD_INTERVALS\t2'),
    'ipv4-timer-only': (
        'takeover', 'crash/3',
        'fsm->deadline = earlier(fsm->down_at[CARP_INET],\n'
        '\t\t\t\t\tfsm->down_at[CARP_INET6]);',
        'fsm->deadline = fsm->down_at[CARP_INET];'),
    'tie-never-forgotten': (
        'takeover', 'crash/3',
        '> down_times * carp_fsm_down_time(fsm))',
        '> 1000000 * down_times * carp_fsm_down_time(fsm))'),
    'goodbye-not-heard': (
        'takeover', 'goodbye/3',
        'if (prio_bow_out(peer))\n\t\treturn fsm_take_over(',
        'if (0)\n\t\treturn fsm_take_over('),
    'goodbye-not-said': (
        'takeover', 'goodbye/3',
        'u32 acts = fsm->state == CARP_STATE_MASTER ? CARP_ACT_BOW_OUT : 0;',
        'u32 acts = 0;'),
    'preempts-equals': (
        'preempt', 'preempt/3',
        'fsm->preempt && mine < theirs &&',
        'fsm->preempt && mine <= theirs &&'),
    'never-preempts': (
        'preempt', 'preempt/3',
        'fsm->preempt && mine < theirs &&',
        '0 && mine < theirs &&'),
    'preempts-though-demoted': (
        'demotion', 'demote/3',
        'mine < theirs && peer->demote >= own->demote)',
        'mine < theirs)'),
    'demoted-left-alone': (
        'demotion', 'demote/3',
        'if (peer->demote > own->demote)',
        'if (0)'),
    'demoted-stays': (
        'demotion', 'demote/3',
        'if (peer->demote < own.demote)',
        'if (0)'),
    'demotion-kept-secret': (
        'demotion', 'demote/3',
        '\tfsm_rearm(fsm);\n\treturn CARP_ACT_ADVERT;\n}\n\n/**\n'
        ' * carp_fsm_demotestyle',
        '\tfsm_rearm(fsm);\n\treturn 0;\n}\n\n/**\n * carp_fsm_demotestyle'),
    'no-grace': (
        'stall', 'stall/3',
        'if (fsm->graced || !late)',
        'if (1 || !late)'),
    'no-calm': (
        'preempt', 'preempt-burst/20',
        'else if (now >= fsm->calm_until)',
        'else if (1)'),
    'impatient-demoted': (
        'demotion', 'base0-demote/2',
        'theirs * 3 / 2 <= wait ? wait : prio_down_time(peer)',
        '1 ? wait : prio_down_time(peer)'),
    'impatient-tied': (
        'no-livelock', 'base0-split/2',
        'return fsm_yield(fsm, CARP_REASON_TIE, peer, now);',
        'return fsm_back_up(fsm, CARP_REASON_TIE, now);'),
    'slow-master-times-out': (
        'demotion', 'mixed-demote/2',
        'peer->demote == own->demote && prio_down_time(own) < theirs',
        'prio_down_time(own) < theirs'),
    'deaf-master-explored': (
        'one-master', '2-stop',
        'if (mine > theirs)\n\t\t\treturn fsm_yield(',
        'if (0)\n\t\t\treturn fsm_yield('),
    'silent-takeover-explored': (
        'takeover', '2-stop',
        'return fsm_take_over(fsm, CARP_REASON_MASTER_TIMED_OUT, now);',
        'return fsm_back_up(fsm, CARP_REASON_MASTER_TIMED_OUT, now);'),
    'equal-always-yields-explored': (
        'no-livelock', '2-split',
        'mine == theirs && tie >= 0 &&',
        'mine == theirs &&'),
    'equal-always-yields-3-explored': (
        'no-livelock', '3-split',
        'mine == theirs && tie >= 0 &&',
        'mine == theirs &&'),
    'never-preempts-explored': (
        'preempt', '2-preempt',
        'fsm->preempt && mine < theirs &&',
        '0 && mine < theirs &&'),
    'preempts-the-better-explored': (
        'preempt', '2-preempt',
        'fsm->preempt && mine < theirs &&',
        'fsm->preempt && mine > theirs &&'),
    'demoted-left-alone-explored': (
        'demotion', '2-demote',
        'if (peer->demote > own->demote)',
        'if (0)'),
}


def mutate(name, text):
    """The text with the rule broken."""
    _, _, old, new = MUTANTS[name]
    if text.count(old) != 1:
        sys.exit(f'mutants.py: {name}: what it replaces is there '
                 f'{text.count(old)} times, not once:\n{old}')
    return text.replace(old, new)


def main():
    """See above."""
    if sys.argv[1:] == ['list']:
        for name, (invariant, where, _, _) in MUTANTS.items():
            print(name, invariant, where)
    elif len(sys.argv) == 4 and sys.argv[1] == 'make':
        with open(sys.argv[3], encoding='utf-8') as file:
            sys.stdout.write(mutate(sys.argv[2], file.read()))
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main()
