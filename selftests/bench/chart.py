# SPDX-License-Identifier: GPL-2.0
"""The chart: what each peer adds to a frame, case by case, as an SVG file that
needs nothing else. A bar is the best of the rounds, the line across its end min to max."""
from xml.sax.saxutils import escape

WIDTH = 760
LEFT = 190              # of the bars; the names are on the left
RIGHT = 90              # the figures, on the right
BAR = 14
GAP = 5
HEAD = 30               # above the bars of a case, its name
OURS = '#1b6ca8'
THEIRS = '#9aa5b1'
STYLE = ('text{font:12px sans-serif;fill:#222}.h{font-weight:bold}'
         '.t{font-size:15px;font-weight:bold}.w{stroke:#222;stroke-width:1}')


def shown(rows):
    """Cases with others than us, in their order; void rows are not."""
    cases = {}
    for row in rows:
        if row['unit'] == 'ns' and 'added' in row and not row['void']:
            cases.setdefault(row['case'], []).append(row)
    return {case: members for case, members in cases.items()
            if any(not ours(row) for row in members) and case != 'ports'}


def ours(row):
    return 'vspan' in row['name']


def text(x, y, words, anchor='start', cls=''):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
            f'{f" class={cls!r}" if cls else ""}>{escape(words)}</text>')


def bar(row, y, scale):
    """One row: its name, its bar, how sure it is, its figure."""
    added = row['added']
    length = max(added['best'], 0) * scale
    low, high = (LEFT + max(added[k], 0) * scale for k in ('min', 'max'))
    high = min(high, WIDTH - RIGHT)
    mid = y + BAR / 2
    colour = OURS if ours(row) else THEIRS
    return [
        text(LEFT - 8, y + BAR - 3, row['name'], 'end'),
        f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>',
        f'<line class="w" x1="{low:.1f}" y1="{mid}" x2="{high:.1f}" y2="{mid}"/>',
        text(max(high, LEFT + length) + 6, y + BAR - 3, f"{added['best']:+.0f} ns"),
    ]


def svg(rows):
    """The whole file."""
    cases = shown(rows)
    longest = max((row['added']['best'] for case in cases.values() for row in case),
                  default=1)
    scale = (WIDTH - LEFT - RIGHT) / max(longest, 1) * 0.9
    y = 40
    out = [text(10, 22, 'What mirroring adds to a frame, in ns', cls='t')]
    for name, members in cases.items():
        out.append(text(10, y + 16, name, cls='h'))
        y += HEAD
        for row in members:
            out += bar(row, y, scale)
            y += BAR + GAP
        y += GAP
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}"'
            f' width="{WIDTH}" height="{y}">\n<!-- SPDX-License-Identifier: GPL-2.0 -->'
            f'\n<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#fff"/>\n')
    return head + '\n'.join(out) + '\n</svg>\n'
