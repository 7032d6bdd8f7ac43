#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""bpf.py xdp DEV { drv | skb } [BYTES]
bpf.py { tcx | netkit } DEV { ingress | egress | peer } [ link ]
bpf.py handover DEV TO
Attach a program that passes every frame, less so many BYTES at its end. As a link, it
stays as long as this runs. The last one hands what DEV receives to the other end of TO.
"""
import ctypes
import signal
import socket
import struct
import sys

SYS_BPF, PROG_LOAD, PROG_ATTACH, LINK_CREATE = 321, 5, 8, 28
PROG_TYPE_SCHED_CLS, PROG_TYPE_XDP = 3, 6
PASS = {PROG_TYPE_SCHED_CLS: 0, PROG_TYPE_XDP: 2}
ATTACH = {"ingress": 46, "egress": 47, "peer": 55}
RTM_SETLINK, NLM_F_REQUEST_ACK, IFLA_XDP = 19, 5, 43
FLAGS = {"skb": 2, "drv": 4}


def bpf(name, cmd, attr):
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_BPF, cmd, attr, len(attr))
    if fd < 0:
        sys.exit(f"{name}: errno {ctypes.get_errno()}")
    return fd


def load_code(kind, insns):
    code = ctypes.create_string_buffer(insns)
    name = ctypes.create_string_buffer(b"GPL")
    return bpf("BPF_PROG_LOAD", PROG_LOAD,
               struct.pack("<IIQQIIQII16s", kind, len(insns) // 8, ctypes.addressof(code),
                           ctypes.addressof(name), 0, 0, 0, 0, 0, b""))


def load_handover(ifindex):
    # r1 = ifindex; r2 = 0; call bpf_redirect_peer; exit
    return load_code(PROG_TYPE_SCHED_CLS, struct.pack(
        "<BBhiBBhiBBhiBBhi", 0xB7, 1, 0, ifindex, 0xB7, 2, 0, 0, 0x85, 0, 0, 155,
        0x95, 0, 0, 0))


def load(kind, cut=0):
    # r2 = -cut; call bpf_xdp_adjust_tail; r0 = PASS; exit
    insns = struct.pack("<BBhiBBhi", 0xB7, 2, 0, -cut, 0x85, 0, 0, 65) if cut else b""
    insns += struct.pack("<BBhiBBhi", 0xB7, 0, 0, PASS[kind], 0x95, 0, 0, 0)
    return load_code(kind, insns)


def attach_xdp(dev, fd, flags):
    nest = struct.pack("<HHi", 8, 1, fd) + struct.pack("<HHI", 8, 3, flags)
    msg = struct.pack("<BxHiII", 0, 0, socket.if_nametoindex(dev), 0, 0)
    msg += struct.pack("<HH", 4 + len(nest), IFLA_XDP | 0x8000) + nest
    msg = struct.pack("<IHHII", 16 + len(msg), RTM_SETLINK, NLM_F_REQUEST_ACK, 1, 0) + msg
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        s.send(msg)
        err = struct.unpack_from("<i", s.recv(65536), 16)[0]
    if err:
        sys.exit(f"RTM_SETLINK: errno {-err}")


def attach(dev, fd, where, as_link):
    ifindex = socket.if_nametoindex(dev)
    if not as_link:
        bpf("BPF_PROG_ATTACH", PROG_ATTACH,
            struct.pack("<IIIIIIQ", ifindex, fd, where, 0, 0, 0, 0))
        return
    bpf("BPF_LINK_CREATE", LINK_CREATE,
        struct.pack("<IIIIIIQ", fd, ifindex, where, 0, 0, 0, 0))
    print("ready", flush=True)
    signal.pause()


def main():
    what, dev, how, *more = sys.argv[1:]
    if what == "xdp":
        attach_xdp(dev, load(PROG_TYPE_XDP, int(more[0]) if more else 0), FLAGS[how])
    elif what == "handover":
        attach(dev, load_handover(socket.if_nametoindex(how)), ATTACH["ingress"], False)
    else:
        attach(dev, load(PROG_TYPE_SCHED_CLS), ATTACH[how], more == ["link"])


main()
