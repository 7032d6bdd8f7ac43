# SPDX-License-Identifier: GPL-2.0
"""The operations. Each draws what it needs from the round's random numbers, does it,
and tells the model what it has done. One that finds nothing to do does nothing."""
import os
import signal

from model import Span
from world import Failure, Process, VSPANCTL, wait_for

SPANS = ("s0", "s1", "s2", "s3", "s4")
POOL = ("x0", "x1", "x2", "x3")
PEERS = tuple(name.replace("x", "y") for name in POOL)
NAMES = ("p1", "p2", "br0", "late0") + POOL + PEERS
GLOBS = ("p*", "x*", "?1", "[xy]*", "*", "y[!0]", "nosuch*")
FILTERS = ("ether proto 0x88b5", "ip", "less 200", "vlan 10", "ether src 02:00:00:00:00:01", "")
OPTIONS = (
    ("rx",), ("tx",), ("rx,tx",), ("vlan", "untagged"), ("vlan", "10,20-30"),
    ("vlan", "all"), ("snaplen", "64"), ("snaplen", "headers"), ("snaplen", "0"),
    ("share", "1/2"), ("share", "2/3"), ("share", "all"),
    ("sample", "3"), ("sample", "1"), ("rate", "100"), ("rate", "0"), ("promisc",),
    ("promisc", "off"), ("dup", "keep"), ("dup", "drop"), ("tag", "bridge"),
)
# Where the host may lose its frames: a device of the pool.
SLOT = (("rx", "hook", "rx-handler"), ("rx", "redirect"), ("hook", "tap"))


