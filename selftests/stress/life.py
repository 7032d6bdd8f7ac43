#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Devices of all kinds that come, go, change their names, masters and network
namespaces, with spans, sources and outputs on them, while frames flow and random
messages come from elsewhere. No model says what must be there: the kernel has to live,
no span may have booked less than its sources copied, and when all is deleted nothing is
left. Prints a line per round.

The seed of the run and the number of a round decide its operations (not what the
messages that are sent meanwhile meet).
"""
import random
import signal
import sys

from model import Span, span_imbalance
from ops import FILTERS, OPTIONS, SLOT, dedupe
from stress import parse, rounds
from world import Failure, Process, World, wait_for

NETNS = ("a", "b", "c")
# What the random messages of pkt fuzz name, too: they make outputs of these, and so none
# is a way to another netns, where nobody would know the frame again.
ENDS = ("d0", "d1", "eth0", "eth1")
# Ends of cables; their peers, in whatever netns, have y for e and have no masters.
CABLES = ("e0", "e1", "e2")
PEERS = tuple(name.replace("e", "y") for name in CABLES)
UPPERS = ("u0", "u1")
MASTERS = ("br0", "sw0", "bond0", "vrf0")
DEVICES = ENDS + CABLES + UPPERS + MASTERS
SPANS = ("span0", "span1", "span2")
GLOBS = ("e*", "d?", "*", "[uy]*", "?0", "nosuch*")
UPPER_KINDS = ("vlan id 10", "vlan proto 802.1ad id 20", "macvlan mode bridge",
               "macvlan mode passthru", "macvlan mode private", "macvtap mode vepa",
               "ipvlan mode l2", "ipvlan mode l3", "ipvlan mode l3s")
MASTER_KINDS = {
    "br0": ("bridge mcast_snooping 0",),
    "sw0": ("bridge mcast_snooping 0 vlan_filtering 1",),
    "bond0": ("bond mode active-backup", "bond mode balance-rr", "bond mode broadcast", "team"),
    "vrf0": ("vrf table 10",),
}
# iproute2 up to 6.6 knows no more of netkit than its name.
CABLE_KINDS = ("veth", "veth", "netkit", "netkit mode l2")
# What ends with its device, and what has to be taken off first.
REAL = ("dummy", "veth", "netkit", "tun")


class Life:
    """One round: operations, and what must hold when they are over."""

    def __init__(self, args, number, world):
        self.args, self.world = args, world
        self.rng = random.Random("life %d %d" % (args.seed, number))
        self.readers, self.noise = [], []
        self.messages = None
        self.temporary = 0

    def one(self, *names):
        return self.rng.choice(names)

    def netns(self):
        return self.one(*NETNS)

    def links(self, netns, *lines):
        """Operations of ip link, one after the other, whatever comes of them."""
        code, _ = self.world.run("ip", "-n", self.world.ns[netns], "-force", "-b", "-",
                                 text="".join("link %s\n" % line for line in lines))
        self.world.note("ip -n %s link %s%s" % (netns, "; ".join(lines),
                                                ": refused" if code else ""))

    def up(self, netns, *names):
        self.links(netns, *("set %s up" % name for name in names))

    def vspan(self, netns, *words):
        return self.world.vspan(*words, netns=netns)

    # --- devices

    def add_end(self):
        netns, name = self.netns(), self.one(*ENDS)
        self.links(netns, "add %s up type dummy" % name)

    def add_cable(self):
        netns, there, name = self.netns(), self.netns(), self.one(*CABLES)
        kind = self.one(*CABLE_KINDS)
        if kind != "netkit":
            kind += " peer name %s netns %s" % (name.replace("e", "y"), self.world.ns[there])
        self.links(netns, "add %s up type %s" % (name, kind))
        self.up(there, *PEERS)

    def add_upper(self):
        netns, name = self.netns(), self.one(*UPPERS)
        lower = self.one(*ENDS, *CABLES, *MASTERS)
        self.links(netns, "add link %s name %s up type %s" %
                   (lower, name, self.one(*UPPER_KINDS)))

    def add_master(self):
        netns, name = self.netns(), self.one(*MASTERS)
        self.links(netns, "add %s up type %s" % (name, self.one(*MASTER_KINDS[name])))

    def enslave(self):
        """A bond takes its ports only while they are down."""
        netns, name = self.netns(), self.one(*ENDS, *CABLES, *UPPERS)
        masters = MASTERS if name in ENDS else MASTERS[1:]
        if self.rng.random() < 0.3:
            self.links(netns, "set %s nomaster" % name)
            return
        first = self.one("down", "up")
        self.links(netns, "set %s %s" % (name, first),
                   "set %s master %s" % (name, self.one(*masters)), "set %s up" % name)

    def delete(self):
        self.links(self.netns(), "del " + self.one(*DEVICES, *PEERS))

    def flap(self):
        netns, name = self.netns(), self.one(*DEVICES, *PEERS)
        self.links(netns, "set %s down" % name, "set %s up" % name)

    def rename(self):
        """Within those of a kind, and back from a name that nobody knows."""
        netns, names = self.netns(), self.one(ENDS, CABLES, UPPERS)
        old, new = self.rng.sample(names + ("odd-" + names[0],), 2)
        self.links(netns, "set %s down" % old, "set %s name %s" % (old, new))
        self.up(netns, new)

    def altname(self):
        self.links(self.netns(), "property %s dev %s altname %s" % (
            self.one("add", "del"), self.one(*DEVICES), self.one("e-long-one", "d9")))

    def move(self):
        netns, there = self.rng.sample(NETNS, 2)
        name = self.one(*ENDS, *CABLES, *PEERS, *UPPERS)
        self.links(netns, "set %s netns %s" % (name, self.world.ns[there]))
        self.up(there, name)

    def change(self):
        """What devices tell of otherwise."""
        self.links(self.netns(), "set %s %s" % (self.one(*DEVICES), self.one(
            "mtu 1400", "mtu 9000", "address 02:00:00:00:01:01", "carrier off", "carrier on",
            "multicast off", "type bond mode 802.3ad", "type bridge vlan_filtering 1")))

    def end_netns(self):
        """A netns goes, with a device and a span in it."""
        netns = self.netns()
        self.temporary += 1
        name = "%s-%d" % (self.world.ns[netns], self.temporary)
        self.world.add_netns(name)
        self.links(netns, *("set %s netns %s" % (dev, name) for dev in (
            self.one(*ENDS, *CABLES, *UPPERS), self.one(*SPANS))))
        self.world.must("ip", "netns", "del", name)

    # --- spans

    def add_span(self):
        self.vspan(self.netns(), "span", "add", self.one(*SPANS), *self.one(
            (), ("frames", "asis"), ("qlen", "16")))

    def set_span(self):
        self.vspan(self.netns(), "span", "set", self.one(*SPANS), *self.one(
            ("frames", "asis"), ("frames", "wire"), ("qlen", "16"), ("qlen", "4096")))

    def change_span(self):
        netns, span = self.netns(), self.one(*SPANS)
        there = self.world.ns[self.netns()]
        self.links(netns, *("set %s %s" % (span, words) for words in self.one(
            ("down", "up"), ("netns " + there,), ("down", "name " + self.one(*SPANS)))))

    def up_spans(self):
        """Who was moved or renamed is down."""
        self.up(self.netns(), *SPANS)

    def del_span(self):
        self.links(self.netns(), "del " + self.one(*SPANS))

    def options(self):
        words = []
        for option in self.rng.sample(OPTIONS, self.rng.randrange(4)):
            words += option
        if self.rng.random() < 0.3:
            words += ["filter", self.one(*FILTERS)]
        if self.rng.random() < 0.2:
            words = list(self.one(*SLOT))
        # what a device has of a source, and has to be given back
        if self.rng.random() < 0.4:
            words.insert(0, "promisc")
        return dedupe(words)

    def source(self):
        draw = self.rng.random()
        if draw < 0.5:
            return (self.one(*DEVICES, *PEERS),)
        if draw < 0.75:
            return (self.one(*GLOBS),)
        return ("master", self.one(*MASTERS))

    def add_source(self):
        self.vspan(self.netns(), "add", *self.source(), "to", self.one(*SPANS),
                   *self.options())

    def set_source(self):
        self.vspan(self.netns(), "set", *self.source(), "to", self.one(*SPANS),
                   *(self.options() or ["rx,tx"]))

    def del_source(self):
        self.vspan(self.netns(), "del", *self.source(), "to", self.one(*SPANS))

    def flush(self):
        self.vspan(self.netns(), "flush", self.one(*SPANS))

    def output(self):
        words = self.one(("dev", self.one(*ENDS)), ("dev", "br0"), ("psample", "5"))
        self.vspan(self.netns(), "output", self.one("add", "add", "del"), self.one(*SPANS),
                   *words)

    # --- readers and messages

    def read(self):
        if len(self.readers) > 4 or (self.readers and self.rng.random() < 0.3):
            self.readers.pop(0).finish(signal.SIGKILL)
            return
        netns, port = self.netns(), self.one(*SPANS)
        links = self.world.links(netns)
        if port in links and self.rng.random() < 0.5:
            port = "/dev/tap%d" % links[port]["ifindex"]
        self.world.note("reader of %s in %s" % (port, netns))
        self.readers.append(Process("count", port, "ns=" + self.world.ns[netns], "end=0",
                                    "timeout=0"))

    def send_messages(self):
        """Beside the next operations, from a netns."""
        if self.messages:
            self.messages.finish()
        netns, seed = self.netns(), self.rng.randrange(1 << 31)
        self.world.note("pkt fuzz ns=%s seed=%d count=300" % (netns, seed))
        self.messages = Process("fuzz", "ns=" + self.world.ns[netns], "seed=%d" % seed,
                                "count=300")

    def weights(self):
        return ((self.add_end, 10), (self.add_cable, 9), (self.add_upper, 8),
                (self.add_master, 7), (self.enslave, 12), (self.delete, 6), (self.flap, 6),
                (self.rename, 5), (self.altname, 2), (self.move, 7), (self.change, 4),
                (self.end_netns, 1), (self.add_span, 9), (self.set_span, 3),
                (self.change_span, 5), (self.up_spans, 4), (self.del_span, 2),
                (self.add_source, 20), (self.set_source, 8), (self.del_source, 4),
                (self.flush, 1), (self.output, 6), (self.read, 5), (self.send_messages, 4))

    # --- a round

    def start(self):
        """Frames, wherever there is a device to send them by, and a tun that comes and goes."""
        self.world.log.clear()
        for netns in NETNS:
            for name in (self.one(*ENDS), self.one(*CABLES), self.one(*PEERS)):
                self.noise.append(Process(
                    "send", name, "ns=" + self.world.ns[netns], "keep=1", "end=0",
                    "count=100000000", "rate=%d" % self.args.rate, "len=60-1514"))
        self.noise.append(Process(
            "send", "tun:u9", "ns=" + self.world.ns["a"], "churn=20", "hasty=1", "end=0",
            "count=100000000", "rate=%d" % self.args.rate))
        self.fill("rx")

    def fill(self, *options):
        """Something of all in each netns, whatever there is already: operations on what is
        not there do nothing, and so does the end of what has no hold on anything."""
        for netns in NETNS:
            for span in SPANS[:2]:
                self.vspan(netns, "span", "add", span)
            self.links(netns, *("add %s up type dummy" % name for name in ENDS[:3]))
            self.vspan(netns, "output", "add", SPANS[0], "dev", ENDS[0])
            for name, span in (("*", SPANS[0]), (ENDS[1], SPANS[1])):
                self.vspan(netns, "add", name, "to", span)
                self.vspan(netns, "set", name, "to", span, *options)
        self.add_cable()

    def stop(self):
        for proc in self.noise + self.readers + ([self.messages] if self.messages else []):
            proc.finish(signal.SIGKILL)
        self.messages = None

    def shown(self):
        return {(netns, span["span"]): span for netns in NETNS
                for span in self.world.show(netns)}

    def settled(self):
        """Spans have booked what their sources have copied, and perhaps more."""
        for key, shown in self.shown().items():
            span = Span(key[1])
            span.exact = False
            self.wrong = span_imbalance(span, dict(shown, outputs=[]))
            if self.wrong:
                self.wrong = "%s: %s" % (key, self.wrong)
                return False
        return True

    def bare(self):
        """No device is promiscuous for anybody, and no hook is left."""
        for netns in NETNS:
            for name, link in self.world.links(netns).items():
                if link.get("promiscuity"):
                    self.wrong = "%s of %s is promiscuous" % (name, netns)
                    return False
            hooks = self.world.must("ip", "netns", "exec", self.world.ns[netns], "cat",
                                    "/proc/net/ptype")
            if "vspan" in hooks:
                self.wrong = "hooks are left in %s:\n%s" % (netns, hooks)
                return False
        return True

    def delete_all(self, unwanted):
        """Again, until none is left that goes away when others do."""
        for netns in NETNS:
            for name, link in self.world.links(netns).items():
                if unwanted(link.get("linkinfo", {}).get("info_kind")):
                    self.links(netns, "del " + name)

    def wait(self, what, condition):
        self.wrong = None
        try:
            wait_for(what, condition)
        except Failure as exc:
            raise Failure(self.wrong or str(exc)) from exc

    def clear(self):
        """Spans first or netns first, as it happens; else who needs what for its end?"""
        for netns in NETNS:
            self.vspan(netns, "flush")
        self.delete_all(lambda kind: kind == "vspan")
        if self.shown():
            raise Failure("spans are left: %s" % sorted(self.shown()))
        self.delete_all(lambda kind: kind and kind not in REAL)
        self.wait("devices are bare", self.bare)
        self.delete_all(lambda kind: kind in REAL)

    def life(self):
        """How much there is of it."""
        bindings = sum(len(source.get("bindings", [])) for span in self.shown().values()
                       for source in span.get("sources", []))
        promisc = sum(1 for netns in NETNS for link in self.world.links(netns).values()
                      if link.get("promiscuity"))
        return "%d spans, %d bindings, %d promiscuous devices" % (len(self.shown()), bindings,
                                                                   promisc)

    def run(self):
        self.start()
        table = self.weights()
        for operation in self.rng.choices([w[0] for w in table], [w[1] for w in table],
                                          k=self.args.ops):
            operation()
        self.fill("promisc")
        self.stop()
        self.wait("the books are balanced", self.settled)
        life = self.life()
        if self.rng.random() < 0.7:
            self.clear()
        else:
            self.world.renew()
        refused = sum(1 for line in self.world.log if line.endswith(": refused"))
        return "%d operations, %d refused; %s at the end" % (
            len(self.world.log), refused, life)


class Worlds(World):
    """Three network namespaces that are alike."""

    def __init__(self, run_id):
        super().__init__(run_id)
        self.ns = {name: "%s-%s" % (name, run_id) for name in NETNS}

    def setup(self):
        for name in self.ns.values():
            self.add_netns(name)

    def renew(self):
        """All of them end, with whatever is in them, and others have their names."""
        self.teardown()
        self.setup()


def main():
    args = parse()
    world = Worlds("life%d" % random.randrange(1 << 20))
    try:
        world.setup()
        print("seed %d: %d rounds" % (args.seed, rounds(args, world, Life)))
        return 0
    except Failure as exc:
        print("failed: %s" % exc)
        return 1
    finally:
        world.teardown()


if __name__ == "__main__":
    sys.exit(main())
