#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Does clang-format agree with these files? Prints what it would have otherwise.

format.py FILE...: by the .clang-format above each file. It is not asked where lines
are broken and how wide the columns of a table are, which are the author's, but for
the rest: the space between any two words, and how deep each statement stands.
"""
import difflib
import re
import subprocess
import sys

STATEMENT = re.compile(r"[{};]$|^$|\*/$")


def formatted(path):
    return subprocess.run(["clang-format", path], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def words(text):
    """Words and the numbers of their lines; of a macro, without the ends of lines."""
    return [(word, number) for number, line in enumerate(text.split("\n"), 1)
            for word in re.sub(r"\\$", "", line).split()]


def spacing(ours, theirs):
    a, b = words(ours), words(theirs)
    match = difflib.SequenceMatcher(None, [w for w, _ in a], [w for w, _ in b], False)
    for op, a1, a2, b1, b2 in match.get_opcodes():
        if op != "equal":
            line = a[min(a1, len(a) - 1)][1]
            yield line, "'%s', not '%s'" % (" ".join(w for w, _ in b[b1:b2]),
                                            " ".join(w for w, _ in a[a1:a2]))


def depth(line):
    return re.match(r"\s*", line).group()


def depths(ours, theirs):
    a, b = ours.split("\n"), theirs.split("\n")
    match = difflib.SequenceMatcher(None, [" ".join(x.split()) for x in a],
                                    [" ".join(x.split()) for x in b], False)
    for i, j, size in match.get_matching_blocks():
        for k in range(size):
            begins = i + k == 0 or STATEMENT.search(a[i + k - 1].strip())
            if begins and a[i + k].strip() and depth(a[i + k]) != depth(b[j + k]):
                yield i + k + 1, "belongs at tab %d" % depth(b[j + k]).count("\t")


def main():
    bad = False
    for path in sys.argv[1:]:
        ours, theirs = open(path, encoding="utf-8").read(), formatted(path)
        for line, what in sorted([*spacing(ours, theirs), *depths(ours, theirs)]):
            print("%s:%d: %s" % (path, line, what))
            bad = True
    return bad


if __name__ == "__main__":
    sys.exit(main())
