// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the span that a request names, identifies spans in answers, and serves requests
 * to change a span.
 */
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "config/changes.h"
#include "config/owner.h"
#include "netlink/audit.h"
#include "netlink/netlink-gen.h"
#include "netlink/nl.h"
#include "path/device.h"
#include "path/outsend.h"
#include "path/source.h"
#include "vspan.h"

const struct vspan_nl_ref vspan_nl_by_span = {
	.name		= VSPAN_A_SPAN_NAME,
	.ifindex	= VSPAN_A_SPAN_IFINDEX,
	.netnsid	= VSPAN_A_SPAN_NETNSID,
};

const struct vspan_nl_ref vspan_nl_by_source = {
	.name		= VSPAN_A_SOURCE_SPAN,
	.ifindex	= VSPAN_A_SOURCE_SPAN_IFINDEX,
	.netnsid	= VSPAN_A_SOURCE_SPAN_NETNSID,
};

const struct vspan_nl_ref vspan_nl_by_binding = {
	.name		= VSPAN_A_BINDING_SPAN,
	.ifindex	= VSPAN_A_BINDING_SPAN_IFINDEX,
	.netnsid	= VSPAN_A_BINDING_SPAN_NETNSID,
};

const struct vspan_nl_ref vspan_nl_by_output = {
	.name		= VSPAN_A_OUTPUT_SPAN,
	.ifindex	= VSPAN_A_OUTPUT_SPAN_IFINDEX,
	.netnsid	= VSPAN_A_OUTPUT_SPAN_NETNSID,
};

/**
 * vspan_nl_names_span - check that a request names a span
 * @info: the request
 * @ref: the attributes that identify a span
 *
 * Return: 0, or -EINVAL with a sentence in extack.
 */
int vspan_nl_names_span(struct genl_info *info, const struct vspan_nl_ref *ref)
{
	if (info->attrs[ref->name] || info->attrs[ref->ifindex])
		return 0;
	NL_SET_ERR_MSG(info->extack, "the request names no span");
	return -EINVAL;
}

/* Get the netns in which the span is looked up, with a reference, or NULL. */
static struct net *vspan_nl_net(struct genl_info *info,
				const struct vspan_nl_ref *ref)
{
	const struct nlattr *netnsid = info->attrs[ref->netnsid];

	if (!netnsid)
		return get_net(genl_info_net(info));
	return get_net_ns_by_id(genl_info_net(info), nla_get_s32(netnsid));
}

/* If a request has name and index, both must match: another span may have taken over the
 * name or the index.
 */
static struct vspan_dev *vspan_nl_span_in(struct net *net,
					  struct genl_info *info,
					  const struct vspan_nl_ref *ref)
{
	const struct nlattr *ifindex = info->attrs[ref->ifindex];
	const struct nlattr *name = info->attrs[ref->name];
	struct net_device *dev;

	dev = ifindex ? __dev_get_by_index(net, nla_get_u32(ifindex)) :
			__dev_get_by_name(net, nla_data(name));
	if (!dev || !vspan_dev_is_span(dev) ||
	    (ifindex && name && strcmp(dev->name, nla_data(name))))
		return NULL;
	return netdev_priv(dev);
}

/**
 * vspan_nl_span - find the span that a request names, without a check of rights
 * @info: the request, which names a span
 * @ref: the attributes that identify it
 *
 * Without a netnsid only spans in the netns of the request are found.
 *
 * Context: RTNL, which keeps the span alive after the reference to its netns is dropped.
 * Return: the span or NULL.
 */
struct vspan_dev *vspan_nl_span(struct genl_info *info,
				const struct vspan_nl_ref *ref)
{
	struct net *net = vspan_nl_net(info, ref);
	struct vspan_dev *vs;

	if (!net)
		return NULL;
	vs = vspan_nl_span_in(net, info, ref);
	put_net(net);
	return vs;
}

static bool vspan_nl_may(struct sk_buff *skb, struct genl_info *info,
			 const struct net *net)
{
	return net_eq(net, genl_info_net(info)) ||
	       netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN);
}

static struct vspan_dev *
vspan_nl_no_span(struct genl_info *info, const struct vspan_nl_ref *ref)
{
	struct nlattr *attr = info->attrs[ref->ifindex] ?:
			      info->attrs[ref->name];

	if (info->attrs[ref->netnsid])
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ref->netnsid],
				    "there is no such span in that network namespace");
	else
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "there is no such span here; make one with: ip link add NAME type vspan");
	return ERR_PTR(-ENODEV);
}

/**
 * vspan_nl_find_span - find the span that a request changes or feeds
 * @skb: the request
 * @info: the request, parsed; it names a span
 * @ref: the attributes that identify it
 *
 * For a span of another netns the sender needs CAP_NET_ADMIN there, too.
 *
 * Context: RTNL.
 * Return: the span, or an ERR_PTR with a sentence in extack.
 */
