/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_TEST_MSG_H
#define VSPANCTL_TEST_MSG_H

#include <stdbool.h>
#include <linux/genetlink.h>
#include <linux/vspan.h>
#include <libmnl/libmnl.h>

/* Messages as the kernel would send them. */

static inline struct nlmsghdr *msg_start(void *buf, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = 0x20;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	return nlh;
}

static inline void msg_drop(struct nlmsghdr *nlh, uint16_t nest_type,
			    uint16_t type, uint64_t n)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, nest_type);

	mnl_attr_put_u64(nlh, type, n);
	mnl_attr_nest_end(nlh, nest);
}

static inline struct nlmsghdr *msg_span(void *buf, uint8_t cmd,
					const char *name, int32_t netnsid)
{
	struct nlmsghdr *nlh = msg_start(buf, cmd);
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, VSPAN_A_SPAN_NAME, name);
	mnl_attr_put_u32(nlh, VSPAN_A_SPAN_IFINDEX, 7);
	if (netnsid >= 0)
		mnl_attr_put_u32(nlh, VSPAN_A_SPAN_NETNSID, netnsid);
	mnl_attr_put_u8(nlh, VSPAN_A_SPAN_UP, 1);
	mnl_attr_put_u8(nlh, VSPAN_A_SPAN_READERS, 0);
	mnl_attr_put_u8(nlh, VSPAN_A_SPAN_IDLE, 1);
	mnl_attr_put_u32(nlh, VSPAN_A_SPAN_FRAMES, VSPAN_FRAMES_ASIS);
	mnl_attr_put_u32(nlh, VSPAN_A_SPAN_QLEN, 4096);
	nest = mnl_attr_nest_start(nlh, VSPAN_A_SPAN_STATS);
	mnl_attr_put_u64(nlh, VSPAN_A_SPAN_STATS_PACKETS, UINT64_MAX);
	mnl_attr_put_u64(nlh, VSPAN_A_SPAN_STATS_BYTES, 1000);
	mnl_attr_put_u64(nlh, VSPAN_A_SPAN_STATS_MONITOR_TX_DROPPED, 3);
	msg_drop(nlh, VSPAN_A_SPAN_STATS_DROPS, VSPAN_A_DROP_RING_FULL, 5);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static inline void msg_dir_stats(struct nlmsghdr *nlh, uint16_t type,
				 uint64_t packets, uint64_t bytes)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_u64(nlh, VSPAN_A_DIR_STATS_PACKETS, packets);
	mnl_attr_put_u64(nlh, VSPAN_A_DIR_STATS_BYTES, bytes);
	mnl_attr_nest_end(nlh, nest);
}

/* @dormant < 0: active. @vlans may be NULL. */
static inline struct nlmsghdr *msg_source(void *buf, uint8_t cmd,
					  const char *span, const char *name,
					  uint32_t dir, const uint8_t *vlans,
					  int dormant)
{
	struct nlmsghdr *nlh = msg_start(buf, cmd);
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_SPAN, span);
	mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_NAME, name);
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_KIND, VSPAN_KIND_NAME);
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_DIR, dir);
	if (vlans)
		mnl_attr_put(nlh, VSPAN_A_SOURCE_VLANS, VSPAN_VLAN_BITMAP_LEN,
			     vlans);
	if (dormant >= 0)
		mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_DORMANT, dormant);
	nest = mnl_attr_nest_start(nlh, VSPAN_A_SOURCE_STATS);
	msg_dir_stats(nlh, VSPAN_A_SOURCE_STATS_RX, 10, 640);
	msg_dir_stats(nlh, VSPAN_A_SOURCE_STATS_TX, 20, 1280);
	mnl_attr_put_u64(nlh, VSPAN_A_SOURCE_STATS_FILTERED, 4);
	mnl_attr_put_u64(nlh, VSPAN_A_SOURCE_STATS_DUP, 6);
	mnl_attr_put_u64(nlh, VSPAN_A_SOURCE_STATS_SAMPLED_OUT, 8);
	mnl_attr_put_u64(nlh, VSPAN_A_SOURCE_STATS_OFF_CABLE, 7);
	mnl_attr_put_u64(nlh, VSPAN_A_SOURCE_STATS_OTHER_SHARES, 9);
	msg_drop(nlh, VSPAN_A_SOURCE_STATS_DROPS, VSPAN_A_DROP_QUEUE_FULL, 2);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static inline struct nlmsghdr *msg_binding(void *buf, uint8_t cmd,
					   const char *span, const char *name,
					   const char *dev, uint32_t ifindex)
{
	struct nlmsghdr *nlh = msg_start(buf, cmd);

	mnl_attr_put_strz(nlh, VSPAN_A_BINDING_SPAN, span);
	mnl_attr_put_strz(nlh, VSPAN_A_BINDING_NAME, name);
	mnl_attr_put_u32(nlh, VSPAN_A_BINDING_KIND, VSPAN_KIND_NAME);
	mnl_attr_put_strz(nlh, VSPAN_A_BINDING_DEV, dev);
	mnl_attr_put_u32(nlh, VSPAN_A_BINDING_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, VSPAN_A_BINDING_HOOK, VSPAN_HOOK_TAP);
	return nlh;
}

