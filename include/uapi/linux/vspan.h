/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vspan.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _UAPI_LINUX_VSPAN_H
#define _UAPI_LINUX_VSPAN_H

#define VSPAN_FAMILY_NAME	"vspan"
#define VSPAN_FAMILY_VERSION	1

#define VSPAN_VLAN_BITMAP_LEN	512
#define VSPAN_NAME_LEN		15
#define VSPAN_FILTER_TEXT_LEN	1023
#define VSPAN_FILTER_MAX	4096
#define VSPAN_SNAPLEN_MIN	14
#define VSPAN_SNAPLEN_MAX	65535
#define VSPAN_SHARES_MAX	256
#define VSPAN_PATTERN_LEN	63

/**
 * enum vspan_frames - The form in which a span delivers frames.
 * @VSPAN_FRAMES_WIRE: As on a cable: GSO packets segmented, checksums
 *   complete.
 * @VSPAN_FRAMES_ASIS: As in the host: GSO packets are not segmented and
 *   checksums not completed; a virtio header describes them if the reader has
 *   one.
 */
enum vspan_frames {
	VSPAN_FRAMES_WIRE,
	VSPAN_FRAMES_ASIS,
};

/**
 * enum vspan_kind - How a source names its devices.
 * @VSPAN_KIND_NAME: The device that has exactly this name or alternative name.
 * @VSPAN_KIND_GLOB: Every device whose own name matches the pattern; * ? [abc]
 *   [a-z] [!a] as in glob(7). Alternative names are not compared. Loopback
 *   devices, spans and outputs of the source's span never match.
 * @VSPAN_KIND_MASTER: All ports of the device, including those that join
 *   later, and what the host sends through the device. Each frame is copied
 *   once.
 */
enum vspan_kind {
	VSPAN_KIND_NAME,
	VSPAN_KIND_GLOB,
	VSPAN_KIND_MASTER,
};

/**
 * enum vspan_dir - Directions, as the source device sees them.
 * @VSPAN_DIR_RX: Frames the device receives.
 * @VSPAN_DIR_TX: Frames the device transmits.
 */
enum vspan_dir {
	VSPAN_DIR_RX = 1,
	VSPAN_DIR_TX = 2,
};

/**
 * enum vspan_hook - Where in the kernel a binding takes its copies.
 * @VSPAN_HOOK_TAP: The packet tap, as for tcpdump: before tc, nftables and
 *   bridge on RX, after the qdisc on TX.
 * @VSPAN_HOOK_RX_HANDLER: The only receive handler of the device, after tc,
 *   nftables and VLAN devices; received frames only. If the device becomes a
 *   port of a bridge or Open vSwitch, the tap is used instead meanwhile.
 */
enum vspan_hook {
	VSPAN_HOOK_TAP,
	VSPAN_HOOK_RX_HANDLER,
};

/**
 * enum vspan_tag - Which VLAN tag a copy has.
 * @VSPAN_TAG_PORT: The tag of the frame on the port, if any.
 * @VSPAN_TAG_BRIDGE: The VLAN to which a VLAN-aware bridge assigns the frame,
 *   also if the frame is untagged on the port.
 */
enum vspan_tag {
	VSPAN_TAG_PORT,
	VSPAN_TAG_BRIDGE,
};

/**
 * enum vspan_dormant - Why a source is bound to no device.
 * @VSPAN_DORMANT_NO_DEVICE: No device has the source's name.
 * @VSPAN_DORMANT_LOOPBACK: The device is a loopback device.
 * @VSPAN_DORMANT_IS_SPAN: The device is a span.
 * @VSPAN_DORMANT_NOT_ETHERNET: The device does not carry Ethernet frames.
 * @VSPAN_DORMANT_NO_MEMORY: There was no memory to bind the source when the
 *   device appeared.
 * @VSPAN_DORMANT_NO_MATCH: No device's own name matches the pattern.
 * @VSPAN_DORMANT_NO_PORTS: The master exists and has no ports.
 * @VSPAN_DORMANT_SHADOWED: Other sources of the span are bound to all of the
 *   devices.
 * @VSPAN_DORMANT_IS_OUTPUT: An output of the source's span is the device or
 *   leads to it.
 */
