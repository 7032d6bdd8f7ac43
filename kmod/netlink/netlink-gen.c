// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vspan.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/vspan.h>

/* VSPAN_CMD_SPAN_GET - do */
const struct nla_policy vspan_span_get_nl_policy[VSPAN_A_SPAN_NETNSID + 1] = {
	[VSPAN_A_SPAN_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_SPAN_SET - do */
const struct nla_policy vspan_span_set_nl_policy[VSPAN_A_SPAN_OWNED + 1] = {
	[VSPAN_A_SPAN_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SPAN_NETNSID] = { .type = NLA_S32, },
	[VSPAN_A_SPAN_FRAMES] = NLA_POLICY_MAX(NLA_U32, 1),
	[VSPAN_A_SPAN_OWNED] = NLA_POLICY_RANGE(NLA_U8, 1, 1),
};

/* VSPAN_CMD_SOURCE_GET - do */
const struct nla_policy vspan_source_get_nl_policy[VSPAN_A_SOURCE_SPAN_NETNSID + 1] = {
	[VSPAN_A_SOURCE_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SOURCE_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_PATTERN_LEN, },
	[VSPAN_A_SOURCE_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSPAN_A_SOURCE_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_SOURCE_NEW - do */
const struct nla_policy vspan_source_new_nl_policy[VSPAN_A_SOURCE_SHARES + 1] = {
	[VSPAN_A_SOURCE_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SOURCE_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_PATTERN_LEN, },
	[VSPAN_A_SOURCE_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSPAN_A_SOURCE_DIR] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[VSPAN_A_SOURCE_VLANS] = NLA_POLICY_EXACT_LEN(VSPAN_VLAN_BITMAP_LEN),
	[VSPAN_A_SOURCE_HOOK] = NLA_POLICY_MAX(NLA_U32, 1),
	[VSPAN_A_SOURCE_REDIRECT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_PROMISC] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_DUP_KEEP] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_FILTER] = { .type = NLA_BINARY, },
	[VSPAN_A_SOURCE_FILTER_TEXT] = { .type = NLA_NUL_STRING, .len = VSPAN_FILTER_TEXT_LEN, },
	[VSPAN_A_SOURCE_SNAPLEN] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SNAP_HEADERS] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_SAMPLE] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_RATE] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_TAG] = NLA_POLICY_MAX(NLA_U32, 1),
	[VSPAN_A_SOURCE_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SPAN_NETNSID] = { .type = NLA_S32, },
	[VSPAN_A_SOURCE_SHARE] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SHARES] = { .type = NLA_U32, },
};

/* VSPAN_CMD_SOURCE_SET - do */
const struct nla_policy vspan_source_set_nl_policy[VSPAN_A_SOURCE_SHARES + 1] = {
	[VSPAN_A_SOURCE_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SOURCE_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_PATTERN_LEN, },
	[VSPAN_A_SOURCE_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSPAN_A_SOURCE_DIR] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[VSPAN_A_SOURCE_VLANS] = NLA_POLICY_EXACT_LEN(VSPAN_VLAN_BITMAP_LEN),
	[VSPAN_A_SOURCE_HOOK] = NLA_POLICY_MAX(NLA_U32, 1),
	[VSPAN_A_SOURCE_REDIRECT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_PROMISC] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_DUP_KEEP] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_FILTER] = { .type = NLA_BINARY, },
	[VSPAN_A_SOURCE_FILTER_TEXT] = { .type = NLA_NUL_STRING, .len = VSPAN_FILTER_TEXT_LEN, },
	[VSPAN_A_SOURCE_SNAPLEN] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SNAP_HEADERS] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_SOURCE_SAMPLE] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_RATE] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_TAG] = NLA_POLICY_MAX(NLA_U32, 1),
	[VSPAN_A_SOURCE_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SPAN_NETNSID] = { .type = NLA_S32, },
	[VSPAN_A_SOURCE_SHARE] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SHARES] = { .type = NLA_U32, },
};

