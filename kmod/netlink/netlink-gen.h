/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vspan.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _LINUX_VSPAN_GEN_H
#define _LINUX_VSPAN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vspan.h>

extern const struct nla_policy vspan_span_get_nl_policy[VSPAN_A_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_span_set_nl_policy[VSPAN_A_SPAN_OWNED + 1];

extern const struct nla_policy vspan_source_get_nl_policy[VSPAN_A_SOURCE_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_source_new_nl_policy[VSPAN_A_SOURCE_SHARES + 1];

extern const struct nla_policy vspan_source_set_nl_policy[VSPAN_A_SOURCE_SHARES + 1];

extern const struct nla_policy vspan_source_del_nl_policy[VSPAN_A_SOURCE_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_source_flush_nl_policy[VSPAN_A_SOURCE_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_binding_get_nl_policy[VSPAN_A_BINDING_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_output_get_nl_policy[VSPAN_A_OUTPUT_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_output_new_nl_policy[VSPAN_A_OUTPUT_SPAN_NETNSID + 1];

extern const struct nla_policy vspan_output_del_nl_policy[VSPAN_A_OUTPUT_SPAN_NETNSID + 1];

/* Ops table for vspan */
extern const struct genl_ops vspan_nl_ops[11];

int vspan_nl_span_get_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_span_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vspan_nl_span_set_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_source_get_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_source_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vspan_nl_source_new_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_source_del_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_source_flush_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_binding_get_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_binding_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vspan_nl_output_get_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_output_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vspan_nl_output_new_doit(struct sk_buff *skb, struct genl_info *info);
int vspan_nl_output_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VSPAN_NLGRP_CONFIG,
};

#endif /* _LINUX_VSPAN_GEN_H */