struct vspan_dev *vspan_nl_find_span(struct sk_buff *skb,
				     struct genl_info *info,
				     const struct vspan_nl_ref *ref)
{
	struct net *net = vspan_nl_net(info, ref);
	struct vspan_dev *vs = NULL;

	if (net && !vspan_nl_may(skb, info, net)) {
		put_net(net);
		NL_SET_ERR_MSG(info->extack,
			       "the span is in another network namespace, and this needs CAP_NET_ADMIN there too");
		return ERR_PTR(-EPERM);
	}
	if (net) {
		vs = vspan_nl_span_in(net, info, ref);
		put_net(net);
	}
	return vs ?: vspan_nl_no_span(info, ref);
}

/**
 * vspan_nl_has_output - does a span have outputs in a netns?
 * @vs: the span
 * @net: the netns
 *
 * Context: RTNL.
 * Return: true if so.
 */
bool vspan_nl_has_output(const struct vspan_dev *vs, const struct net *net)
{
	const struct vspan_output *out;

	list_for_each_entry(out, &vs->outputs, node)
		if (net_eq(out->net, net))
			return true;
	return false;
}

/* Is the span in the netns, or does it have sources or outputs there? */
static bool vspan_nl_span_concerns(const struct vspan_dev *vs,
				   const struct net *net)
{
	const struct vspan_source *src;

	if (net_eq(dev_net(vs->dev), net))
		return vs->dev->reg_state == NETREG_REGISTERED;
	list_for_each_entry(src, &vs->sources, span_node)
		if (net_eq(src->net, net))
			return true;
	return vspan_nl_has_output(vs, net);
}

/**
 * vspan_nl_known_span - find the span that a request reads or flushes
 * @skb: the request
 * @info: the request, parsed; it names a span
 * @ref: the attributes that identify it
 *
 * For a span of another netns that has no sources or outputs in that of the request, the
 * sender needs CAP_NET_ADMIN in the netns of the span.
 *
 * Context: RTNL.
 * Return: the span, or an ERR_PTR with a sentence in extack.
 */
struct vspan_dev *vspan_nl_known_span(struct sk_buff *skb,
				      struct genl_info *info,
				      const struct vspan_nl_ref *ref)
{
	struct vspan_dev *vs = vspan_nl_span(info, ref);

	if (vs && vspan_nl_span_concerns(vs, genl_info_net(info)))
		return vs;
	return vspan_nl_find_span(skb, info, ref);
}

/**
 * vspan_nl_fill_span_id - put index and netns of a span into a message
 * @skb: the message
 * @net: the reader's netns
 * @dev: the span's device
 * @ref: the attributes that identify a span
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int vspan_nl_fill_span_id(struct sk_buff *skb, struct net *net,
			  const struct net_device *dev,
			  const struct vspan_nl_ref *ref)
{
	if (nla_put_u32(skb, ref->ifindex, dev->ifindex))
		return -EMSGSIZE;
	if (net_eq(net, dev_net(dev)))
		return 0;
	return nla_put_s32(skb, ref->netnsid,
			   peernet2id_alloc(net, dev_net(dev), GFP_KERNEL));
}

static int vspan_nl_span_set(struct sk_buff *skb, struct genl_info *info,
			     struct nlattr *frames)
{
	struct vspan_dev *vs = vspan_nl_find_span(skb, info, &vspan_nl_by_span);
	int err = 0;

	if (IS_ERR(vs))
		return PTR_ERR(vs);
	if (info->attrs[VSPAN_A_SPAN_OWNED])
		err = vspan_owner_set(vs, genl_info_net(info), info->snd_portid,
				      info->extack);
	if (err)
		return err;
	if (frames)
		WRITE_ONCE(vs->frames, nla_get_u32(frames));
	vspan_changes_span(vs, VSPAN_CHANGE_SET);
	vspan_audit_span(vs);
	return 0;
}

/**
 * vspan_nl_span_set_doit - VSPAN_CMD_SPAN_SET
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_span_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *frames = info->attrs[VSPAN_A_SPAN_FRAMES];
	int err;

	err = vspan_nl_names_span(info, &vspan_nl_by_span);
	if (err)
		return err;
	if (!frames && !info->attrs[VSPAN_A_SPAN_OWNED]) {
		NL_SET_ERR_MSG(info->extack,
			       "the request must name the form of the span's frames, or say that the span goes with this socket");
		return -EINVAL;
	}
	vspan_nl_lock(info);
	err = vspan_nl_span_set(skb, info, frames);
	vspan_nl_unlock(info);
	return err;
}