/* The same, of a source that asks for promiscuous devices. */
static inline struct nlmsghdr *msg_binding_promisc(void *buf, uint8_t cmd,
						   const char *dev, bool is)
{
	struct nlmsghdr *nlh = msg_binding(buf, cmd, "span0", "eth0", dev, 2);

	mnl_attr_put_u8(nlh, VSPAN_A_BINDING_PROMISC, is);
	return nlh;
}

/* What an output has besides its target. @dormant < 0: active. */
static inline void msg_output_rest(struct nlmsghdr *nlh, int dormant)
{
	struct nlattr *nest;

	if (dormant >= 0)
		mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_DORMANT, dormant);
	nest = mnl_attr_nest_start(nlh, VSPAN_A_OUTPUT_STATS);
	mnl_attr_put_u64(nlh, VSPAN_A_OUTPUT_STATS_PACKETS, 30);
	mnl_attr_put_u64(nlh, VSPAN_A_OUTPUT_STATS_BYTES, 2040);
	msg_drop(nlh, VSPAN_A_OUTPUT_STATS_DROPS, VSPAN_A_DROP_TOO_BIG, 6);
	mnl_attr_nest_end(nlh, nest);
}

/* @vlan 0: none. @ifindex 0: there is no device. */
static inline struct nlmsghdr *msg_output_dev(void *buf, uint8_t cmd,
					      const char *span, const char *dev,
					      uint32_t ifindex, uint16_t vlan,
					      bool strip, int dormant)
{
	struct nlmsghdr *nlh = msg_start(buf, cmd);

	mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_SPAN, span);
	mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_DEV, dev);
	if (ifindex)
		mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_IFINDEX, ifindex);
	if (vlan)
		mnl_attr_put_u16(nlh, VSPAN_A_OUTPUT_VLAN, vlan);
	if (strip)
		mnl_attr_put_u8(nlh, VSPAN_A_OUTPUT_STRIP, 1);
	msg_output_rest(nlh, dormant);
	return nlh;
}

static inline struct nlmsghdr *msg_output_group(void *buf, uint8_t cmd,
						const char *span,
						uint32_t group)
{
	struct nlmsghdr *nlh = msg_start(buf, cmd);

	mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_SPAN, span);
	mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_GROUP, group);
	msg_output_rest(nlh, -1);
	return nlh;
}

/* As a module sends them that tells spans apart. @netnsid < 0: it is here. */
static inline struct nlmsghdr *msg_source_of(void *buf, int32_t netnsid,
					     const char *span, const char *name,
					     uint32_t dir)
{
	struct nlmsghdr *nlh = msg_source(buf, VSPAN_CMD_SOURCE_GET, span, name,
					  dir, NULL, -1);

	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_SPAN_IFINDEX, 7);
	if (netnsid >= 0)
		mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_SPAN_NETNSID, netnsid);
	return nlh;
}

static inline struct nlmsghdr *msg_output_of(void *buf, int32_t netnsid,
					     const char *span, const char *dev)
{
	struct nlmsghdr *nlh = msg_output_dev(buf, VSPAN_CMD_OUTPUT_GET, span,
					      dev, 0, 0, false,
					      VSPAN_DORMANT_NO_DEVICE);

	mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_SPAN_IFINDEX, 7);
	if (netnsid >= 0)
		mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_SPAN_NETNSID, netnsid);
	return nlh;
}

#endif /* VSPANCTL_TEST_MSG_H */
