# SPDX-License-Identifier: GPL-2.0
"""The hosts, the bridge and the traffic that the stress test shakes.

    netns h1 -- p1 [ netns sw: br0, and what the operations make ] p2 -- netns h2

Production is two streams, h1 to h2 and back. Each is numbered frames, so what
arrives says exactly what is missing.
"""
import json
import os
import signal
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VSPANCTL = os.environ.get("VSPANCTL", TOP + "/tools/vspanctl/vspanctl")
PKT = os.environ.get("PKT", TOP + "/build/selftests/pkt")
DEADLINE = 30
COUNT = 2000000		# more than a round has time to send

SETUP = """
link add br0 address 02:00:00:00:00:fe type bridge mcast_snooping 0
link add p1 type veth peer name eth0 address 02:00:00:00:00:01 netns {h1}
link add p2 type veth peer name eth0 address 02:00:00:00:00:02 netns {h2}
link add o0 type veth peer name o0x netns {h2}
link add l0 up type veth peer name l0x
link set l0x up
link set p1 master br0
link set p2 master br0
link set p1 up
link set p2 up
link set o0 up
link set br0 up
"""


class Failure(Exception):
    """Something that had to hold does not."""


def wait_for(what, condition):
    """Repeat until true; whatever is not true in the end is a failure."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise Failure("still not true: " + what)
        time.sleep(0.02)


class Process:
    """A pkt that runs beside the operations."""

    def __init__(self, *words):
        self.words = words
        self.proc = subprocess.Popen((PKT,) + words, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True)

    def ready(self):
        """Wait until a reader is attached; False if it could not be."""
        return self.proc.stdout.readline() == "ready\n"

    def finish(self, sig=None):
        """The result as a dictionary, empty if there is none."""
        if sig:
            self.proc.send_signal(sig)
        out = self.proc.communicate()[0].strip().split("\n")[-1]
        return dict(w.split("=", 1) for w in out.split() if "=" in w)


class World:
    """Runs commands in the network namespaces, and remembers them."""

    def __init__(self, run_id):
        self.ns = {k: "%s-%s" % (k, run_id) for k in ("sw", "h1", "h2", "mon")}
        self.log = []
        self.production = []
        self.temporary = 0

    def run(self, *argv, text=None):
        """Run a command: its exit status and output."""
        done = subprocess.run(argv, input=text, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def must(self, *argv, text=None):
        """Run a command that has to succeed."""
        code, out = self.run(*argv, text=text)
        if code:
            raise Failure("%s: exit %d: %s" % (" ".join(argv), code, out.strip()))
        return out

    def note(self, line):
        self.log.append(line)

    def vspan(self, *words, netns="sw"):
        """One operation of the tool: True if done, False if refused."""
        code, out = self.run(VSPANCTL, "-n", self.ns[netns], *words)
        where = "" if netns == "sw" else "-n %s " % netns
        self.note("vspanctl %s%s%s" % (where, " ".join(words), ": refused" if code else ""))
        if code not in (0, 1) or (code == 1 and not out.strip()):
            raise Failure("vspanctl %s: exit %d: %s" % (" ".join(words), code, out))
        return code == 0

    def ip(self, ns, *words):
        """One operation of ip: True if done, False if refused."""
        code, _ = self.run("ip", "-n", self.ns[ns], *words)
        self.note("ip -n %s %s%s" % (ns, " ".join(words), ": refused" if code else ""))
        return code == 0

    def show(self, ns="sw"):
        """All spans as the kernel has them, with counters."""
        return json.loads(self.must(VSPANCTL, "-n", self.ns[ns], "-s", "-j", "show"))

    def links(self, ns="sw"):
        """All devices by name."""
        out = self.must("ip", "-n", self.ns[ns], "-d", "-j", "link", "show")
        return {link["ifname"]: link for link in json.loads(out)}

    def add_netns(self, name):
        self.must("ip", "netns", "add", name)
        self.run("ip", "netns", "exec", name, "sh", "-c",
                 "cd /proc/sys/net/ipv6/conf && echo 1 >all/disable_ipv6 &&"
                 " echo 1 >default/disable_ipv6")

    def forwarding(self):
        out = self.must("bridge", "-n", self.ns["sw"], "link", "show")
        return out.count("state forwarding") == 2

    def setup(self):
        for name in self.ns.values():
            self.add_netns(name)
        self.must("ip", "-n", self.ns["sw"], "-b", "-", text=SETUP.format(**self.ns))
        for host in ("h1", "h2"):
            self.must("ip", "-n", self.ns[host], "link", "set", "eth0", "up")
        self.must("ip", "-n", self.ns["h2"], "link", "set", "o0x", "up")
        wait_for("ports of br0 forward", self.forwarding)

    def teardown(self):
        for proc in self.production:
            proc.finish(signal.SIGKILL)
        for name in self.ns.values():
            self.run("ip", "netns", "del", name)

    def start_production(self, rate):
        """Both directions, each from a CPU of its own."""
        macs = ("dst=02:00:00:00:00:01", "src=02:00:00:00:00:02")
        ends = (("h1", "h2", "1", ()), ("h2", "h1", "2", macs))
        common = ("count=%d" % COUNT, "len=60-1514")
        readers = [Process("recv", "eth0", "ns=" + self.ns[dst], "id=" + ident,
                           "others=ok", "loss=ok", "timeout=0", *common, *mac)
                   for _, dst, ident, mac in ends]
        self.production = list(readers)
        if not all([r.ready() for r in readers]):
            raise Failure("no reader of production")
        for cpu, (src, _, ident, mac) in enumerate(ends):
            self.production.append(
                Process("send", "eth0", "ns=" + self.ns[src], "id=" + ident,
                        "rate=%d" % rate, "cpu=%d" % min(cpu, os.cpu_count() - 1),
                        *common, *mac))

    def stop_production(self):
        """What was sent by h1 and h2; all of it must have arrived, once, in order."""
        readers, senders = self.production[:2], self.production[2:]
        self.production = []
        sent = [s.finish(signal.SIGTERM) for s in senders]
        for reader, was in zip(readers, sent):
            got = reader.finish()
            if not got or not was:
                raise Failure("production: %s, sent %s" % (got, was))
            arrived = int(got["got"]) + int(got["sockdrop"])
            bad = [k for k in ("dup", "reordered", "corrupt", "extra") if got[k] != "0"]
            if arrived != int(was["sent"]) or bad:
                raise Failure("production: sent %s, arrived %s" % (was, got))
        return [int(s["frames"]) for s in sent]