enum vspan_dormant {
	VSPAN_DORMANT_NO_DEVICE,
	VSPAN_DORMANT_LOOPBACK,
	VSPAN_DORMANT_IS_SPAN,
	VSPAN_DORMANT_NOT_ETHERNET,
	VSPAN_DORMANT_NO_MEMORY,
	VSPAN_DORMANT_NO_MATCH,
	VSPAN_DORMANT_NO_PORTS,
	VSPAN_DORMANT_SHADOWED,
	VSPAN_DORMANT_IS_OUTPUT,
};

enum {
	VSPAN_A_DROP_SPAN_DOWN = 1,
	VSPAN_A_DROP_NO_READER,
	VSPAN_A_DROP_NO_MEMORY,
	VSPAN_A_DROP_QUEUE_FULL,
	VSPAN_A_DROP_UNREADABLE,
	VSPAN_A_DROP_LOOP,
	VSPAN_A_DROP_SEGMENT,
	VSPAN_A_DROP_CHECKSUM,
	VSPAN_A_DROP_RING_FULL,
	VSPAN_A_DROP_FLUSHED,
	VSPAN_A_DROP_NO_DEVICE,
	VSPAN_A_DROP_DEV_DOWN,
	VSPAN_A_DROP_TOO_BIG,
	VSPAN_A_DROP_XMIT,
	VSPAN_A_DROP_RATE_LIMIT,
	VSPAN_A_DROP_PAD,

	__VSPAN_A_DROP_MAX,
	VSPAN_A_DROP_MAX = (__VSPAN_A_DROP_MAX - 1)
};

enum {
	VSPAN_A_SPAN_STATS_PACKETS = 1,
	VSPAN_A_SPAN_STATS_BYTES,
	VSPAN_A_SPAN_STATS_MONITOR_TX_DROPPED,
	VSPAN_A_SPAN_STATS_DROPS,
	VSPAN_A_SPAN_STATS_PAD,

	__VSPAN_A_SPAN_STATS_MAX,
	VSPAN_A_SPAN_STATS_MAX = (__VSPAN_A_SPAN_STATS_MAX - 1)
};

enum {
	VSPAN_A_SPAN_NAME = 1,
	VSPAN_A_SPAN_IFINDEX,
	VSPAN_A_SPAN_NETNSID,
	VSPAN_A_SPAN_UP,
	VSPAN_A_SPAN_READERS,
	VSPAN_A_SPAN_FRAMES,
	VSPAN_A_SPAN_QLEN,
	VSPAN_A_SPAN_STATS,
	VSPAN_A_SPAN_PINS,
	VSPAN_A_SPAN_PAD,
	VSPAN_A_SPAN_IDLE,
	VSPAN_A_SPAN_OWNED,

	__VSPAN_A_SPAN_MAX,
	VSPAN_A_SPAN_MAX = (__VSPAN_A_SPAN_MAX - 1)
};

enum {
	VSPAN_A_DIR_STATS_PACKETS = 1,
	VSPAN_A_DIR_STATS_BYTES,
	VSPAN_A_DIR_STATS_PAD,

	__VSPAN_A_DIR_STATS_MAX,
	VSPAN_A_DIR_STATS_MAX = (__VSPAN_A_DIR_STATS_MAX - 1)
};

enum {
	VSPAN_A_SOURCE_STATS_RX = 1,
	VSPAN_A_SOURCE_STATS_TX,
	VSPAN_A_SOURCE_STATS_FILTERED,
	VSPAN_A_SOURCE_STATS_DUP,
	VSPAN_A_SOURCE_STATS_SAMPLED_OUT,
	VSPAN_A_SOURCE_STATS_DROPS,
	VSPAN_A_SOURCE_STATS_PAD,
	VSPAN_A_SOURCE_STATS_OFF_CABLE,
	VSPAN_A_SOURCE_STATS_OTHER_SHARES,

	__VSPAN_A_SOURCE_STATS_MAX,
	VSPAN_A_SOURCE_STATS_MAX = (__VSPAN_A_SOURCE_STATS_MAX - 1)
};

