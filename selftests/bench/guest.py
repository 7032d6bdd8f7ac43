#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The benchmark, in the machine that bench.sh boots: rounds of all rows, one after
the other, so that what disturbs the host disturbs all alike. Writes what came out,
not yet judged, to the file that is its argument."""
import json
import os
import sys
import time
from types import SimpleNamespace

import cases
import measure
import rig as rigs


def number(name, default):
    return int(os.environ.get(name) or default)


def selected():
    words = (os.environ.get('CASES') or '').replace(',', ' ').split()
    for word in words:
        if word not in cases.CASES:
            raise rigs.Failure(f'no case {word}; there are: '
                               + ' '.join(cases.CASES))
    some = (os.environ.get('PEERS') or '').split()
    rows = [row for name in words or cases.CASES for row in cases.CASES[name]()]
    if not some:
        return rows
    return [row for row in rows if row.peer.__name__ in some and
            (row.first != rigs.OVS_GEN or 'ovs' in some)]


def build(rows):
    """What the rows need, and no more."""
    rig = SimpleNamespace(gen=rigs.Generator(), bursts=number('BURSTS', 25),
                          tcp_bytes=number('TCP_MB', 16) << 20)
    rigs.make_ports(max(2, *(row.devs for row in rows)))
    rigs.make_bridge()
    rig.mon = rigs.TunTap('mon0')
    rigs.make_span()
    if any(row.kind == 'tcp' for row in rows):
        rigs.make_tcp()
    if any(row.first == rigs.OVS_GEN for row in rows):
        rig.ovs_mon = rigs.TunTap('mon1')
        rigs.make_ovs()
    return rig


def one(rig, row):
    result = measure.MEASURES[row.kind](rig, row)
    result['void'] = measure.void(result)
    return result


def rounds(rig, rows):
    """A list of results for each row."""
    results = [[] for _ in rows]
    n = number('ROUNDS', 9)
    begin = time.monotonic()
    for r in range(n):
        for i, row in enumerate(rows):
            results[i].append(one(rig, row))
        print(f'# round {r + 1} of {n}: {time.monotonic() - begin:.0f} s',
              flush=True)
    return results


def report(rig, rows, results):
    return {
        'parameters': {'rounds': len(results[0]), 'bursts': rig.bursts,
                       'tcp_bytes': rig.tcp_bytes, 'ring': rigs.RING},
        'kernel': os.uname().release,
        'rows': [{'case': row.case, 'name': row.name, 'kind': row.kind,
                  'base': row.base, 'bytes': row.len, 'rounds': result}
                 for row, result in zip(rows, results)],
    }


def main():
    rows = selected()
    rig = build(rows)
    print(f'# {len(rows)} rows', flush=True)
    out = report(rig, rows, rounds(rig, rows))
    with open(sys.argv[1], 'w', encoding='utf-8') as f:
        json.dump(out, f, indent=1)


if __name__ == '__main__':
    try:
        main()
    except rigs.Failure as why:
        sys.exit(f'bench: {why}')
