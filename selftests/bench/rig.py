# SPDX-License-Identifier: GPL-2.0
"""The devices of the benchmark, its generator, and what reads the copies."""
import fcntl
import os
import signal
import struct
import subprocess
import time

GEN = '/sys/kernel/debug/vspan_gen/'
VSPANCTL = os.environ.get('VSPANCTL', 'vspanctl')
SPAN = 'span0'
BURST = 64              # frames of a burst, in most rows
RING = 4096             # frames that each consumer's ring holds
MAC_A = '02:00:00:00:00:aa'
MAC_B = '02:00:00:00:00:bb'
FIRST_PORT = 1000       # ifindex of the generator's side of port 0
BRIDGE_GEN = 2000       # of the generator's sides of the bridge
OVS_GEN = 2010
OVS_PORT = {'c0': '1', 'd0': '2', 'mon1': '3'}

TUNSETIFF = 0x400454ca
IFF_TAP_NO_PI = 0x0002 | 0x1000


class Failure(Exception):
    """The rig is not what it has to be; nothing is worth measuring."""


def run(*words, text=None):
    """Run a command; its output, or Failure with what it said."""
    p = subprocess.run(words, input=text, text=True, capture_output=True,
                       check=False)
    if p.returncode:
        raise Failure(f"{' '.join(words)}: {p.stderr.strip() or p.stdout.strip()}")
    return p.stdout


def ip_batch(lines):
    run('ip', '-batch', '-', text=''.join(line + '\n' for line in lines))


def vspanctl(*words):
    return run(VSPANCTL, *words)


def counter(dev, name):
    with open(f'/sys/class/net/{dev}/statistics/{name}', encoding='ascii') as f:
        return int(f.read())


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f'{what}: not after {seconds} s')
        time.sleep(0.02)


class Generator:
    """The module vspan_gen; see there."""

    def __init__(self):
        self.now = {}

    def set(self, **values):
        for name, value in values.items():
            if self.now.get(name) != value:
                with open(GEN + name, 'w', encoding='ascii') as f:
                    f.write(str(value))
                self.now[name] = value

    def read(self, name):
        """One burst; ns per frame."""
        with open(GEN + name, encoding='ascii') as f:
            return int(f.read()) / self.now['count']


class Tap:
    """A tap with this process as its reader, who reads between the bursts."""

    def __init__(self, dev, node):
        self.dev = dev
        self.fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, TUNSETIFF,
                    struct.pack('16sH22x', dev.encode(), IFF_TAP_NO_PI))
        self.dropped_as = 'tx_dropped'

    def drain(self):
        """Read all there is: how many frames."""
        n = 0
        try:
            while os.read(self.fd, 65536):
                n += 1
        except BlockingIOError:
            return n
        raise Failure(f'{self.dev}: end of file')

    def dropped(self):
        return counter(self.dev, self.dropped_as)

    def close(self):
        os.close(self.fd)


class TunTap(Tap):
    """Of the tun driver, as VMs have: for those who mirror to a device. No qdisc,
    which would only be in its way."""

    def __init__(self, dev):
        super().__init__(dev, '/dev/net/tun')
        run('tc', 'qdisc', 'replace', 'dev', dev, 'root', 'noqueue')
        run('ip', 'link', 'set', dev, 'txqueuelen', str(RING), 'up')


class SpanTap(Tap):
    """The span's own."""

    def __init__(self, span):
        with open(f'/sys/class/net/{span}/ifindex', encoding='ascii') as f:
            node = '/dev/tap' + f.read().strip()
        wait_for(node, lambda: os.path.exists(node))
        super().__init__(span, node)
        self.dropped_as = 'rx_dropped'


class Sink:
    """A device that frees what it is to send, at once."""

    def __init__(self, dev):
        self.dev = dev
        self.seen = 0
        self.drain()

    def drain(self):
        before, self.seen = self.seen, counter(self.dev, 'tx_packets')
        return self.seen - before

    def close(self):
        pass