/* VSPAN_CMD_SOURCE_DEL - do */
const struct nla_policy vspan_source_del_nl_policy[VSPAN_A_SOURCE_SPAN_NETNSID + 1] = {
	[VSPAN_A_SOURCE_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SOURCE_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_PATTERN_LEN, },
	[VSPAN_A_SOURCE_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSPAN_A_SOURCE_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_SOURCE_FLUSH - do */
const struct nla_policy vspan_source_flush_nl_policy[VSPAN_A_SOURCE_SPAN_NETNSID + 1] = {
	[VSPAN_A_SOURCE_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_SOURCE_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_SOURCE_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_BINDING_GET - do */
const struct nla_policy vspan_binding_get_nl_policy[VSPAN_A_BINDING_SPAN_NETNSID + 1] = {
	[VSPAN_A_BINDING_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_BINDING_NAME] = { .type = NLA_NUL_STRING, .len = VSPAN_PATTERN_LEN, },
	[VSPAN_A_BINDING_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[VSPAN_A_BINDING_DEV] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_BINDING_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_BINDING_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_OUTPUT_GET - do */
const struct nla_policy vspan_output_get_nl_policy[VSPAN_A_OUTPUT_SPAN_NETNSID + 1] = {
	[VSPAN_A_OUTPUT_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_OUTPUT_DEV] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_OUTPUT_GROUP] = { .type = NLA_U32, },
	[VSPAN_A_OUTPUT_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_OUTPUT_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_OUTPUT_NEW - do */
const struct nla_policy vspan_output_new_nl_policy[VSPAN_A_OUTPUT_SPAN_NETNSID + 1] = {
	[VSPAN_A_OUTPUT_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_OUTPUT_DEV] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_OUTPUT_GROUP] = { .type = NLA_U32, },
	[VSPAN_A_OUTPUT_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[VSPAN_A_OUTPUT_STRIP] = NLA_POLICY_MAX(NLA_U8, 1),
	[VSPAN_A_OUTPUT_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_OUTPUT_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* VSPAN_CMD_OUTPUT_DEL - do */
const struct nla_policy vspan_output_del_nl_policy[VSPAN_A_OUTPUT_SPAN_NETNSID + 1] = {
	[VSPAN_A_OUTPUT_SPAN] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_OUTPUT_DEV] = { .type = NLA_NUL_STRING, .len = VSPAN_NAME_LEN, },
	[VSPAN_A_OUTPUT_GROUP] = { .type = NLA_U32, },
	[VSPAN_A_OUTPUT_SPAN_IFINDEX] = { .type = NLA_U32, },
	[VSPAN_A_OUTPUT_SPAN_NETNSID] = { .type = NLA_S32, },
};

/* Ops table for vspan */
const struct genl_ops vspan_nl_ops[11] = {
	{
		.cmd		= VSPAN_CMD_SPAN_GET,
		.doit		= vspan_nl_span_get_doit,
		.dumpit		= vspan_nl_span_get_dumpit,
		.policy		= vspan_span_get_nl_policy,
		.maxattr	= VSPAN_A_SPAN_NETNSID,
	},
	{
		.cmd		= VSPAN_CMD_SPAN_SET,
		.doit		= vspan_nl_span_set_doit,
		.policy		= vspan_span_set_nl_policy,
		.maxattr	= VSPAN_A_SPAN_OWNED,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VSPAN_CMD_SOURCE_GET,
		.doit		= vspan_nl_source_get_doit,
		.dumpit		= vspan_nl_source_get_dumpit,
		.policy		= vspan_source_get_nl_policy,
		.maxattr	= VSPAN_A_SOURCE_SPAN_NETNSID,
	},
	{
		.cmd		= VSPAN_CMD_SOURCE_NEW,
		.doit		= vspan_nl_source_new_doit,
		.policy		= vspan_source_new_nl_policy,
		.maxattr	= VSPAN_A_SOURCE_SHARES,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VSPAN_CMD_SOURCE_SET,
		.doit		= vspan_nl_source_set_doit,
		.policy		= vspan_source_set_nl_policy,
		.maxattr	= VSPAN_A_SOURCE_SHARES,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VSPAN_CMD_SOURCE_DEL,
		.doit		= vspan_nl_source_del_doit,
		.policy		= vspan_source_del_nl_policy,
		.maxattr	= VSPAN_A_SOURCE_SPAN_NETNSID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VSPAN_CMD_SOURCE_FLUSH,
		.doit		= vspan_nl_source_flush_doit,
		.policy		= vspan_source_flush_nl_policy,
		.maxattr	= VSPAN_A_SOURCE_SPAN_NETNSID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VSPAN_CMD_BINDING_GET,
		.doit		= vspan_nl_binding_get_doit,
		.dumpit		= vspan_nl_binding_get_dumpit,
		.policy		= vspan_binding_get_nl_policy,
		.maxattr	= VSPAN_A_BINDING_SPAN_NETNSID,
	},
	{
		.cmd		= VSPAN_CMD_OUTPUT_GET,
		.doit		= vspan_nl_output_get_doit,
		.dumpit		= vspan_nl_output_get_dumpit,
		.policy		= vspan_output_get_nl_policy,
		.maxattr	= VSPAN_A_OUTPUT_SPAN_NETNSID,
	},
	{
		.cmd		= VSPAN_CMD_OUTPUT_NEW,
		.doit		= vspan_nl_output_new_doit,
		.policy		= vspan_output_new_nl_policy,
		.maxattr	= VSPAN_A_OUTPUT_SPAN_NETNSID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VSPAN_CMD_OUTPUT_DEL,
		.doit		= vspan_nl_output_del_doit,
		.policy		= vspan_output_del_nl_policy,
		.maxattr	= VSPAN_A_OUTPUT_SPAN_NETNSID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group vspan_nl_mcgrps[] = {
	[VSPAN_NLGRP_CONFIG] = { "config", },
};
