#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Usage: report.py RAW JSON [SVG]: what the benchmark's rounds say: a table on
standard output, all figures in JSON, and a chart. Exit status 1 if a row is void."""
import json
import sys

import chart

UNITS = {'tcp': 'Mbit/s', 'read': 'frames/s'}

# What was promised: name, how it is worked out, limit, whether more is better.
TARGETS = [
    ('a copy, of what tc mirred adds (receive)',
     ('added', 'receive and drop', 'vspan', 'tc mirred'), 0.6, False),
    ('a copy, of what tc mirred adds (forward)',
     ('added', 'forward', 'vspan', 'tc mirred'), 0.6, False),
    ('a copy, of what an OVS mirror adds',
     ('added', 'forward', 'OVS: vspan', 'OVS mirror'), 0.9, False),
    ('a rejection, of what tc flower adds',
     ('added', 'rejected by VLAN', 'vspan', 'tc flower'), 0.5, False),
    ('nobody reads, of no mirror',
     ('value', 'nobody reads', 'vspan', 'no mirror'), 1.03, False),
    ('nobody reads, sent, of no mirror',
     ('value', 'nobody reads', 'vspan, sent', 'no mirror, sent'), 1.01, False),
    ('stalled monitor, of a reading one\'s added cost',
     ('across', ('monitor stalled', 'vspan'), ('receive and drop', 'vspan')),
     1.0, False),
    ('TCP with asis, of no mirror',
     ('value', 'TCP', 'vspan, asis', 'no mirror'), 0.9, True),
    ('256 ports, of the added cost at 1',
     ('across', ('ports', 'vspan, 256'), ('ports', 'vspan, 1')), 1.1, False),
    ('1000 sources elsewhere, of no mirror',
     ('value', 'sources elsewhere', 'vspan, 1000', 'no mirror'), 1.03, False),
]


def spread(values, best=min):
    """Of the rounds the best counts. Machines work at one of two speeds for seconds, a
    factor of two apart: a median may judge a row in one and its peer in the other."""
    return {'best': best(values), 'min': min(values), 'max': max(values)}


def ratio(a, b):
    return a / b if b > 0 else None


def summed(rounds, key):
    return sum(r.get(key, 0) for r in rounds)


def why_void(rounds):
    """The first reason of any round, or None."""
    return next((r['void'] for r in rounds if r['void']), None)


def figures(row, base):
    """A row's figures, and what it adds to its base, best round against best round."""
    best = max if row['kind'] in UNITS else min
    out = {k: row[k] for k in ('case', 'name', 'kind', 'base', 'bytes')}
    out['unit'] = UNITS.get(row['kind'], 'ns')
    out['value'] = spread([r['value'] for r in row['rounds']], best)
    out['void'] = why_void(row['rounds'])
    for key in 'sent', 'arrived', 'copies', 'copies_expected', 'dropped':
        out[key] = summed(row['rounds'], key)
    if base and base is not row:
        least = best(r['value'] for r in base['rounds'])
        out['added'] = spread([r['value'] - least for r in row['rounds']], best)
        out['relative'] = spread([r['value'] / least for r in row['rounds']], best)
    return out


def all_figures(raw):
    by_name = {(r['case'], r['name']): r for r in raw['rows']}
    rows = [figures(r, by_name.get((r['case'], r['base']))) for r in raw['rows']]
    for row in rows:
        row['of_peer'] = of_peer(row, rows)
    return rows


def of_peer(row, rows):
    """What it adds, of what the first other peer of the same base adds."""
    peer = next((r for r in rows if r['case'] == row['case'] and 'added' in r and
                 r['base'] == row['base']), None)
    if 'added' not in row or row['kind'] != 'frames' or peer['name'][:5] == 'vspan':
        return None
    return ratio(row['added']['best'], peer['added']['best'])


def target_value(rows, how):
    """The figure, or None if something it needs was not measured, or is void."""
    found = {(r['case'], r['name']): r for r in rows if not r['void']}
    if how[0] == 'across':
        a, b = found.get(how[1]), found.get(how[2])
    else:
        a, b = found.get((how[1], how[2])), found.get((how[1], how[3]))
    if not a or not b:
        return None
    if how[0] == 'value':
        return a['relative']['best']
    return ratio(a['added']['best'], b['added']['best'])


def targets(rows):
    out = []
    for name, how, limit, more in TARGETS:
        value = target_value(rows, how)
        if value is not None:
            met = value >= limit if more else value <= limit
            out.append({'target': name, 'value': value, 'limit': limit,
                        'at_least': more, 'met': met})
    return out


def number(x):
    return f'{x:.0f}' if abs(x) >= 20 else f'{x:.1f}'


def table_line(row):
    v = row['value']
    line = f"  {row['name']:<20}{number(v['best']):>8}"
    line += f" {'(' + number(v['min']) + '-' + number(v['max']) + ')':>16}"
    if row['void']:
        return line + f"  void: {row['void']}"
    if 'added' not in row:
        return line
    if row['unit'] == 'ns':
        line += f"{row['added']['best']:>+9.0f}"
    else:
        line += f"{'':9}"
    line += f"{row['relative']['best']:>7.2f}"
    if row['of_peer'] is not None:
        line += f"{row['of_peer']:>7.2f}"
    return line


def print_table(rows):
    case = None
    for row in rows:
        if row['case'] != case:
            case = row['case']
            unit = row['unit'] if row['unit'] != 'ns' else 'ns/frame'
            head = '    added  ratio  /peer' if unit == 'ns/frame' else '           ratio'
            print(f"\n{case:<22}{unit:>8} {'(min-max)':>16}{head}")
        print(table_line(row))


def print_targets(results):
    print(f"\n{'target':<50}{'is':>7}{'limit':>9}")
    for t in results:
        sign = '>=' if t['at_least'] else '<='
        print(f"  {t['target']:<48}{t['value']:>7.2f}  {sign} {t['limit']:<5}"
              f"{'met' if t['met'] else 'MISSED'}")


def main():
    with open(sys.argv[1], encoding='utf-8') as f:
        raw = json.load(f)
    rows = all_figures(raw)
    out = {'kernel': raw['kernel'], 'parameters': raw['parameters'],
           'host': raw.get('host'), 'rows': rows, 'targets': targets(rows)}
    with open(sys.argv[2], 'w', encoding='utf-8') as f:
        json.dump(out, f, indent=1)
        f.write('\n')
    print_table(rows)
    print_targets(out['targets'])
    if len(sys.argv) > 3:
        with open(sys.argv[3], 'w', encoding='utf-8') as f:
            f.write(chart.svg(rows))
    voids = sum(1 for row in rows if row['void'])
    print(f"\n{len(rows)} rows, {voids} void; all figures: {sys.argv[2]}")
    return voids > 0


if __name__ == '__main__':
    sys.exit(main())
