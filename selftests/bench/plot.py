# SPDX-License-Identifier: GPL-2.0-only
"""The distribution of outages, as a picture, by gnuplot."""

import subprocess

HEAD = """
set terminal svg size 900,540 dynamic background "white"
set output {output}
set title "Outage after a cut cable, as seen by a client"
set xlabel "outage [ms]"
set ylabel "share of outages that are at most as long"
set logscale x
set yrange [0:1]
set key outside right
set grid
plot {curves}
"""


def curve(values):
    """Steps of the empirical distribution, in gnuplot's inline form."""
    ordered = sorted(values)
    lines = [f"{ordered[0]} 0"]
    lines += [f"{value} {(index + 1) / len(ordered)}"
              for index, value in enumerate(ordered)]
    return "\n".join(lines) + "\ne\n"


def outages(samples, path):
    """@samples is {who: [ms, ...]}."""
    quoted = '"' + path.replace('"', '') + '"'
    curves = ", ".join(f"'-' using 1:2 with steps linewidth 2 title \"{who}\""
                       for who in samples)
    script = HEAD.format(output=quoted, curves=curves)
    script += "".join(curve(values) for values in samples.values())
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
