#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Plays the user of a terminal: topterm.py ROWS COLUMNS STEP... PROGRAM ARG..., where
the program's name begins with a slash. A STEP is a text to wait for, key:K to press,
size:ROWS:COLUMNS to give the terminal, red or plain (colours are used, or not), end:N
to be the program's exit status, hangup:N to be that once the terminal has gone. Prints ok, or which step has failed."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios

PATIENCE = 20
KEYS = {'down': b'\x1bOB', 'up': b'\x1bOA', 'redraw': b'\x0c'}


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


class Terminal:
    def __init__(self, rows, columns, program):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ.setdefault('TERM', 'xterm-256color')
            if os.environ['TERM'] in ('dumb', 'unknown'):
                os.environ['TERM'] = 'xterm-256color'
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            set_size(0, rows, columns)
            os.execv(program[0], program)
        self.all = b''      # that the program has ever written
        self.new = b''      # since the last step that has changed something

    def read(self):
        if not select.select([self.fd], [], [], PATIENCE)[0]:
            raise TimeoutError
        try:
            data = os.read(self.fd, 65536)
        except OSError:     # the program has ended
            data = b''
        self.all += data
        self.new += data
        return data

    def text(self):
        """Without what moves the cursor or changes the look."""
        return re.sub(rb'\x1b(\[[0-9;?]*[a-zA-Z]|[()].|[=>78])', b'', self.new)

    def see(self, text):
        while text.encode() not in self.text():
            if not self.read():
                return False
        return True

    def red(self):
        while b'\x1b[31m' not in self.all:
            if not self.read():
                return False
        return True

    def plain(self):
        return not re.search(rb'\x1b\[3[0-7]', self.all)

    def key(self, name):
        os.write(self.fd, KEYS.get(name) or name.encode())
        self.new = b''
        return True

    def size(self, rows, columns):
        self.new = b''
        set_size(self.fd, int(rows), int(columns))
        os.kill(self.pid, signal.SIGWINCH)
        return True

    def end(self, status):
        while self.read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]) == int(status)

    def hangup(self, status):
        """A program that goes on is left to the alarm, which ends us."""
        os.close(self.fd)
        signal.alarm(PATIENCE)
        got = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.new = b'(ended with %d)' % got
        return got == int(status)

    def step(self, step):
        word, *values = step.split(':')
        if word in ('key', 'size', 'end', 'hangup', 'red', 'plain') and step != 'q: quit':
            return getattr(self, word)(*values)
        return self.see(step)


def main():
    at = next(i for i, word in enumerate(sys.argv) if i > 2 and word.startswith('/'))
    terminal = Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[at:])
    for step in sys.argv[3:at]:
        try:
            done = terminal.step(step)
        except TimeoutError:
            done = False
        if not done:
            print(f'not seen: {step}; the screen has had {terminal.new[-2000:]!r}')
            return 1
    print('ok')
    return 0


sys.exit(main())
