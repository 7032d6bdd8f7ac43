// SPDX-License-Identifier: GPL-2.0
/* Serves requests for outputs, and sends notifications of their changes. */
#include <net/genetlink.h>
#include <net/psample.h>
#include <net/rtnetlink.h>

#include "config/changes.h"
#include "config/output.h"
#include "net.h"
#include "netlink/netlink-gen.h"
#include "netlink/nl.h"
#include "path/outsend.h"
#include "stats.h"
#include "vspan.h"

static int vspan_nl_parse_output(struct genl_info *info,
				 struct vspan_output_key *key)
{
	int err = vspan_nl_names_span(info, &vspan_nl_by_output);
	struct nlattr *group = info->attrs[VSPAN_A_OUTPUT_GROUP];
	struct nlattr *dev = info->attrs[VSPAN_A_OUTPUT_DEV];

	if (err)
		return err;
	if (!dev == !group) {
		NL_SET_ERR_MSG(info->extack,
			       "an output is either a device or a psample group");
		return -EINVAL;
	}
	key->vs = NULL;
	key->dev = dev ? nla_data(dev) : NULL;
	key->group = group ? nla_get_u32(group) : 0;
	return 0;
}

static struct vspan_output *
vspan_nl_find_output(struct genl_info *info, struct vspan_output_key *key)
{
	struct vspan_output *out = NULL;

	key->vs = vspan_nl_span(info, &vspan_nl_by_output);
	if (key->vs)
		out = vspan_output_find(genl_info_net(info), key);
	if (!out)
		NL_SET_ERR_MSG(info->extack,
			       "the span has no such output; show lists those it has");
	return out;
}

static int vspan_nl_output_new(struct sk_buff *skb, struct genl_info *info,
			       struct vspan_output_key *key)
{
	struct nlattr *strip = info->attrs[VSPAN_A_OUTPUT_STRIP];
	struct nlattr *vlan = info->attrs[VSPAN_A_OUTPUT_VLAN];

	if (!key->dev && (vlan || strip)) {
		NL_SET_ERR_MSG(info->extack,
			       "frames go to psample as they are; vlan and strip are for devices");
		return -EINVAL;
	}
	key->vs = vspan_nl_find_span(skb, info, &vspan_nl_by_output);
	if (IS_ERR(key->vs))
		return PTR_ERR(key->vs);
	return vspan_output_create(genl_info_net(info), key,
				   vlan ? nla_get_u16(vlan) : 0,
				   strip && nla_get_u8(strip), info->extack);
}