enum {
	VSPAN_A_SOURCE_SPAN = 1,
	VSPAN_A_SOURCE_NAME,
	VSPAN_A_SOURCE_KIND,
	VSPAN_A_SOURCE_DIR,
	VSPAN_A_SOURCE_VLANS,
	VSPAN_A_SOURCE_HOOK,
	VSPAN_A_SOURCE_REDIRECT,
	VSPAN_A_SOURCE_PROMISC,
	VSPAN_A_SOURCE_DUP_KEEP,
	VSPAN_A_SOURCE_FILTER,
	VSPAN_A_SOURCE_FILTER_TEXT,
	VSPAN_A_SOURCE_SNAPLEN,
	VSPAN_A_SOURCE_SNAP_HEADERS,
	VSPAN_A_SOURCE_SAMPLE,
	VSPAN_A_SOURCE_RATE,
	VSPAN_A_SOURCE_TAG,
	VSPAN_A_SOURCE_DORMANT,
	VSPAN_A_SOURCE_STATS,
	VSPAN_A_SOURCE_SPAN_IFINDEX,
	VSPAN_A_SOURCE_SPAN_NETNSID,
	VSPAN_A_SOURCE_SHARE,
	VSPAN_A_SOURCE_SHARES,

	__VSPAN_A_SOURCE_MAX,
	VSPAN_A_SOURCE_MAX = (__VSPAN_A_SOURCE_MAX - 1)
};

enum {
	VSPAN_A_BINDING_SPAN = 1,
	VSPAN_A_BINDING_NAME,
	VSPAN_A_BINDING_KIND,
	VSPAN_A_BINDING_DEV,
	VSPAN_A_BINDING_IFINDEX,
	VSPAN_A_BINDING_HOOK,
	VSPAN_A_BINDING_PROMISC,
	VSPAN_A_BINDING_SPAN_IFINDEX,
	VSPAN_A_BINDING_SPAN_NETNSID,

	__VSPAN_A_BINDING_MAX,
	VSPAN_A_BINDING_MAX = (__VSPAN_A_BINDING_MAX - 1)
};

enum {
	VSPAN_A_OUTPUT_SPAN = 1,
	VSPAN_A_OUTPUT_DEV,
	VSPAN_A_OUTPUT_GROUP,
	VSPAN_A_OUTPUT_VLAN,
	VSPAN_A_OUTPUT_STRIP,
	VSPAN_A_OUTPUT_IFINDEX,
	VSPAN_A_OUTPUT_DORMANT,
	VSPAN_A_OUTPUT_STATS,
	VSPAN_A_OUTPUT_SPAN_IFINDEX,
	VSPAN_A_OUTPUT_SPAN_NETNSID,

	__VSPAN_A_OUTPUT_MAX,
	VSPAN_A_OUTPUT_MAX = (__VSPAN_A_OUTPUT_MAX - 1)
};

enum {
	VSPAN_A_OUTPUT_STATS_PACKETS = 1,
	VSPAN_A_OUTPUT_STATS_BYTES,
	VSPAN_A_OUTPUT_STATS_DROPS,
	VSPAN_A_OUTPUT_STATS_PAD,

	__VSPAN_A_OUTPUT_STATS_MAX,
	VSPAN_A_OUTPUT_STATS_MAX = (__VSPAN_A_OUTPUT_STATS_MAX - 1)
};

enum {
	VSPAN_CMD_SPAN_GET = 1,
	VSPAN_CMD_SPAN_SET,
	VSPAN_CMD_SPAN_NEW_NTF,
	VSPAN_CMD_SPAN_SET_NTF,
	VSPAN_CMD_SPAN_DEL_NTF,
	VSPAN_CMD_SOURCE_GET,
	VSPAN_CMD_SOURCE_NEW,
	VSPAN_CMD_SOURCE_SET,
	VSPAN_CMD_SOURCE_DEL,
	VSPAN_CMD_SOURCE_FLUSH,
	VSPAN_CMD_SOURCE_NEW_NTF,
	VSPAN_CMD_SOURCE_SET_NTF,
	VSPAN_CMD_SOURCE_DEL_NTF,
	VSPAN_CMD_BINDING_GET,
	VSPAN_CMD_BINDING_NEW_NTF,
	VSPAN_CMD_BINDING_DEL_NTF,
	VSPAN_CMD_OUTPUT_GET,
	VSPAN_CMD_OUTPUT_NEW,
	VSPAN_CMD_OUTPUT_DEL,
	VSPAN_CMD_OUTPUT_NEW_NTF,
	VSPAN_CMD_OUTPUT_DEL_NTF,
	VSPAN_CMD_OUTPUT_SET_NTF,
	VSPAN_CMD_BINDING_SET_NTF,

	__VSPAN_CMD_MAX,
	VSPAN_CMD_MAX = (__VSPAN_CMD_MAX - 1)
};

#define VSPAN_MCGRP_CONFIG	"config"

#endif /* _UAPI_LINUX_VSPAN_H */
