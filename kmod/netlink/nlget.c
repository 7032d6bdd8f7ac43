// SPDX-License-Identifier: GPL-2.0
/* Replies, dumps, and what notifications say, with the attributes of nlfill.c. */
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "config/changes.h"
#include "config/claim.h"
#include "config/device.h"
#include "net.h"
#include "netlink/netlink-gen.h"
#include "netlink/nl.h"
#include "path/port.h"
#include "path/source.h"
#include "vspan.h"

static int vspan_nl_fill_fn_span(struct sk_buff *skb, struct net *net,
				 union vspan_nl_object obj)
{
	return vspan_nl_fill_span(skb, net, obj.vs);
}

static int vspan_nl_fill_fn_source(struct sk_buff *skb, struct net *net,
				   union vspan_nl_object obj)
{
	return vspan_nl_fill_source(skb, net, obj.src);
}

static int vspan_nl_fill_fn_binding(struct sk_buff *skb, struct net *net,
				    union vspan_nl_object obj)
{
	return vspan_nl_fill_binding(skb, net, obj.b);
}

/**
 * vspan_nl_reply - answer a request with one object
 * @info: the request
 * @cmd: command of the answer
 * @fill: function that puts the attributes of @obj into the answer
 * @obj: the object
 *
 * Return: 0 or a negative errno.
 */
int vspan_nl_reply(struct genl_info *info, u8 cmd, vspan_nl_fill_fn *fill,
		   union vspan_nl_object obj)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &vspan_nl_family, 0, cmd);
	err = hdr ? fill(msg, genl_info_net(info), obj) : -EMSGSIZE;
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * vspan_nl_dump_start - begin or resume a dump
 * @cb: the dump
 *
 * A dump continues after the last id that it has sent, so it skips nothing if an object
 * is deleted in between. If anything changes in this netns, the messages have
 * NLM_F_DUMP_INTR set.
 *
 * Return: the reader's netns.
 */
struct vspan_net *vspan_nl_dump_start(struct netlink_callback *cb)
{
	struct vspan_net *vn = vspan_net(sock_net(cb->skb->sk));

	ASSERT_RTNL();
	cb->seq = vn->generation;
	return vn;
}

/**
 * vspan_nl_dump_wants - does a dump include the objects of a span?
 * @cb: the dump
 * @vs: the span
 *
 * Context: RTNL.
 * Return: true if the request names no span, or this one.
 */
bool vspan_nl_dump_wants(struct netlink_callback *cb, const struct vspan_dev *vs)
{
	const struct nlattr *span = vspan_nl_dump_attrs(cb)[VSPAN_A_SOURCE_SPAN];

	/* The attribute has the same number in all requests. */
	BUILD_BUG_ON((int)VSPAN_A_SOURCE_SPAN != (int)VSPAN_A_SPAN_NAME);
	BUILD_BUG_ON((int)VSPAN_A_SOURCE_SPAN != (int)VSPAN_A_OUTPUT_SPAN);
	return !span || !nla_strcmp(span, vs->dev->name);
}

/**
 * vspan_nl_dump_one - put one object into a dump
 * @skb: the answer
 * @cb: the dump
 * @cmd: command of the answer
 * @fill: function that puts the attributes of @obj into the answer
 * @obj: the object
 *
 * Return: 0 or -EMSGSIZE.
 */
int vspan_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		      vspan_nl_fill_fn *fill, union vspan_nl_object obj)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &vspan_nl_family,
				NLM_F_MULTI, cmd);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill(skb, sock_net(skb->sk), obj)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * vspan_nl_notify_span - notify listeners of a change of a span
 * @vs: the span
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_nl_notify_span(const struct vspan_dev *vs, enum vspan_change what)
{
	static const u8 cmds[] = {
		[VSPAN_CHANGE_NEW] = VSPAN_CMD_SPAN_NEW_NTF,
		[VSPAN_CHANGE_SET] = VSPAN_CMD_SPAN_SET_NTF,
		[VSPAN_CHANGE_DEL] = VSPAN_CMD_SPAN_DEL_NTF,
	};
	union vspan_nl_object obj = { .vs = vs };

	vspan_nl_notify(dev_net(vs->dev), cmds[what], vspan_nl_fill_fn_span, obj);
}

