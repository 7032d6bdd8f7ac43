#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""spans.py [DEVICE SPAN]: mirrors what DEVICE receives to SPAN, if they are given, and
lists all spans with their sources. An example of the protocol without vspanctl: it needs
vspan.yaml (SPEC, or where it is installed), and pyynl of tools/net/ynl of the kernel."""
import os
import sys

from pyynl.lib import NlError, YnlFamily

SPEC = os.environ.get('SPEC', '/usr/share/ynl/specs/vspan.yaml')


def state(source):
    """A source that is bound to no device tells why."""
    return f'dormant: {source["dormant"]}' if 'dormant' in source else 'active'


def main(vspan, words):
    """Errors come with the kernel's sentence, in the extended acknowledgement."""
    if words:
        vspan.do('source-new', {'name': words[0], 'span': words[1], 'dir': {'rx'}})
    sources = vspan.dump('source-get', {})
    for span in vspan.dump('span-get', {}):
        print(span['name'], f'{span["stats"]["packets"]} packets')
        for source in sources:
            if source['span-ifindex'] == span['ifindex']:
                print(' ', source['name'], ','.join(sorted(source['dir'])), state(source))


if len(sys.argv) not in (1, 3):
    sys.exit('Usage: spans.py [DEVICE SPAN]')
try:
    main(YnlFamily(SPEC, schema=''), sys.argv[1:])
except NlError as error:
    sys.exit(f'spans.py: {error}')
