# SPDX-License-Identifier: GPL-2.0
"""What is measured: cases, and in each the peers, the first of which is what the
others are compared with."""
from dataclasses import dataclass, field, replace

import peers
from rig import BRIDGE_GEN, BURST, FIRST_PORT, OVS_GEN


@dataclass
class Row:
    """One peer in one case."""
    case: str
    name: str
    peer: object
    kind: str = 'frames'        # frames, clone, tcp, read: what measure.py does
    on: list = field(default_factory=lambda: ['p0'])
    dir: str = 'rx'
    first: int = FIRST_PORT     # where the generator sends, and on how many devices
    devs: int = 1
    both: int = 0
    arrive: list = field(default_factory=lambda: ['p0'])
    len: int = 60
    vlan: int = 0
    batch: int = BURST
    count: int = BURST          # frames of a burst
    copies: int = 1             # of each frame
    stalled: bool = False       # the ring is full before it begins
    patterns: list = field(default_factory=list)    # vspan's sources, or else "on"
    words: list = field(default_factory=list)
    vlan_wanted: str = '100'
    filter: str = 'udp port 9'
    frames: str = 'wire'        # form of the span's
    cut: bool = False           # super-frames into frames of the wire
    absent: int = 0             # sources besides, of devices that are not there
    base: str = 'no mirror'     # the row of the case that it is compared with


NONE = ('no mirror', peers.nobody)


def rows(case, names, **common):
    """Rows of a case that differ by the peer alone."""
    made = []
    for name, peer in names:
        row = Row(case, name, peer, **common)
        if peer is peers.nobody:
            row = replace(row, copies=0)
        made.append(row)
    return made


def receive():
    return rows('receive and drop', [
        NONE, ('tc mirred', peers.tc), ('nft dup', peers.nft),
        ('tcpdump', peers.tcpdump), ('vspan', peers.vspan)])


def single():
    """The mirror is woken for every frame: nothing is shared by a batch."""
    return rows('one frame at a time', [
        NONE, ('tc mirred', peers.tc), ('nft dup', peers.nft),
        ('vspan', peers.vspan)], batch=1)


def switch(prefix, dir_, devs):
    bridge = dict(dir=dir_, devs=devs, both=int(devs > 1), on=['a0'],
                  first=BRIDGE_GEN, arrive=['b1', 'a1'][:devs])
    ovs = dict(bridge, first=OVS_GEN, on=['c0'], arrive=['d1', 'c1'][:devs])
    made = rows(prefix, [
        NONE, ('tc mirred', peers.tc), ('nft dup', peers.nft),
        ('vspan', peers.vspan)], **bridge)
    return made + [replace(row, base='OVS: no mirror') for row in rows(prefix, [
        ('OVS: no mirror', peers.nobody), ('OVS mirror', peers.ovs),
        ('OVS: tc mirred', peers.tc), ('OVS: vspan', peers.vspan)], **ovs)]


def forward():
    return switch('forward', 'rx', 1)


def both_ways():
    return switch('forward, both ways', 'rx,tx', 2)


def twice():
    """A bridge's two ports are sources, and a frame passes both: it is copied at one,
    and known again at the other, by where it came in or by its first copy. What the
    second hook costs by itself is seen with another span, which takes none."""
    made = rows('forward, both ports', [
        NONE, ('one port', peers.vspan), ('another span', peers.beside),
        ('both, by port', peers.vspan), ('both, by copy', peers.vspan),
        ('both, kept', peers.vspan)],
        dir='rx,tx', on=['a0'], first=BRIDGE_GEN, arrive=['b1'],
        base='no mirror')
    for row in made[3:]:
        row.patterns = ['[ab]0']
    # Not all are ports of one bridge: where it came in tells nothing.
    made[4].patterns = ['[ab]0', 'p1']
    made[5].words = ['dup', 'keep']
    made[5].copies = 2
    return made


def vlan_filter():
    made = rows('rejected by VLAN', [
        NONE, ('tc flower', peers.flower), ('vspan', peers.vspan)],
        vlan=5, copies=0)
    made[-1].words = ['vlan', made[-1].vlan_wanted]
    return made


def pcap_filter():
    made = rows('rejected by filter', [
        NONE, ('tc bpf', peers.tc_bpf), ('vspan', peers.vspan)], copies=0)
    made[-1].words = ['filter', made[-1].filter]
    return made


def unread():
    """What is received, and what a bridge sends by a port."""
    made = rows('nobody reads', [NONE, ('vspan', peers.unread)], copies=0)
    sent = rows('nobody reads', [('no mirror, sent', peers.nobody),
                                 ('vspan, sent', peers.unread)], copies=0, dir='tx',
                on=['b0'], first=BRIDGE_GEN, arrive=['b1'])
    return made + [replace(row, base='no mirror, sent') for row in sent]


def stalled():
    return rows('monitor stalled', [
        NONE, ('tc mirred', peers.tc), ('nft dup', peers.nft),
        ('vspan', peers.vspan)], copies=0, stalled=True)


def snaplen():
    made = rows('128 of 1400 bytes', [
        NONE, ('tc mirred, all', peers.tc), ('tcpdump, all', peers.tcpdump),
        ('tcpdump', peers.tcpdump), ('vspan, all', peers.vspan),
        ('vspan', peers.vspan)], len=1400)
    made[3].words = ['-s', '128']
    made[-1].words = ['snaplen', '128']
    return made


# What means the first so many ports.
PATTERNS = {1: ['p0'], 8: ['p[0-7]'], 64: ['p[0-9]', 'p[1-5][0-9]', 'p6[0-3]'],
            256: ['p*']}


def ports():
    """Frames on each port in turn: by pattern, as a host has
    it for its VMs, and with a source for each."""
    made = []
    for n, patterns in PATTERNS.items():
        names = [f'p{i}' for i in range(n)]
        who = [NONE, ('tc mirred', peers.tc), ('vspan', peers.vspan),
               ('sources', peers.vspan)]
        group = [replace(row, name=f'{row.name}, {n}', base=f'no mirror, {n}')
                 for row in rows('ports', who[:4 if n > 1 else 3], on=names,
                                 arrive=names, devs=n, count=256)]
        group[2].patterns = patterns
        made += group
    return made


def many_sources():
    """The traffic is on a device that none of them means."""
    made = rows('sources elsewhere', [NONE], on=['p1'], arrive=['p0'])
    for n in 1, 10, 100, 1000:
        made += rows('sources elsewhere', [(f'vspan, {n}', peers.vspan)],
                     on=['p1'], arrive=['p0'], copies=0, absent=n - 1)
    return made


def floor():
    return [Row('floor', 'clone + free', peers.nobody, kind='clone', copies=0,
                base='')]


def tcp():
    made = rows('TCP', [
        NONE, ('tc mirred', peers.tc_sink), ('vspan, wire', peers.vspan_sink),
        ('vspan, asis', peers.vspan_sink)],
        kind='tcp', on=['t1'], dir='rx,tx')
    made[-2].cut = True
    made[-1].frames = 'asis'
    return made


def read():
    """How fast one program reads what is there."""
    return rows('reading', [('tun tap', peers.tc), ('span tap', peers.vspan)],
                kind='read', base='tun tap')


CASES = {f.__name__: f for f in (
    floor, receive, single, forward, both_ways, twice, vlan_filter, pcap_filter,
    unread, stalled, snaplen, tcp, ports, many_sources, read)}