/**
 * vspan_nl_notify_source - notify listeners of a change of a source
 * @src: the source
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_nl_notify_source(const struct vspan_source *src, enum vspan_change what)
{
	static const u8 cmds[] = {
		[VSPAN_CHANGE_NEW] = VSPAN_CMD_SOURCE_NEW_NTF,
		[VSPAN_CHANGE_SET] = VSPAN_CMD_SOURCE_SET_NTF,
		[VSPAN_CHANGE_DEL] = VSPAN_CMD_SOURCE_DEL_NTF,
	};
	union vspan_nl_object obj = { .src = src };

	vspan_nl_notify(src->net, cmds[what], vspan_nl_fill_fn_source, obj);
}

/**
 * vspan_nl_notify_binding - notify listeners of a change of a binding
 * @b: the binding
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_nl_notify_binding(const struct vspan_binding *b, enum vspan_change what)
{
	static const u8 cmds[] = {
		[VSPAN_CHANGE_NEW] = VSPAN_CMD_BINDING_NEW_NTF,
		[VSPAN_CHANGE_SET] = VSPAN_CMD_BINDING_SET_NTF,
		[VSPAN_CHANGE_DEL] = VSPAN_CMD_BINDING_DEL_NTF,
	};
	union vspan_nl_object obj = { .b = b };

	vspan_nl_notify(b->src->net, cmds[what], vspan_nl_fill_fn_binding, obj);
}

/**
 * vspan_nl_span_get_doit - VSPAN_CMD_SPAN_GET for one span
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_span_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct vspan_nl_ref *ref = &vspan_nl_by_span;
	union vspan_nl_object obj;
	struct vspan_dev *vs;
	int err;

	err = vspan_nl_names_span(info, ref);
	if (err)
		return err;
	rtnl_lock();
	vs = vspan_nl_known_span(skb, info, ref);
	obj.vs = vs;
	err = IS_ERR(vs) ? PTR_ERR(vs) :
			   vspan_nl_reply(info, VSPAN_CMD_SPAN_GET,
					  vspan_nl_fill_fn_span, obj);
	rtnl_unlock();
	return err;
}

static int vspan_nl_source_get(struct sk_buff *skb, struct genl_info *info,
			       const struct vspan_source_key *key)
{
	union vspan_nl_object obj = { .src = vspan_nl_find_source(info, key) };

	return obj.src ? vspan_nl_reply(info, VSPAN_CMD_SOURCE_GET,
					vspan_nl_fill_fn_source, obj) : -ENOENT;
}

/**
 * vspan_nl_source_get_doit - VSPAN_CMD_SOURCE_GET for one source
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_source_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vspan_nl_keyed(skb, info, &vspan_nl_by_source,
			      vspan_nl_source_get);
}

static const struct vspan_binding *
vspan_nl_find_binding(struct genl_info *info,
		      const struct vspan_source_key *key)
{
	const struct nlattr *dev = info->attrs[VSPAN_A_BINDING_DEV];
	const struct vspan_source *src = vspan_nl_find_source(info, key);
	const struct vspan_binding *b;

	if (!src)
		return NULL;
	list_for_each_entry(b, &src->bindings, src_node)
		if (dev && !strcmp(b->port->dev->name, nla_data(dev)))
			return b;
	NL_SET_ERR_MSG(info->extack, "the source is not bound to that device");
	return NULL;
}

static int vspan_nl_binding_get(struct sk_buff *skb, struct genl_info *info,
				const struct vspan_source_key *key)
{
	union vspan_nl_object obj = { .b = vspan_nl_find_binding(info, key) };

	return obj.b ? vspan_nl_reply(info, VSPAN_CMD_BINDING_GET,
				      vspan_nl_fill_fn_binding, obj) : -ENOENT;
}

/**
 * vspan_nl_binding_get_doit - VSPAN_CMD_BINDING_GET for one binding
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_binding_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vspan_nl_keyed(skb, info, &vspan_nl_by_binding,
			      vspan_nl_binding_get);
}

/* Does a dump of @vn include a span? Called for one span after the other; both spans and
 * sources are in the order of span ids, so @src advances with the span.
 */