class Tcpdump:
    """tcpdump itself; it says at its end how many frames it had."""

    def __init__(self, dev, *words):
        self.process = subprocess.Popen(
            ['tcpdump', '-i', dev, '-n', '-B', '8192', '-w', '/dev/null', *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said = ''
        while 'listening on' not in self.said:
            line = self.process.stderr.readline()
            if not line:
                raise Failure('tcpdump: ' + self.said)
            self.said += line

    def drain(self):
        return 0

    def close(self):
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.stderr.read()
        self.process.wait()

    def total(self):
        """After close(): what the kernel has put into its ring."""
        numbers = {}
        for line in self.said.splitlines():
            for what in 'received by filter', 'dropped by kernel':
                if what in line:
                    numbers[what] = int(line.split()[0])
        if len(numbers) < 2:
            raise Failure('tcpdump: ' + self.said)
        return numbers['received by filter'] - numbers['dropped by kernel']


def make_ports(n):
    """Generator's g0.. with p0.. at the other ends, which nobody listens at."""
    ip_batch(line for i in range(n) for line in (
        f'link add g{i} index {FIRST_PORT + i} type veth peer name p{i}',
        f'link set g{i} up', f'link set p{i} up'))


def make_wire(outer, index, inner):
    ip_batch([f'link add {outer} index {index} type veth peer name {inner}',
              f'link set {outer} up', f'link set {inner} up'])


def make_bridge():
    make_wire('a1', BRIDGE_GEN, 'a0')
    make_wire('b1', BRIDGE_GEN + 1, 'b0')
    ip_batch(['link add br0 type bridge mcast_snooping 0',
              'link set a0 master br0', 'link set b0 master br0',
              'link set br0 up'])
    for mac, dev in (MAC_A, 'a0'), (MAC_B, 'b0'):
        run('bridge', 'fdb', 'replace', mac, 'dev', dev, 'master', 'static')


def make_tcp():
    """Two hosts behind a bridge of their own."""
    lines = ['link add brt type bridge mcast_snooping 0', 'link set brt up',
             'link add sink0 type dummy', 'link set sink0 up']
    for i in '12':
        run('ip', 'netns', 'add', 't' + i)
        lines += [f'link add h{i} type veth peer name t{i}',
                  f'link set h{i} netns t{i}',
                  f'link set t{i} master brt', f'link set t{i} up']
    ip_batch(lines)
    for i in '12':
        run('ip', '-n', 't' + i, 'link', 'set', 'h' + i, 'up')
        run('ip', '-n', 't' + i, 'addr', 'add', f'192.0.2.{i}/24', 'dev', 'h' + i)


def make_span():
    vspanctl('span', 'add', SPAN, 'qlen', str(RING))
    run('ip', 'link', 'set', SPAN, 'up')


def make_ovs():
    """Open vSwitch's datapath with two ports and one for the copies. No daemon:
    in user-mode Linux it starts no thread that would learn a flow."""
    make_wire('c1', OVS_GEN, 'c0')
    make_wire('d1', OVS_GEN + 1, 'd0')
    run('ovs-dpctl', 'add-dp', 'bench', *OVS_PORT)
    ovs_flows()


def ovs_flows(mirrored=None, way=''):
    """What the daemon makes of two ports that forward, and of a mirror: to it
    goes what comes from, or leaves by, the mirrored port."""
    run('ovs-dpctl', 'del-flows', 'bench')
    for src, dst in ('c0', 'd0'), ('d0', 'c0'):
        mac = {'c0': (MAC_A, MAC_B), 'd0': (MAC_B, MAC_A)}[src]
        copied = (mirrored == src and 'rx' in way) or (mirrored == dst and 'tx' in way)
        run('ovs-dpctl', 'add-flow', 'bench',
            f'in_port({OVS_PORT[src]}),eth(src={mac[0]},dst={mac[1]}),'
            'eth_type(0x0800),ipv4(frag=no)',
            (OVS_PORT['mon1'] + ',' if copied else '') + OVS_PORT[dst])
