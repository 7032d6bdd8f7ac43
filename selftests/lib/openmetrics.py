#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""openmetrics.py <FILE: prints the OpenMetrics rules that a text breaks.

Those of the text format that counters and gauges can break: order, one
family after the other, metadata, suffixes, labels, values and the end.
"""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"({NAME})\{{({LABEL}(?:,{LABEL})*)\}} (0|[1-9][0-9]*)")
META = re.compile(rf"# (HELP|TYPE|UNIT) ({NAME}) (.+)")


def broken(text):
    lines = text.split("\n")
    if lines[-2:] != ["# EOF", ""] or lines.count("# EOF") != 1:
        yield "does not end with one # EOF and a newline"
    families, current, seen = {}, None, set()
    for number, line in enumerate(lines[:-2], 1):
        meta, sample = META.fullmatch(line), SAMPLE.fullmatch(line)
        if meta:
            kind, name, value = meta.groups()
            if name != current:
                if name in families:
                    yield f"{number}: {name} comes back"
                current, families[name] = name, {"samples": 0}
            family = families[name]
            if kind in family or family["samples"]:
                yield f"{number}: second or late {kind} of {name}"
            family[kind] = value
            if kind == "TYPE" and value not in ("counter", "gauge"):
                yield f"{number}: type {value}"
            if kind == "TYPE" and name.endswith(("_total", "_created", "_info", "_bucket")):
                yield f"{number}: a family with a suffix of samples: {name}"
            if kind == "UNIT" and not name.endswith("_" + value):
                yield f"{number}: {name} does not end in its unit {value}"
        elif sample:
            name, labels = sample.group(1), sample.group(2)
            family = families.get(current, {})
            suffix = "_total" if family.get("TYPE") == "counter" else ""
            if current is None or name != current + suffix:
                yield f"{number}: {name} is no sample of {current}"
            names = [pair[0] for pair in re.findall(LABEL, labels)]
            if len(set(names)) != len(names):
                yield f"{number}: a label twice"
            if (name, labels) in seen:
                yield f"{number}: a sample twice"
            seen.add((name, labels))
            family["samples"] = family.get("samples", 0) + 1
        else:
            yield f"{number}: neither metadata nor a sample: {line}"
    for name, family in families.items():
        if not {"HELP", "TYPE"} <= family.keys():
            yield f"{name} has no HELP or no TYPE"


faults = list(broken(sys.stdin.buffer.read().decode()))
print("\n".join(faults))
sys.exit(bool(faults))