/**
 * vspan_nl_output_new_doit - VSPAN_CMD_OUTPUT_NEW
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_output_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vspan_output_key key;
	int err;

	err = vspan_nl_parse_output(info, &key);
	if (err)
		return err;
	vspan_nl_lock(info);
	err = vspan_nl_output_new(skb, info, &key);
	vspan_nl_unlock(info);
	return err;
}

/**
 * vspan_nl_output_del_doit - VSPAN_CMD_OUTPUT_DEL
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_output_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vspan_output_key key;
	struct vspan_output *out;
	int err;

	err = vspan_nl_parse_output(info, &key);
	if (err)
		return err;
	vspan_nl_lock(info);
	out = vspan_nl_find_output(info, &key);
	if (out)
		vspan_output_destroy(out);
	vspan_nl_unlock(info);
	return out ? 0 : -ENOENT;
}

static int vspan_nl_fill_output_stats(struct sk_buff *skb,
				      const struct vspan_output *out)
{
	struct nlattr *nest = nla_nest_start(skb, VSPAN_A_OUTPUT_STATS);
	struct vspan_sums sums;

	if (!nest)
		return -EMSGSIZE;
	vspan_stats_sum(out->stats, &sums);
	if (nla_put_u64_64bit(skb, VSPAN_A_OUTPUT_STATS_PACKETS,
			      sums.v[VSPAN_TX_PACKETS],
			      VSPAN_A_OUTPUT_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_OUTPUT_STATS_BYTES,
			      sums.v[VSPAN_TX_BYTES],
			      VSPAN_A_OUTPUT_STATS_PAD) ||
	    vspan_nl_fill_drops(skb, VSPAN_A_OUTPUT_STATS_DROPS, &sums))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int vspan_nl_fill_output_target(struct sk_buff *skb,
				       const struct vspan_output *out)
{
	const struct net_device *dev = rtnl_dereference(out->dev);
	enum vspan_dormant why;

	if (out->psample)
		return nla_put_u32(skb, VSPAN_A_OUTPUT_GROUP,
				   out->psample->group_num);
	if (nla_put_string(skb, VSPAN_A_OUTPUT_DEV, out->name) ||
	    (dev && nla_put_u32(skb, VSPAN_A_OUTPUT_IFINDEX, dev->ifindex)) ||
	    (vspan_output_dormant(out, &why) &&
	     nla_put_u32(skb, VSPAN_A_OUTPUT_DORMANT, why)))
		return -EMSGSIZE;
	return 0;
}

static int vspan_nl_fill_output(struct sk_buff *skb, struct net *net,
				union vspan_nl_object obj)
{
	const struct vspan_output *out = obj.out;

	if (nla_put_string(skb, VSPAN_A_OUTPUT_SPAN, out->vs->dev->name) ||
	    vspan_nl_fill_span_id(skb, net, out->vs->dev,
				  &vspan_nl_by_output) ||
	    vspan_nl_fill_output_target(skb, out) ||
	    (out->vlan &&
	     nla_put_u16(skb, VSPAN_A_OUTPUT_VLAN, out->vlan)) ||
	    (out->strip && nla_put_u8(skb, VSPAN_A_OUTPUT_STRIP, 1)) ||
	    vspan_nl_fill_output_stats(skb, out))
		return -EMSGSIZE;
	return 0;
}

/**
 * vspan_nl_notify_output - notify listeners of a change of an output
 * @out: the output
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_nl_notify_output(const struct vspan_output *out, enum vspan_change what)
{
	static const u8 cmds[] = {
		[VSPAN_CHANGE_NEW] = VSPAN_CMD_OUTPUT_NEW_NTF,
		[VSPAN_CHANGE_SET] = VSPAN_CMD_OUTPUT_SET_NTF,
		[VSPAN_CHANGE_DEL] = VSPAN_CMD_OUTPUT_DEL_NTF,
	};
	union vspan_nl_object obj = { .out = out };

	vspan_nl_notify(out->net, cmds[what], vspan_nl_fill_output, obj);
}

/**
 * vspan_nl_output_get_doit - VSPAN_CMD_OUTPUT_GET for one output
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_output_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vspan_output_key key;
	union vspan_nl_object obj;
	int err;

	err = vspan_nl_parse_output(info, &key);
	if (err)
		return err;
	rtnl_lock();
	obj.out = vspan_nl_find_output(info, &key);
	err = obj.out ? vspan_nl_reply(info, VSPAN_CMD_OUTPUT_GET,
				       vspan_nl_fill_output, obj) : -ENOENT;
	rtnl_unlock();
	return err;
}

/**
 * vspan_nl_output_get_dumpit - VSPAN_CMD_OUTPUT_GET for all outputs
 * @skb: the answer
 * @cb: the request and where the dump has got to
 *
 * Return: length of the answer, 0 at the end, or a negative errno.
 */
int vspan_nl_output_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	union vspan_nl_object obj;
	struct vspan_output *out;
	struct vspan_net *vn;

	rtnl_lock();
	vn = vspan_nl_dump_start(cb);
	list_for_each_entry(out, &vn->outputs, net_node) {
		if (out->id <= cb->args[0] || !vspan_nl_dump_wants(cb, out->vs))
			continue;
		obj.out = out;
		if (vspan_nl_dump_one(skb, cb, VSPAN_CMD_OUTPUT_GET,
				      vspan_nl_fill_output, obj))
			break;
		cb->args[0] = out->id;
	}
	rtnl_unlock();
	return skb->len;
}
