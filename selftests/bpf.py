#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""xdp.py DEV { drv | skb } [BYTES]: attach an XDP program that passes every frame,
less so many bytes at its end."""
import ctypes
import socket
import struct
import sys

SYS_BPF, PROG_LOAD, PROG_TYPE_XDP = 321, 5, 6
RTM_SETLINK, NLM_F_REQUEST_ACK, IFLA_XDP = 19, 5, 43
FLAGS = {"skb": 2, "drv": 4}


def load(cut):
    # r2 = -cut; call bpf_xdp_adjust_tail; r0 = XDP_PASS; exit
    insns = struct.pack("<BBhiBBhi", 0xB7, 2, 0, -cut, 0x85, 0, 0, 65) if cut else b""
    insns += struct.pack("<BBhiBBhi", 0xB7, 0, 0, 2, 0x95, 0, 0, 0)
    code = ctypes.create_string_buffer(insns)
    name = ctypes.create_string_buffer(b"GPL")
    attr = struct.pack("<IIQQIIQII16s", PROG_TYPE_XDP, len(insns) // 8, ctypes.addressof(code),
                       ctypes.addressof(name), 0, 0, 0, 0, 0, b"")
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_BPF, PROG_LOAD, attr, len(attr))
    if fd < 0:
        sys.exit(f"BPF_PROG_LOAD: errno {ctypes.get_errno()}")
    return fd


def attach(dev, fd, flags):
    nest = struct.pack("<HHi", 8, 1, fd) + struct.pack("<HHI", 8, 3, flags)
    msg = struct.pack("<BxHiII", 0, 0, socket.if_nametoindex(dev), 0, 0)
    msg += struct.pack("<HH", 4 + len(nest), IFLA_XDP | 0x8000) + nest
    msg = struct.pack("<IHHII", 16 + len(msg), RTM_SETLINK, NLM_F_REQUEST_ACK, 1, 0) + msg
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        s.send(msg)
        err = struct.unpack_from("<i", s.recv(65536), 16)[0]
    if err:
        sys.exit(f"RTM_SETLINK: errno {-err}")


cut_off = int(sys.argv[3]) if len(sys.argv) > 3 else 0
attach(sys.argv[1], load(cut_off), FLAGS[sys.argv[2]])
