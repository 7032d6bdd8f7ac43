# SPDX-License-Identifier: GPL-2.0
"""One round of one row: the figure, and what was counted."""
import ctypes
import os
import socket
import time
from contextlib import contextmanager, nullcontext
from statistics import median

from rig import BURST, RING, SPAN, Failure, Tcpdump, counter, run

STALLED_RING = 256
WARM = 2                # bursts that nobody times
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
TCP_CHUNK = 1 << 20
TCP_PORT = 5001
TRANSFERS = 5           # in a round


def prepare(rig, row):
    rig.gen.set(first=row.first, devs=row.devs, both=row.both, len=row.len,
                vlan=row.vlan, batch=row.batch, count=row.count)


def bursts(rig, row):
    """As many frames in each row, but enough bursts to choose from."""
    return max(5, rig.bursts * BURST // row.count)


def arrived(row):
    return sum(counter(dev, 'rx_packets') for dev in row.arrive)


def best(values):
    """The lower quartile: what disturbs a burst can only make it longer."""
    return sorted(values)[len(values) // 4]


def burst(rig, consumer):
    """One burst, and its copies out of the way; ns per frame, copies."""
    ns = rig.gen.read('send')
    return ns, consumer.drain() if consumer else 0


@contextmanager
def stall(rig, consumer):
    """A short ring, full for as long as it takes."""
    run('ip', 'link', 'set', consumer.dev, 'txqueuelen', str(STALLED_RING))
    for _ in range(4 * STALLED_RING // rig.gen.now['count']):
        before = consumer.dropped()
        rig.gen.read('send')
        if consumer.dropped() - before == rig.gen.now['count']:
            break
    yield
    consumer.drain()
    run('ip', 'link', 'set', consumer.dev, 'txqueuelen', str(RING))


def warm(rig, row, consumer):
    """Until all of a burst arrives, and its copies: Open vSwitch has to learn its
    flow. Returns how many frames it took."""
    want = rig.gen.now['count']
    blind = consumer is None or isinstance(consumer, Tcpdump)
    copies = 0 if blind else want * (1 if row.stalled else row.copies)
    full = n = 0
    while full < WARM:
        before = arrived(row)
        got = burst(rig, consumer)[1]
        n += 1
        if arrived(row) - before == want and got == copies:
            full += 1
            continue
        full = 0
        if n > 50:
            return n * want     # what is wrong, the counts will say
        time.sleep(0.02)
        if consumer:
            consumer.drain()
    return n * want


def counts(row, consumer):
    return (arrived(row),
            consumer.dropped() if consumer and row.stalled else 0)


def judged(row, sent, copies, went, lost):
    """What was counted, and what it should have been."""
    return {'sent': sent, 'arrived': went, 'copies': copies,
            'copies_expected': sent * row.copies, 'dropped': lost,
            'dropped_expected': sent if row.stalled and row.name != 'no mirror'
            else 0}


def frames(rig, row):
    """ns per frame."""
    prepare(rig, row)
    with row.peer(rig, row) as consumer:
        warmed = warm(rig, row, consumer)
        blocked = row.stalled and consumer
        with stall(rig, consumer) if blocked else nullcontext():
            before = counts(row, consumer)
            got = [burst(rig, None if blocked else consumer)
                   for _ in range(bursts(rig, row))]
            after = counts(row, consumer)
    sent = len(got) * row.count
    copies = sum(n for _, n in got)
    if isinstance(consumer, Tcpdump):
        copies = consumer.total() - warmed
    return dict(judged(row, sent, copies, after[0] - before[0],
                       after[1] - before[1]),
                value=best([ns for ns, _ in got]))


def clone(rig, row):
    """ns for a clone that is freed at once."""
    prepare(rig, row)
    return {'value': best([rig.gen.read('clone') for _ in range(rig.bursts)])}


def read(rig, row):
    """Frames a second that this program reads, of those that wait."""
    prepare(rig, row)
    with row.peer(rig, row) as consumer:
        warm(rig, row, consumer)
        before = counts(row, consumer)
        sent = copies = 0
        spent = []
        for _ in range(rig.bursts):
            rig.gen.read('send')
            begin = time.perf_counter_ns()
            n = consumer.drain()
            spent.append((time.perf_counter_ns() - begin) / max(n, 1))
            sent += rig.gen.now['count']
            copies += n
        after = counts(row, consumer)
    return dict(judged(row, sent, copies, after[0] - before[0], 0),
                value=1e9 / best(spent))


def enter(netns):
    fd = os.open('/run/netns/' + netns, os.O_RDONLY)
    if LIBC.setns(fd, CLONE_NEWNET):
        raise Failure(f'setns {netns}: errno {ctypes.get_errno()}')
    os.close(fd)


def tcp_receiver(ready, done):
    """A child; in the second host."""
    enter('t2')
    with socket.create_server(('192.0.2.2', TCP_PORT)) as server:
        os.write(ready, b'.')
        conn, _ = server.accept()
        buf = bytearray(TCP_CHUNK)
        total = n = conn.recv_into(buf)
        while n:
            n = conn.recv_into(buf)
            total += n
        conn.close()
    os.write(done, str(total).encode())


def child(work, *args):
    pid = os.fork()
    if not pid:
        try:
            work(*args)
        finally:
            os._exit(0)
    return pid


def tcp_sender(total, done):
    """A child; in the first host."""
    enter('t1')
    chunk = bytes(TCP_CHUNK)
    with socket.create_connection(('192.0.2.2', TCP_PORT)) as conn:
        for _ in range(total // TCP_CHUNK):
            conn.sendall(chunk)
    os.write(done, b'.')


def transfer(total):
    """Bytes that came out, and how many ns it took."""
    ready_in, ready = os.pipe()
    done_in, done = os.pipe()
    pids = [child(tcp_receiver, ready, done)]
    os.read(ready_in, 1)
    begin = time.perf_counter_ns()
    pids.append(child(tcp_sender, total, ready))
    came = int(os.read(done_in, 32) or b'0')
    ns = time.perf_counter_ns() - begin
    for pid in pids:
        os.waitpid(pid, 0)
    for fd in ready_in, ready, done_in, done:
        os.close(fd)
    return came, ns


def tcp_counts():
    """Bytes at the first host's port; those of the copies; copies lost."""
    return (counter('t1', 'rx_bytes') + counter('t1', 'tx_bytes'),
            counter('sink0', 'tx_bytes'), counter(SPAN, 'rx_dropped'))


def tcp_at_rest():
    """The same, when nothing is under way any more: the last segment may be
    acknowledged, on another CPU, after both programs have ended."""
    now = None
    while now != (now := tcp_counts()):
        time.sleep(0.05)
    return now


def tcp(rig, row):
    """Mbit/s. How many frames it takes is TCP's affair: counted are the bytes at
    the port. Cut into frames of the wire, the copies have more headers."""
    with row.peer(rig, row) as consumer:
        before = tcp_at_rest()
        got = [transfer(rig.tcp_bytes) for _ in range(TRANSFERS)]
        after = tcp_at_rest()
    crossed, copied, lost = (b - a for a, b in zip(before, after))
    if row.cut:
        copied = min(crossed, copied)
    return {'sent': rig.tcp_bytes * TRANSFERS,
            'arrived': sum(came for came, _ in got),
            'copies': copied, 'copies_expected': crossed if consumer else 0,
            'dropped': lost, 'dropped_expected': 0,
            'value': median(came * 8e3 / ns for came, ns in got)}


MEASURES = {'frames': frames, 'clone': clone, 'tcp': tcp, 'read': read}


def void(result):
    """Why a round does not count, or None."""
    for got, want in (('arrived', 'sent'), ('copies', 'copies_expected'),
                      ('dropped', 'dropped_expected')):
        if result.get(got) != result.get(want):
            return f'{got} {result[got]} of {result[want]}'
    return None
