# SPDX-License-Identifier: GPL-2.0
"""Who mirrors: each puts itself on devices, gives the consumer, and goes again.

A peer is a context manager of a rig and a row. The row's "on" are the devices that
are mirrored, "dir" the directions: "rx" or "rx,tx".
"""
import shlex
from contextlib import contextmanager

from rig import SPAN, VSPANCTL, Sink, SpanTap, Tcpdump, ovs_flows, run, vspanctl

TC_HOOK = {'rx': 'ingress', 'tx': 'egress'}


@contextmanager
def nobody(rig, row):
    yield None


@contextmanager
def tc_rules(row, match, to):
    what = ' '.join([*match, 'action', 'mirred', 'egress', 'mirror', 'dev', to])
    lines = [f'qdisc add dev {dev} clsact' for dev in row.on]
    lines += [f'filter add dev {dev} {TC_HOOK[word]} {what}'
              for dev in row.on for word in row.dir.split(',')]
    tc_batch(lines)
    try:
        yield
    finally:
        tc_batch(f'qdisc del dev {dev} clsact' for dev in row.on)


def tc_batch(lines):
    run('tc', '-batch', '-', text=''.join(line + '\n' for line in lines))


@contextmanager
def tc(rig, row):
    with tc_rules(row, ['matchall'], rig.mon.dev):
        yield rig.mon


@contextmanager
def tc_sink(rig, row):
    with tc_rules(row, ['matchall'], 'sink0'):
        yield Sink('sink0')


@contextmanager
def flower(rig, row):
    """Wants a VLAN that no frame is of."""
    match = ['protocol', '802.1Q', 'flower', 'vlan_id', row.vlan_wanted]
    with tc_rules(row, match, rig.mon.dev):
        yield rig.mon


@contextmanager
def tc_bpf(rig, row):
    """The program that libpcap makes of the same words."""
    code = run('tcpdump', '-ddd', '-y', 'EN10MB', *row.filter.split())
    lines = ','.join(code.split('\n')).rstrip(',')
    with tc_rules(row, ['bpf', 'bytecode', f'"{lines}"'], rig.mon.dev):
        yield rig.mon


@contextmanager
def nft(rig, row):
    chains = ''.join(
        f'chain c{i}{word} {{ type filter hook {TC_HOOK[word]} device "{dev}" '
        f'priority 0; dup to "{rig.mon.dev}"; }}\n'
        for i, dev in enumerate(row.on) for word in row.dir.split(','))
    run('nft', '-f', '-', text=f'table netdev bench {{\n{chains}}}\n')
    try:
        yield rig.mon
    finally:
        run('nft', 'delete', 'table', 'netdev', 'bench')


@contextmanager
def ovs(rig, row):
    ovs_flows(row.on[0], row.dir)
    try:
        yield rig.ovs_mon
    finally:
        ovs_flows()


@contextmanager
def tcpdump(rig, row):
    consumer = Tcpdump(row.on[0], *row.words)
    try:
        yield consumer
    finally:
        if consumer.process.poll() is None:
            consumer.close()


@contextmanager
def sources(row, *words):
    """One command for all, as a machine with many would have them restored."""
    names = (row.patterns or row.on) + [f'absent{i}' for i in range(row.absent)]
    lines = ''.join(shlex.join(['add', name, row.dir, 'to', SPAN, *words]) + '\n'
                    for name in names)
    run(VSPANCTL, '-b', '-', text=lines)
    try:
        yield
    finally:
        lines = ''.join(f'del {name} to {SPAN}\n' for name in names)
        run(VSPANCTL, '-b', '-', text=lines)


@contextmanager
def vspan(rig, row):
    """Its reader has the span's tap."""
    with sources(row, *row.words):
        tap = SpanTap(SPAN)
        try:
            yield tap
        finally:
            tap.close()


@contextmanager
def beside(rig, row):
    """The same, and another span is read whose one source takes no frame of b0."""
    vspanctl('span', 'add', 'span1')
    run('ip', 'link', 'set', 'span1', 'up')
    vspanctl('add', 'b0', row.dir, 'to', 'span1', 'sample', '4294967295')
    tap = SpanTap('span1')
    try:
        with vspan(rig, row) as consumer:
            yield consumer
    finally:
        tap.close()
        run('ip', 'link', 'del', 'span1')


@contextmanager
def unread(rig, row):
    """A span that is up, and read by nobody."""
    with sources(row, *row.words):
        yield None


@contextmanager
def vspan_sink(rig, row):
    """The copies leave by the device that frees them."""
    vspanctl('span', 'set', SPAN, 'frames', row.frames)
    vspanctl('output', 'add', SPAN, 'dev', 'sink0')
    try:
        with sources(row):
            yield Sink('sink0')
    finally:
        vspanctl('output', 'del', SPAN, 'dev', 'sink0')
        vspanctl('span', 'set', SPAN, 'frames', 'wire')
