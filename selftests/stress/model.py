# SPDX-License-Identifier: GPL-2.0
"""What must be there after the operations, and what the counters must say."""
from world import Failure

# Counted where the copy would have been made, at the source and at its span.
HOOK = ("span_down", "no_reader", "no_memory", "queue_full", "unreadable", "loop",
        "rate_limit")
# Counted at the span alone, behind its queue.
SPAN = ("segment", "checksum", "ring_full", "flushed")


class Span:
    """A span that was made in this round."""

    def __init__(self, name):
        self.name = name
        self.ns = "sw"
        self.sources = set()	# (kind, name)
        self.outputs = {}	# name to: was there before the first frame
        self.exact = True	# no source has taken its counters with it


class Model:
    """Spans by name; names are unique over all network namespaces."""

    def __init__(self, world):
        self.world = world
        self.spans = {}

    def all(self, test=lambda span: True):
        return [s for _, s in sorted(self.spans.items()) if test(s)]

    def rename(self, span, name):
        del self.spans[span.name]
        span.name = name
        self.spans[name] = span

    def gone(self, span):
        del self.spans[span.name]

    def actual(self):
        """Spans as shown where their sources are, or else where they are."""
        shown = {s["span"]: s for s in self.world.show("mon")}
        shown.update({s["span"]: s for s in self.world.show("sw")})
        return shown

    def check_config(self, shown):
        if set(shown) != set(self.spans):
            raise Failure("spans: %s, expected %s" % (sorted(shown), sorted(self.spans)))
        for name, span in self.spans.items():
            have = {(s["kind"], s["source"]) for s in shown[name].get("sources", [])}
            if have != span.sources:
                raise Failure("sources of %s: %s, expected %s" %
                              (name, sorted(have), sorted(span.sources)))
            have = {output_name(o) for o in shown[name].get("outputs", [])}
            # Outputs are told of where they were made, for spans that sources there feed.
            if have != set(span.outputs) and (span.ns == "sw" or span.sources):
                raise Failure("outputs of %s: %s, expected %s" %
                              (name, sorted(have), sorted(span.outputs)))
            check_bindings(shown[name])

    def check_bound(self, shown):
        """A name that is there has its device, whatever else matches it."""
        links = self.world.links()
        for name, span in self.spans.items():
            for src in shown[name].get("sources", []):
                link = links.get(src["source"])
                if src["kind"] != "name" or not link or span.outputs:
                    continue
                ether = link.get("link_type") == "ether"
                kind = link.get("linkinfo", {}).get("info_kind")
                if ether and kind != "vspan" and src["state"] != "active":
                    raise Failure("%s of %s is %s: %s" % (src["source"], name,
                                                          src["state"], src.get("why")))

    def imbalance(self, shown):
        """The first of the books that does not add up, or nothing."""
        for name, span in self.spans.items():
            wrong = span_imbalance(span, shown[name])
            if wrong:
                return "%s: %s" % (name, wrong)
        return None


def output_name(out):
    return "psample %d" % out["psample"] if "psample" in out else out["dev"]


def check_bindings(shown):
    """No device twice in one span: else its frames would be copied twice."""
    devs = [b["dev"] for s in shown.get("sources", []) for b in s.get("bindings", [])]
    if len(devs) != len(set(devs)):
        raise Failure("%s has a device twice: %s" % (shown["span"], devs))


def span_imbalance(span, shown):
    stats = shown["stats"]
    sources = [s["stats"] for s in shown.get("sources", [])]
    copied = sum(s[d]["packets"] for s in sources for d in ("rx", "tx"))
    booked = stats["packets"] + sum(stats["drops"].get(r, 0) for r in SPAN)
    if copied > booked or (span.exact and copied != booked):
        return "sources copied %d, the span has booked %d" % (copied, booked)
    for reason in HOOK:
        lost = sum(s["drops"].get(reason, 0) for s in sources)
        have = stats["drops"].get(reason, 0)
        if lost > have or (span.exact and lost != have):
            return "%s: %d at the sources, %d at the span" % (reason, lost, have)
    return outputs_imbalance(span, shown)


def outputs_imbalance(span, shown):
    """An output from the start has had, or missed, each frame that got that far."""
    stats = shown["stats"]
    far = stats["packets"] + sum(stats["drops"].get(r, 0) for r in ("ring_full", "no_reader"))
    for out in shown.get("outputs", []):
        if not span.outputs[output_name(out)]:
            continue
        had = out["stats"]["packets"] + sum(out["stats"]["drops"].values())
        if had != far:
            return "output %s has booked %d of %d" % (output_name(out), had, far)
    return None


def check_reference(shown, frames):
    """Two sources that nobody touched have seen what the hosts have sent."""
    for src, sent in zip(shown["sources"], frames):
        stats = src["stats"]
        seen = stats["rx"]["packets"] + sum(stats["drops"].values())
        if seen != sent:
            raise Failure("%s of %s selected %d of %d frames: %s" %
                          (src["source"], shown["span"], seen, sent, stats))
