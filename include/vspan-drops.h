/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * The table of drop reasons, for the kernel module and vspanctl.
 * Each row is X(suffix of VSPAN_A_DROP_*, name in JSON and ethtool -S).
 * Documentation/netlink/specs/vspan.yaml describes each reason.
 */
#ifndef _VSPAN_DROPS_H
#define _VSPAN_DROPS_H

#define VSPAN_DROP_REASONS(X)			\
	X(SPAN_DOWN,	"span_down")		\
	X(NO_READER,	"no_reader")		\
	X(NO_MEMORY,	"no_memory")		\
	X(QUEUE_FULL,	"queue_full")		\
	X(UNREADABLE,	"unreadable")		\
	X(LOOP,		"loop")			\
	X(SEGMENT,	"segment")		\
	X(CHECKSUM,	"checksum")		\
	X(RING_FULL,	"ring_full")		\
	X(FLUSHED,	"flushed")		\
	X(NO_DEVICE,	"no_device")		\
	X(DEV_DOWN,	"dev_down")		\
	X(TOO_BIG,	"too_big")		\
	X(XMIT,		"xmit")			\
	X(RATE_LIMIT,	"rate_limit")

#endif /* _VSPAN_DROPS_H */
