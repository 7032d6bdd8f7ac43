#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sentences.py PAGES.TXT: is each sentence of an error in the manual?

Takes the sentences out of the sources of the tool and of the module. What the
manual must have is the fixed text of each, up to the way out behind ';' or the
hint where to look, in the order of the sentence; names may stand in between.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOOL, KMOD = HERE.parent, HERE.parents[2] / "kmod"
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
CALL = re.compile(rf"\b(?:usage_error|report|args_error|vlan_error|refused|words_error)\("
                  rf"[^;]*?({LITERAL}(?:\s*(?:{LITERAL}|[A-Z_]+\b(?!\()))*)")
EXTACK = re.compile(rf"NL_SET_ERR_MSG\w*\([^;]*?({LITERAL})|^\t  ({LITERAL}) \}},$", re.M)
DORMANT = re.compile(rf"^\t\[VSPAN_DORMANT_\w+\]\s*= ({LITERAL})", re.M)


FOUND = re.compile(r'found\(c, [^"]*?"([a-z_]+)",|VSPAN_A_DROP_\w+, "(\w+)"|'
                   r'^\t\[VSPAN_DORMANT_\w+\]\t*\s*= "(\w+)",|^\t\{ "rx-\w+", "(\w+)",', re.M)


def keys():
    """What check can find."""
    for path in sorted([*TOOL.glob("check/*.c"), TOOL / "print/print.c"]):
        for found in FOUND.findall(path.read_text()):
            yield path.name, "".join(found)


def unquote(text):
    parts = re.findall(rf"{LITERAL}|[A-Z_]+", text)
    return "".join(p[1:-1] if p[0] == '"' else "%s" for p in parts).replace('\\"', '"').replace("\\'", "'")


def sentences():
    for path in sorted({*TOOL.rglob("*.c")} - {*TOOL.glob("tests/**/*.c")}):
        text = path.read_text()
        found = CALL.findall(text) + (DORMANT.findall(text) if path.name == "print.c" else [])
        for literal in found:
            yield path.name, unquote(literal)
    for path in sorted(KMOD.rglob("*.c")):
        for pair in EXTACK.findall(path.read_text()):
            yield path.name, unquote("".join(pair))


def pattern(sentence):
    """The fixed text, with anything but a long way between."""
    sentence = re.split(r"; |: (?:%s|list|it is|make|load)|\? |, since|: 0 means", sentence)[0]
    parts = re.split(r"%(?:\.\d+)?[a-z]", sentence.replace("%%", "\0"))
    return ".{0,40}".join(re.escape(p.replace("\0", "%")) for p in parts)


def main():
    manual = " ".join(pathlib.Path(sys.argv[1]).read_text().split())
    count = failed = 0
    print("KTAP version 1")
    for where, sentence in sentences():
        if len(sentence.split()) < 3:
            continue
        count += 1
        ok = re.search(pattern(sentence), manual)
        failed += not ok
        name = sentence.replace("#", "")
        print(f"{'ok' if ok else 'not ok'} {count} - in the manual: {where}: {name}")
    for where, key in keys():
        count += 1
        ok = re.search(rf"\b{key}\b", manual)
        failed += not ok
        print(f"{'ok' if ok else 'not ok'} {count} - in the manual: {where}: {key}")
    print(f"1..{count}\n# Totals: pass:{count - failed} fail:{failed}")
    return failed or not count


sys.exit(bool(main()))
