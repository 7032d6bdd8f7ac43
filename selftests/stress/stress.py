#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Everything at once, in random order, under traffic in both directions; after each
round production must have lost nothing, what is configured must be what was, and the
counters must add up. Prints a line per round.

The seed of the run and the number of a round decide its operations: a round that
failed is done again with SEED, FIRST and ROUNDS=1.
"""
import argparse
import random
import signal
import sys
import time

from model import Model, Span, check_reference, span_imbalance
from ops import Ops, PEERS
from world import Failure, PKT, Process, World, wait_for

BACKLOG = "/proc/sys/net/core/netdev_max_backlog"
LAST = 40
FLAP = 10	# operations between two flaps of the laggard


class Round:
    """One round: a clean start, operations under traffic, the verdict."""

    def __init__(self, args, number, world):
        self.args, self.world = args, world
        self.model = Model(world)
        self.ops = Ops(random.Random("%d %d" % (args.seed, number)), world, self.model)
        self.noise = []

    def reference(self):
        """A span that no operation touches, but the removal of the module."""
        self.world.vspan("span", "add", "ref")
        for port in ("p1", "p2"):
            self.world.vspan("add", port, "rx", "promisc", "to", "ref")
        self.world.vspan("add", "br0", "tx", "to", "ref")

    def laggard(self):
        """A span that is read, in threads that have the first CPU when nobody else
        wants it."""
        world = self.world
        world.vspan("span", "add", "lag")
        world.vspan("add", "l0", "rx", "to", "lag")
        world.run("ip", "netns", "exec", world.ns["sw"], "sh", "-c",
                  "echo 1 >/sys/class/net/lag/threaded;"
                  " for pid in $(pgrep ^napi/lag-); do taskset -p 1 $pid; done")
        reader = Process("count", "lag", "ns=" + world.ns["sw"], "end=0", "timeout=0")
        self.noise.append(reader)
        if not reader.ready():
            raise Failure("no reader of lag")

    def flap_laggard(self):
        """Down while there is work to do, which is lost then, and counted. Whoever runs in
        real time, until the span waits for its threads, leaves them no CPU."""
        world = self.world
        words = {"ns": world.ns["sw"], "pkt": PKT}
        world.run("chrt", "-f", "1", "sh", "-c",
                  "{pkt} send l0x ns={ns} cpu=0 end=0 count=2000;"
                  " ip -n {ns} link set lag down; ip -n {ns} link set lag up".format(**words))
        world.note("lag goes down and up")

    def start(self):
        world = self.world
        world.log.clear()
        self.reference()
        self.laggard()
        for op in (self.ops.span_add, self.ops.span_add, self.ops.dev_add,
                   self.ops.source_add, self.ops.reader_open):
            op()
        # Of no host: else the bridge would learn that production lives there.
        self.noise += [Process("send", name, "ns=" + world.ns["sw"], "keep=1", "end=0",
                               "count=100000000", "rate=%d" % (self.args.rate // 2), "id=9",
                               "src=02:00:00:00:00:09", "dst=02:00:00:00:00:0a")
                       for name in PEERS[:2]]
        world.start_production(self.args.rate)

    def operate(self):
        table = self.ops.weights()
        todo, weights = [w[0] for w in table], [w[1] for w in table]
        for number, op in enumerate(self.ops.rng.choices(todo, weights, k=self.args.ops)):
            op()
            if number % FLAP == 0:
                self.flap_laggard()

    def settled(self):
        shown = self.shown()
        self.wrong = self.model.imbalance(shown)
        if self.lag and not self.wrong:
            self.wrong = span_imbalance(Span("lag"), self.lag)
        return not self.wrong

    def shown(self):
        shown = self.model.actual()
        self.ref, self.lag = shown.pop("ref", None), shown.pop("lag", None)
        return shown

    def judge(self):
        for proc in self.noise:
            proc.finish(signal.SIGKILL)
        frames = self.world.stop_production()
        self.ops.close_all()
        self.wrong = None
        try:
            wait_for("the books are balanced", self.settled)
        except Failure as exc:
            raise Failure(self.wrong or str(exc)) from exc
        shown = self.shown()
        self.model.check_config(shown)
        self.model.check_bound(shown)
        if self.ref:
            check_reference(self.ref, frames)
        return sum(frames)

    def clear(self):
        """Nothing stays behind: no span, no hook, no promiscuous device."""
        world = self.world
        for ns in ("sw", "mon"):
            world.run("sh", "-c", "for d in $(ip -n %s -br link | sed 's/[@ ].*//');"
                      " do case $d in x*|y*|late*|s[0-9]|ref|lag) ip -n %s link del $d;;"
                      " esac; done" % (world.ns[ns], world.ns[ns]))
        left = world.must("ip", "netns", "exec", world.ns["sw"], "cat", "/proc/net/ptype")
        if "vspan" in left:
            raise Failure("hooks are left:\n" + left)
        held = {n: l["promiscuity"] for n, l in world.links().items()}
        if (held["p1"], held["p2"]) != (1, 1):
            raise Failure("promiscuity is left: %s" % held)

    def run(self):
        self.start()
        self.operate()
        frames = self.judge()
        exact = sum(1 for s in self.model.all() if s.exact)
        total = len(self.model.spans)
        self.clear()
        return "%d operations, %d frames, %d spans, %d of them exact%s%s" % (
            len(self.world.log), frames, total, exact, ", reference" if self.ref else "",
            ", %d flushed" % self.lag["stats"]["drops"]["flushed"] if self.lag else "")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="number of the first round")
    parser.add_argument("--rounds", type=int, default=0, help="0: until --minutes are over")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--ops", type=int, default=60, help="operations of a round")
    parser.add_argument("--rate", type=int, default=1000, help="frames a second each way")
    return parser.parse_args()


def explain(args, number, world, exc):
    print("not ok: seed %d, round %d: %s" % (args.seed, number, exc))
    print("again with: SEED=%d FIRST=%d ROUNDS=1 OPS=%d RATE=%d" %
          (args.seed, number, args.ops, args.rate))
    print("last operations:")
    for line in world.log[-LAST:]:
        print("  " + line)


def rounds(args, world, kind=Round):
    end = time.monotonic() + 60 * args.minutes
    number = args.first
    while (number < args.first + args.rounds if args.rounds else time.monotonic() < end):
        try:
            done = kind(args, number, world).run()
        except (Failure, OSError, ValueError, KeyError) as exc:
            explain(args, number, world, exc)
            raise
        print("round %d: %s" % (number, done), flush=True)
        number += 1
    return number - args.first


def main():
    args = parse()
    with open(BACKLOG, "r+", encoding="ascii") as backlog:
        before = backlog.read()
        backlog.write("1000000")
    world = World("stress%d" % random.randrange(1 << 20))
    try:
        world.setup()
        print("seed %d: %d rounds" % (args.seed, rounds(args, world)))
        # It was an output often; this ends when nobody has kept hold of it.
        world.must("ip", "-n", world.ns["sw"], "link", "del", "o0")
        return 0
    except Failure as exc:
        print("failed: %s" % exc)
        return 1
    finally:
        world.teardown()
        with open(BACKLOG, "w", encoding="ascii") as backlog:
            backlog.write(before)


if __name__ == "__main__":
    sys.exit(main())