static bool vspan_nl_dump_concerns(const struct vspan_dev *vs,
				   struct vspan_net *vn,
				   struct vspan_source **src)
{
	while (*src && (*src)->vs->id < vs->id)
		*src = vspan_claim_span(vn, *src);
	if (net_eq(dev_net(vs->dev), vn->net))
		return vs->dev->reg_state == NETREG_REGISTERED;
	return (*src && (*src)->vs == vs) || vspan_nl_has_output(vs, vn->net);
}

/**
 * vspan_nl_span_get_dumpit - VSPAN_CMD_SPAN_GET for all spans
 * @skb: the answer
 * @cb: the request and where the dump has got to
 *
 * Return: length of the answer, 0 at the end, or a negative errno.
 */
int vspan_nl_span_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	union vspan_nl_object obj;
	struct vspan_source *src;
	struct vspan_net *vn;
	struct vspan_dev *vs;

	rtnl_lock();
	vn = vspan_nl_dump_start(cb);
	src = vspan_claim_span(vn, NULL);
	list_for_each_entry(vs, &vspan_devs, node) {
		if (!vspan_nl_dump_concerns(vs, vn, &src) ||
		    vs->id <= cb->args[0] || !vspan_nl_dump_wants(cb, vs))
			continue;
		obj.vs = vs;
		if (vspan_nl_dump_one(skb, cb, VSPAN_CMD_SPAN_GET,
				      vspan_nl_fill_fn_span, obj))
			break;
		cb->args[0] = vs->id;
	}
	rtnl_unlock();
	return skb->len;
}

/**
 * vspan_nl_source_get_dumpit - VSPAN_CMD_SOURCE_GET for all sources
 * @skb: the answer
 * @cb: the request and where the dump has got to
 *
 * Return: length of the answer, 0 at the end, or a negative errno.
 */
int vspan_nl_source_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	union vspan_nl_object obj;
	struct vspan_source *src;
	struct vspan_net *vn;

	rtnl_lock();
	vn = vspan_nl_dump_start(cb);
	list_for_each_entry(src, &vn->sources, net_node) {
		if (src->id <= cb->args[0] || !vspan_nl_dump_wants(cb, src->vs))
			continue;
		obj.src = src;
		if (vspan_nl_dump_one(skb, cb, VSPAN_CMD_SOURCE_GET,
				      vspan_nl_fill_fn_source, obj))
			break;
		cb->args[0] = src->id;
	}
	rtnl_unlock();
	return skb->len;
}

/* Dump the bindings of one source, without those that were sent already. */
static int vspan_nl_dump_bindings(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  const struct vspan_source *src)
{
	const struct vspan_binding *b;
	union vspan_nl_object obj;
	long i = 0;

	list_for_each_entry(b, &src->bindings, src_node) {
		if (i++ < cb->args[1])
			continue;
		obj.b = b;
		if (vspan_nl_dump_one(skb, cb, VSPAN_CMD_BINDING_GET,
				      vspan_nl_fill_fn_binding, obj))
			return -EMSGSIZE;
		cb->args[1]++;
	}
	cb->args[0] = src->id;
	cb->args[1] = 0;
	return 0;
}

/**
 * vspan_nl_binding_get_dumpit - VSPAN_CMD_BINDING_GET for all bindings
 * @skb: the answer
 * @cb: the request and where the dump has got to
 *
 * Return: length of the answer, 0 at the end, or a negative errno.
 */
int vspan_nl_binding_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct vspan_source *src;
	struct vspan_net *vn;

	rtnl_lock();
	vn = vspan_nl_dump_start(cb);
	list_for_each_entry(src, &vn->sources, net_node)
		if (src->id > cb->args[0] && vspan_nl_dump_wants(cb, src->vs) &&
		    vspan_nl_dump_bindings(skb, cb, src))
			break;
	rtnl_unlock();
	return skb->len;
}
