// SPDX-License-Identifier: GPL-2.0
/* Serves requests to create, change and delete sources. */
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "config/source.h"
#include "net.h"
#include "netlink/netlink-gen.h"
#include "netlink/nl.h"
#include "path/source.h"

static const char *vspan_nl_string(struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_data(info->attrs[attr]) : NULL;
}

/* NAME and KIND are the same numbers in requests for sources and for bindings.
 * The key points into the request; its span is looked up under RTNL.
 */
static int vspan_nl_parse_key(struct genl_info *info,
			      struct vspan_source_key *key)
{
	const struct nlattr *kind = info->attrs[VSPAN_A_SOURCE_KIND];

	key->name = vspan_nl_string(info, VSPAN_A_SOURCE_NAME);
	if (!key->name) {
		NL_SET_ERR_MSG(info->extack, "the request names no source");
		return -EINVAL;
	}
	key->kind = kind ? nla_get_u32(kind) : VSPAN_KIND_NAME;
	return 0;
}

/**
 * vspan_nl_keyed - parse the source that a request names, and serve the request
 * @skb: the request
 * @info: the request, parsed
 * @ref: the attributes that identify the span
 * @serve: serves the request under RTNL
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_keyed(struct sk_buff *skb, struct genl_info *info,
		   const struct vspan_nl_ref *ref, vspan_nl_serve_fn *serve)
{
	struct vspan_source_key key;
	int err;

	err = vspan_nl_names_span(info, ref) ?: vspan_nl_parse_key(info, &key);
	if (err)
		return err;
	rtnl_lock();
	key.vs = vspan_nl_span(info, ref);
	err = serve(skb, info, &key);
	rtnl_unlock();
	return err;
}

/* Like vspan_nl_keyed(), for a request that changes something. */
static int vspan_nl_change(struct sk_buff *skb, struct genl_info *info,
			   vspan_nl_serve_fn *serve)
{
	const struct vspan_nl_ref *ref = &vspan_nl_by_source;
	struct vspan_source_key key;
	int err;

	err = vspan_nl_names_span(info, ref) ?: vspan_nl_parse_key(info, &key);
	if (err)
		return err;
	vspan_nl_lock(info);
	key.vs = vspan_nl_span(info, ref);
	err = serve(skb, info, &key);
	vspan_nl_unlock(info);
	return err;
}

/**
 * vspan_nl_find_source - find the source that a request names
 * @info: the request
 * @key: key of the source; its span may be NULL
 *
 * Context: RTNL.
 * Return: the source, or NULL with a sentence in extack.
 */
struct vspan_source *vspan_nl_find_source(struct genl_info *info,
					  const struct vspan_source_key *key)
{
	struct vspan_source *src = NULL;

	if (key->vs)
		src = vspan_source_find(genl_info_net(info), key);
	if (!src)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VSPAN_A_SOURCE_NAME],
				    "the span has no such source; show lists those it has");
	return src;
}

static int vspan_nl_source_new(struct sk_buff *skb, struct genl_info *info,
			       const struct vspan_source_key *key)
{
	struct vspan_source_key new = *key;
	struct vspan_rule *rule;

	new.vs = vspan_nl_find_span(skb, info, &vspan_nl_by_source);
	if (IS_ERR(new.vs))
		return PTR_ERR(new.vs);
	rule = vspan_nl_parse_rule(info, NULL);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	return vspan_source_create(genl_info_net(info), &new, rule,
				   info->extack);
}

/**
 * vspan_nl_source_new_doit - VSPAN_CMD_SOURCE_NEW
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_source_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vspan_nl_change(skb, info, vspan_nl_source_new);
}

static int vspan_nl_source_set(struct sk_buff *skb, struct genl_info *info,
			       const struct vspan_source_key *key)
{
	struct vspan_source *src = vspan_nl_find_source(info, key);
	struct vspan_rule *rule;

	if (!src)
		return -ENOENT;
	rule = vspan_nl_parse_rule(info, rtnl_dereference(src->rule));
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	return vspan_source_change(src, rule, info->extack);
}

/**
 * vspan_nl_source_set_doit - VSPAN_CMD_SOURCE_SET
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vspan_nl_change(skb, info, vspan_nl_source_set);
}

static int vspan_nl_source_del(struct sk_buff *skb, struct genl_info *info,
			       const struct vspan_source_key *key)
{
	struct vspan_source *src = vspan_nl_find_source(info, key);

	if (!src)
		return -ENOENT;
	vspan_source_destroy(src);
	return 0;
}

/**
 * vspan_nl_source_del_doit - VSPAN_CMD_SOURCE_DEL
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_source_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vspan_nl_change(skb, info, vspan_nl_source_del);
}

/* Delete the sources of @vs, or of all spans, that are configured in this netns. */
static void vspan_nl_flush(struct net *net, const struct vspan_dev *vs)
{
	struct vspan_source *src, *tmp;
	LIST_HEAD(doomed);

	list_for_each_entry_safe(src, tmp, &vspan_net(net)->sources, net_node)
		if (!vs || src->vs == vs)
			vspan_source_doom(src, &doomed);
	vspan_source_destroy_all(&doomed);
}

/**
 * vspan_nl_source_flush_doit - VSPAN_CMD_SOURCE_FLUSH
 * @skb: the request
 * @info: the request, parsed
 *
 * Return: 0 or a negative errno with a sentence in extack.
 */
int vspan_nl_source_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct vspan_nl_ref *ref = &vspan_nl_by_source;
	struct vspan_dev *vs = NULL;

	vspan_nl_lock(info);
	if (info->attrs[ref->name] || info->attrs[ref->ifindex])
		vs = vspan_nl_known_span(skb, info, ref);
	if (!IS_ERR(vs))
		vspan_nl_flush(genl_info_net(info), vs);
	vspan_nl_unlock(info);
	return PTR_ERR_OR_ZERO(vs);
}