class Ops:
    """One round's operations, under way."""

    def __init__(self, rng, world, model):
        self.rng, self.world, self.model = rng, world, model
        self.readers = []

    def pick(self, test=lambda span: True):
        spans = self.model.all(test)
        return self.rng.choice(spans) if spans else None

    def options(self, pool=False):
        words = []
        for option in self.rng.sample(OPTIONS, self.rng.randrange(4)):
            words += option
        if self.rng.random() < 0.3:
            words += ["filter", self.rng.choice(FILTERS)]
        if pool and self.rng.random() < 0.3:
            words = list(self.rng.choice(SLOT))
        return dedupe(words)

    # --- spans

    def span_add(self):
        name = self.rng.choice(SPANS)
        words = self.rng.choice(((), ("frames", "asis"), ("qlen", "64")))
        had = name in self.model.spans
        if self.world.vspan("span", "add", name, *words):
            if had and self.model.spans[name].ns == "sw":
                raise Failure("there are two spans %s" % name)
            if had:
                self.world.ip("sw", "link", "del", name)
                return
            span = self.model.spans[name] = Span(name)
            for output in self.rng.sample(("o0", "psample 5", "late1"), self.rng.randrange(3)):
                self.output(span, output, True)

    def span_del(self):
        span = self.pick()
        if span and self.world.ip(span.ns, "link", "del", span.name):
            self.model.gone(span)

    def span_set(self):
        span = self.pick(lambda s: s.ns == "sw")
        words = self.rng.choice((("frames", "asis"), ("frames", "wire"),
                                 ("qlen", "16"), ("qlen", "4096")))
        if span:
            self.world.vspan("span", "set", span.name, *words)

    def span_thread(self):
        """Its work in a thread lags behind, so that there is something to flush."""
        span, on = self.pick(), self.rng.randrange(2)
        if span:
            path = "/sys/class/net/%s/threaded" % span.name
            self.world.run("ip", "netns", "exec", self.world.ns[span.ns], "sh", "-c",
                           "echo %d >%s" % (on, path))
            self.world.note("echo %d >%s" % (on, path))

    def span_flap(self):
        span = self.pick()
        if span:
            self.world.ip(span.ns, "link", "set", span.name, "down")
            if self.rng.random() < 0.8:
                self.world.ip(span.ns, "link", "set", span.name, "up")

    def span_rename(self):
        span, name = self.pick(), self.rng.choice(SPANS)
        if not span or name in self.model.spans:
            return
        self.world.ip(span.ns, "link", "set", span.name, "down")
        if self.world.ip(span.ns, "link", "set", span.name, "name", name):
            self.model.rename(span, name)
        self.world.ip(span.ns, "link", "set", span.name, "up")

    def span_move(self):
        span = self.pick()
        if not span:
            return
        to = "mon" if span.ns == "sw" else "sw"
        if self.world.ip(span.ns, "link", "set", span.name, "netns", self.world.ns[to]):
            span.ns = to
        self.world.ip(span.ns, "link", "set", span.name, "up")

    # --- sources

    def draw_source(self):
        draw = self.rng.random()
        if draw < 0.6:
            name = self.rng.choice(NAMES)
            return ("name", name), (name,)
        if draw < 0.85:
            name = self.rng.choice(GLOBS)
            return ("glob", name), (name,)
        return ("master", "br0"), ("master", "br0")

    def source_add(self):
        span = self.pick(lambda s: s.ns == "sw")
        if not span:
            return
        key, words = self.draw_source()
        pool = key[1] in POOL or key[1] == "x*"
        had = key in span.sources
        if self.world.vspan("add", *words, "to", span.name, *self.options(pool)):
            if had:
                raise Failure("%s has %s twice" % (span.name, key))
            span.sources.add(key)

    def draw_own(self):
        span = self.pick(lambda s: s.sources)
        if not span:
            return None, None, ()
        key = self.rng.choice(sorted(span.sources))
        return span, key, ("master", key[1]) if key[0] == "master" else (key[1],)

    def where(self, span):
        """How a request names a span: one that was moved, with its netns."""
        return [span.name] + ([] if span.ns == "sw" else ["netns", self.world.ns[span.ns]])

    def source_set(self):
        span, key, words = self.draw_own()
        if span:
            pool = key[1] in POOL or key[1] == "x*"
            self.world.vspan("set", *words, "to", *self.where(span),
                             *(self.options(pool) or ["rx,tx"]))

    def source_del(self):
        span, key, words = self.draw_own()
        if not span:
            return
        if not self.world.vspan("del", *words, "to", *self.where(span)):
            raise Failure("%s of %s is there and was not deleted" % (key, span.name))
        span.sources.remove(key)
        span.exact = False

    def flush(self):
        span = self.pick(lambda s: s.ns == "sw")
        if span and self.world.vspan("flush", span.name):
            span.exact = span.exact and not span.sources
            span.sources.clear()

    # --- outputs and readers

    def output(self, span, name, first=False):
        words = name.split() if name.startswith("psample") else ["dev", name]
        if words[0] == "dev" and self.rng.random() < 0.5:
            words += ["vlan", "200"]
        had = name in span.outputs
        if self.world.vspan("output", "add", span.name, *words):
            if had:
                raise Failure("%s has output %s twice" % (span.name, name))
            span.outputs[name] = first

    def output_add(self):
        span = self.pick(lambda s: s.ns == "sw")
        if span:
            self.output(span, self.rng.choice(("o0", "x3", "late1", "psample 6", "p1")))

    def output_del(self):
        span = self.pick(lambda s: s.outputs)
        if not span:
            return
        name = self.rng.choice(sorted(span.outputs))
        words = name.split() if name.startswith("psample") else ["dev", name]
        if not self.world.vspan("output", "del", *self.where(span), *words):
            raise Failure("output %s of %s is there and was not deleted" % (name, span.name))
        del span.outputs[name]

    def reader_open(self):
        span = self.pick()
        if not span:
            return
        port, kind = span.name, self.rng.choice(("socket", "tap"))
        if kind == "tap":
            port = "/dev/tap%d" % self.world.links(span.ns)[span.name]["ifindex"]
        self.world.note("reader of %s: %s" % (span.name, kind))
        self.readers.append(Process("count", port, "ns=" + self.world.ns[span.ns],
                                    "end=0", "timeout=0"))

    def reader_close(self):
        if self.readers:
            self.world.note("reader ends")
            reader = self.readers.pop(self.rng.randrange(len(self.readers)))
            reader.finish(signal.SIGKILL)

    def close_all(self):
        while self.readers:
            self.readers.pop().finish(signal.SIGKILL)

    # --- devices

    def dev_add(self):
        name = self.rng.choice(POOL)
        lower = self.rng.choice(POOL)
        kind = self.rng.choice((
            ("veth", "peer", "name", name.replace("x", "y")), ("dummy",), ("bridge",),
            ("link", lower, "vlan"), ("link", lower, "macvlan")))
        words = ["name", name, "type", *kind]
        if kind[0] == "link":
            words = [*kind[:2], "name", name, "type", kind[2]]
            words += ["id", "10"] if kind[2] == "vlan" else ["mode", "bridge"]
        if self.world.ip("sw", "link", "add", *words):
            self.world.ip("sw", "link", "set", name, "up")
            self.world.ip("sw", "link", "set", name.replace("x", "y"), "up")

    def dev_del(self):
        self.world.ip("sw", "link", "del", self.rng.choice(POOL))

    def dev_rename(self):
        old, new = self.rng.sample(POOL + ("late0", "late1"), 2)
        self.world.ip("sw", "link", "set", old, "down")
        self.world.ip("sw", "link", "set", old, "name", new)
        self.world.ip("sw", "link", "set", new, "up")

    def dev_enslave(self):
        self.world.ip("sw", "link", "set", self.rng.choice(POOL),
                      *self.rng.choice((("master", "br0"), ("nomaster",),
                                        ("master", self.rng.choice(POOL)))))

    def dev_flap(self):
        name = self.rng.choice(POOL + PEERS + ("o0",))
        self.world.ip("sw", "link", "set", name, "down")
        self.world.ip("sw", "link", "set", name, "up")

    def dev_move(self):
        name = self.rng.choice(POOL)
        there, back = self.rng.choice((("sw", "mon"), ("mon", "sw")))
        self.world.ip(there, "link", "set", name, "netns", self.world.ns[back])
        self.world.ip(back, "link", "set", name, "up")

    # --- all at once

    def netns_del(self):
        """A netns goes with a device in it, and a span that this one feeds."""
        span = self.pick(lambda s: s.ns == "sw")
        self.world.temporary += 1
        name = "%s-%d" % (self.world.ns["mon"], self.world.temporary)
        self.world.add_netns(name)
        self.world.ns["tmp"] = name
        self.world.ip("sw", "link", "set", self.rng.choice(POOL), "netns", name)
        if span and self.world.ip("sw", "link", "set", span.name, "netns", name):
            self.world.ip("tmp", "link", "set", span.name, "up")
            self.model.gone(span)
        self.world.must("ip", "netns", "del", self.world.ns.pop("tmp"))
        self.world.note("ip netns del tmp")
        if span:
            wait_for("%s is gone" % span.name, lambda: span.name not in self.model.actual())

    def module_reload(self):
        """Removal has to work whatever there is, but for an open tap."""
        self.close_all()
        self.world.must("rmmod", "vspan")
        self.world.note("rmmod vspan")
        self.model.spans.clear()
        if os.environ.get("VSPAN_KO"):
            self.world.must("insmod", os.environ["VSPAN_KO"])
        else:
            self.world.must("modprobe", "vspan")

    def restore_self(self):
        """What was saved changes nothing when it is restored."""
        if self.model.all(lambda s: s.ns != "sw"):
            return
        tool = (VSPANCTL, "-n", self.world.ns["sw"])
        self.world.note("vspanctl save | vspanctl restore")
        saved = self.world.must(*tool, "save", "-")
        self.world.must(*tool, "restore", "-", text=saved)
        again = self.world.must(*tool, "save", "-")
        if again != saved:
            raise Failure("restore has changed\n%sinto\n%s" % (saved, again))

    def weights(self):
        """Operations and how often, of a hundred or so."""
        return ((self.span_add, 9), (self.span_del, 2), (self.span_set, 4), (self.span_thread, 4),
                (self.span_flap, 5), (self.span_rename, 3), (self.span_move, 4),
                (self.source_add, 20), (self.source_set, 16), (self.source_del, 4),
                (self.flush, 1), (self.output_add, 4), (self.output_del, 2),
                (self.reader_open, 6), (self.reader_close, 3), (self.dev_add, 10),
                (self.dev_del, 4), (self.dev_rename, 4), (self.dev_enslave, 6),
                (self.dev_flap, 4), (self.dev_move, 3), (self.netns_del, 1),
                (self.module_reload, 1), (self.restore_self, 2))


def dedupe(words):
    """An option named twice is refused by the tool: keep the first of each."""
    seen, out, i = set(), [], 0
    while i < len(words):
        key = "dir" if words[i] in ("rx", "tx", "rx,tx") else words[i]
        step = 1 if key == "dir" or (key == "promisc" and
                                     words[i + 1:i + 2] != ["off"]) or key == "redirect" else 2
        if key not in seen:
            out += words[i:i + step]
        seen.add(key)
        i += step
    return out
