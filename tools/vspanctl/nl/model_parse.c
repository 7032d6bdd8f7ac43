// SPDX-License-Identifier: GPL-2.0
/* Parses messages of the kernel into structs. */
#include "nl/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct nl_policy span_policy[VSPAN_A_SPAN_MAX + 1] = {
	[VSPAN_A_SPAN_NAME]	= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_SPAN_IFINDEX]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_NETNSID]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_UP]	= { .type = MNL_TYPE_U8 },
	[VSPAN_A_SPAN_READERS]	= { .type = MNL_TYPE_U8 },
	[VSPAN_A_SPAN_FRAMES]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_QLEN]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_STATS]	= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_SPAN_PINS]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_SPAN_IDLE]	= { .type = MNL_TYPE_U8 },
	[VSPAN_A_SPAN_OWNED]	= { .type = MNL_TYPE_U8 },
};

static const struct nl_policy span_stats_policy[VSPAN_A_SPAN_STATS_MAX + 1] = {
	[VSPAN_A_SPAN_STATS_PACKETS]		= { .type = MNL_TYPE_U64 },
	[VSPAN_A_SPAN_STATS_BYTES]		= { .type = MNL_TYPE_U64 },
	[VSPAN_A_SPAN_STATS_MONITOR_TX_DROPPED]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_SPAN_STATS_DROPS]		= { .type = MNL_TYPE_NESTED },
};

static const struct nl_policy source_policy[VSPAN_A_SOURCE_MAX + 1] = {
	[VSPAN_A_SOURCE_SPAN]	= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_SOURCE_NAME]	= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_SOURCE_KIND]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_DIR]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_VLANS]	= { .type = MNL_TYPE_BINARY,
				    .len = VSPAN_VLAN_BITMAP_LEN },
	[VSPAN_A_SOURCE_HOOK]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_REDIRECT] = { .type = MNL_TYPE_U8 },
	[VSPAN_A_SOURCE_PROMISC] = { .type = MNL_TYPE_U8 },
	[VSPAN_A_SOURCE_DUP_KEEP] = { .type = MNL_TYPE_U8 },
	[VSPAN_A_SOURCE_FILTER_TEXT] = { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_SOURCE_SNAPLEN] = { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_SNAP_HEADERS] = { .type = MNL_TYPE_U8 },
	[VSPAN_A_SOURCE_SAMPLE]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_RATE]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_TAG]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_DORMANT] = { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_STATS]	= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_SOURCE_SPAN_IFINDEX] = { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_SPAN_NETNSID] = { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_SHARE]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_SHARES]	= { .type = MNL_TYPE_U32 },
};

static const struct nl_policy source_stats_policy[VSPAN_A_SOURCE_STATS_MAX + 1] = {
	[VSPAN_A_SOURCE_STATS_RX]	= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_SOURCE_STATS_TX]	= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_SOURCE_STATS_FILTERED]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_SOURCE_STATS_DUP]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_SOURCE_STATS_SAMPLED_OUT] = { .type = MNL_TYPE_U64 },
	[VSPAN_A_SOURCE_STATS_OFF_CABLE] = { .type = MNL_TYPE_U64 },
	[VSPAN_A_SOURCE_STATS_OTHER_SHARES] = { .type = MNL_TYPE_U64 },
	[VSPAN_A_SOURCE_STATS_DROPS]	= { .type = MNL_TYPE_NESTED },
};

static const struct nl_policy dir_stats_policy[VSPAN_A_DIR_STATS_MAX + 1] = {
	[VSPAN_A_DIR_STATS_PACKETS]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_DIR_STATS_BYTES]	= { .type = MNL_TYPE_U64 },
};

static const struct nl_policy binding_policy[VSPAN_A_BINDING_MAX + 1] = {
	[VSPAN_A_BINDING_SPAN]		= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_BINDING_NAME]		= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_BINDING_KIND]		= { .type = MNL_TYPE_U32 },
	[VSPAN_A_BINDING_DEV]		= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_BINDING_IFINDEX]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_BINDING_HOOK]		= { .type = MNL_TYPE_U32 },
	[VSPAN_A_BINDING_PROMISC]	= { .type = MNL_TYPE_U8 },
	[VSPAN_A_BINDING_SPAN_IFINDEX]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_BINDING_SPAN_NETNSID]	= { .type = MNL_TYPE_U32 },
};

static const struct nl_policy output_policy[VSPAN_A_OUTPUT_MAX + 1] = {
	[VSPAN_A_OUTPUT_SPAN]		= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_OUTPUT_DEV]		= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_OUTPUT_GROUP]		= { .type = MNL_TYPE_U32 },
	[VSPAN_A_OUTPUT_VLAN]		= { .type = MNL_TYPE_U16 },
	[VSPAN_A_OUTPUT_STRIP]		= { .type = MNL_TYPE_U8 },
	[VSPAN_A_OUTPUT_IFINDEX]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_OUTPUT_DORMANT]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_OUTPUT_STATS]		= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_OUTPUT_SPAN_IFINDEX]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_OUTPUT_SPAN_NETNSID]	= { .type = MNL_TYPE_U32 },
};

static const struct nl_policy output_stats_policy[VSPAN_A_OUTPUT_STATS_MAX + 1] = {
	[VSPAN_A_OUTPUT_STATS_PACKETS]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_OUTPUT_STATS_BYTES]	= { .type = MNL_TYPE_U64 },
	[VSPAN_A_OUTPUT_STATS_DROPS]	= { .type = MNL_TYPE_NESTED },
};

static uint32_t get_u32(const struct nlattr *attr, uint32_t absent)
{
	return attr ? mnl_attr_get_u32(attr) : absent;
}

static uint64_t get_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

static bool get_flag(const struct nlattr *attr)
{
	return attr && mnl_attr_get_u8(attr);
}

static int get_text(const struct nlattr *attr, char *text, size_t max)
{
	const char *s;

	if (!attr)
		return -EBADMSG;
	s = mnl_attr_get_str(attr);
	if (strlen(s) > max)
		return -EBADMSG;
	strcpy(text, s);
	return 0;
}

static int get_name(const struct nlattr *attr, char *name)
{
	return get_text(attr, name, VSPAN_NAME_LEN);
}

static struct span_id get_span_id(const struct nlattr *ifindex,
				  const struct nlattr *netnsid)
{
	return (struct span_id){
		.ifindex = get_u32(ifindex, 0),
		.is_away = netnsid != NULL,
		.netnsid = (int32_t)get_u32(netnsid, 0),
		.is_told = ifindex != NULL,
	};
}

static int get_drops(const struct nlattr *nest, uint64_t *drops)
{
	const struct nlattr *attr;
	uint16_t type;

	if (!nest)
		return 0;
	mnl_attr_for_each_nested(attr, nest) {
		type = mnl_attr_get_type(attr);
		if (type > VSPAN_A_DROP_MAX || type == VSPAN_A_DROP_PAD)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
			return -EBADMSG;
		drops[type] = mnl_attr_get_u64(attr);
	}
	return 0;
}

static int get_dir_stats(const struct nlattr *nest, struct dir_stats *stats)
{
	const struct nlattr *tb[VSPAN_A_DIR_STATS_MAX + 1];
	int err;

	err = nl_parse_nested(nest, dir_stats_policy, VSPAN_A_DIR_STATS_MAX, tb);
	if (err)
		return err;
	stats->packets = get_u64(tb[VSPAN_A_DIR_STATS_PACKETS]);
	stats->bytes = get_u64(tb[VSPAN_A_DIR_STATS_BYTES]);
	return 0;
}

static int get_span_stats(const struct nlattr *nest, struct span *span)
{
	const struct nlattr *tb[VSPAN_A_SPAN_STATS_MAX + 1];
	int err;

	err = nl_parse_nested(nest, span_stats_policy, VSPAN_A_SPAN_STATS_MAX, tb);
	if (err)
		return err;
	span->delivered.packets = get_u64(tb[VSPAN_A_SPAN_STATS_PACKETS]);
	span->delivered.bytes = get_u64(tb[VSPAN_A_SPAN_STATS_BYTES]);
	span->monitor_tx_dropped =
		get_u64(tb[VSPAN_A_SPAN_STATS_MONITOR_TX_DROPPED]);
	return get_drops(tb[VSPAN_A_SPAN_STATS_DROPS], span->drops);
}

/**
 * model_parse_span - Read a message about a span.
 * @nlh: answer or notification
 * @span: result
 *
 * Return: 0 or -EBADMSG.
 */
int model_parse_span(const struct nlmsghdr *nlh, struct span *span)
{
	const struct nlattr *tb[VSPAN_A_SPAN_MAX + 1];
	int err;

	memset(span, 0, sizeof(*span));
	err = nl_parse(nlh, span_policy, VSPAN_A_SPAN_MAX, tb);
	if (err)
		return err;
	err = get_name(tb[VSPAN_A_SPAN_NAME], span->name);
	if (err)
		return err;
	span->ifindex = get_u32(tb[VSPAN_A_SPAN_IFINDEX], 0);
	span->is_away = tb[VSPAN_A_SPAN_NETNSID] != NULL;
	span->netnsid = (int32_t)get_u32(tb[VSPAN_A_SPAN_NETNSID], 0);
	span->up = get_flag(tb[VSPAN_A_SPAN_UP]);
	span->reader = get_flag(tb[VSPAN_A_SPAN_READERS]);
	span->frames = get_u32(tb[VSPAN_A_SPAN_FRAMES], VSPAN_FRAMES_WIRE);
	span->qlen = get_u32(tb[VSPAN_A_SPAN_QLEN], 0);
	span->pins = get_u64(tb[VSPAN_A_SPAN_PINS]);
	span->idle = get_flag(tb[VSPAN_A_SPAN_IDLE]);
	span->owned = get_flag(tb[VSPAN_A_SPAN_OWNED]);
	return get_span_stats(tb[VSPAN_A_SPAN_STATS], span);
}

static int get_source_stats(const struct nlattr *nest, struct source *src)
{
	const struct nlattr *tb[VSPAN_A_SOURCE_STATS_MAX + 1];
	int err;

	err = nl_parse_nested(nest, source_stats_policy,
			      VSPAN_A_SOURCE_STATS_MAX, tb);
	if (err)
		return err;
	err = get_dir_stats(tb[VSPAN_A_SOURCE_STATS_RX], &src->rx);
	if (err)
		return err;
	err = get_dir_stats(tb[VSPAN_A_SOURCE_STATS_TX], &src->tx);
	if (err)
		return err;
	src->filtered = get_u64(tb[VSPAN_A_SOURCE_STATS_FILTERED]);
	src->dup = get_u64(tb[VSPAN_A_SOURCE_STATS_DUP]);
	src->sampled_out = get_u64(tb[VSPAN_A_SOURCE_STATS_SAMPLED_OUT]);
	src->off_cable = get_u64(tb[VSPAN_A_SOURCE_STATS_OFF_CABLE]);
	src->other_shares = get_u64(tb[VSPAN_A_SOURCE_STATS_OTHER_SHARES]);
	return get_drops(tb[VSPAN_A_SOURCE_STATS_DROPS], src->drops);
}

static int get_vlans(const struct nlattr *attr, struct source *src)
{
	if (!attr)
		return 0;
	src->vlans = malloc(VSPAN_VLAN_BITMAP_LEN);
	if (!src->vlans)
		return -ENOMEM;
	memcpy(src->vlans, mnl_attr_get_payload(attr), VSPAN_VLAN_BITMAP_LEN);
	return 0;
}

/* The options that select frames, and limit the number and length of copies. */
static int get_copy(const struct nlattr **tb, struct source *src)
{
	const struct nlattr *text = tb[VSPAN_A_SOURCE_FILTER_TEXT];

	src->snaplen = get_u32(tb[VSPAN_A_SOURCE_SNAPLEN], 0);
	src->snap_headers = get_flag(tb[VSPAN_A_SOURCE_SNAP_HEADERS]);
	src->share = get_u32(tb[VSPAN_A_SOURCE_SHARE], 0);
	src->shares = get_u32(tb[VSPAN_A_SOURCE_SHARES], 0);
	src->sample = get_u32(tb[VSPAN_A_SOURCE_SAMPLE], 1);
	src->rate = get_u32(tb[VSPAN_A_SOURCE_RATE], 0);
	src->tag = get_u32(tb[VSPAN_A_SOURCE_TAG], VSPAN_TAG_PORT);
	src->is_filtered = text;
	return text ? get_text(text, src->filter, VSPAN_FILTER_TEXT_LEN) : 0;
}

/**
 * model_parse_source - Read a message about a source.
 * @nlh: answer or notification
 * @src: result; the caller frees @src->vlans, only set on success
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int model_parse_source(const struct nlmsghdr *nlh, struct source *src)
{
	const struct nlattr *tb[VSPAN_A_SOURCE_MAX + 1];
	int err;

	memset(src, 0, sizeof(*src));
	err = nl_parse(nlh, source_policy, VSPAN_A_SOURCE_MAX, tb);
	if (err)
		return err;
	err = get_name(tb[VSPAN_A_SOURCE_SPAN], src->span);
	if (err)
		return err;
	err = get_text(tb[VSPAN_A_SOURCE_NAME], src->name, VSPAN_PATTERN_LEN);
	if (err)
		return err;
	src->of = get_span_id(tb[VSPAN_A_SOURCE_SPAN_IFINDEX],
			      tb[VSPAN_A_SOURCE_SPAN_NETNSID]);
	src->kind = get_u32(tb[VSPAN_A_SOURCE_KIND], VSPAN_KIND_NAME);
	src->dir = get_u32(tb[VSPAN_A_SOURCE_DIR], VSPAN_DIR_RX | VSPAN_DIR_TX);
	src->hook = get_u32(tb[VSPAN_A_SOURCE_HOOK], VSPAN_HOOK_TAP);
	src->redirect = get_flag(tb[VSPAN_A_SOURCE_REDIRECT]);
	src->promisc = get_flag(tb[VSPAN_A_SOURCE_PROMISC]);
	src->dup_keep = get_flag(tb[VSPAN_A_SOURCE_DUP_KEEP]);
	err = get_copy(tb, src);
	if (err)
		return err;
	src->is_dormant = tb[VSPAN_A_SOURCE_DORMANT] != NULL;
	src->dormant = get_u32(tb[VSPAN_A_SOURCE_DORMANT], 0);
	err = get_source_stats(tb[VSPAN_A_SOURCE_STATS], src);
	if (err)
		return err;
	return get_vlans(tb[VSPAN_A_SOURCE_VLANS], src);
}

/**
 * model_parse_binding - Read a message about a binding.
 * @nlh: answer or notification
 * @b: result
 *
 * Return: 0 or -EBADMSG.
 */
int model_parse_binding(const struct nlmsghdr *nlh, struct binding *b)
{
	const struct nlattr *tb[VSPAN_A_BINDING_MAX + 1];
	int err;

	memset(b, 0, sizeof(*b));
	err = nl_parse(nlh, binding_policy, VSPAN_A_BINDING_MAX, tb);
	if (err)
		return err;
	err = get_name(tb[VSPAN_A_BINDING_SPAN], b->span);
	if (err)
		return err;
	err = get_text(tb[VSPAN_A_BINDING_NAME], b->name, VSPAN_PATTERN_LEN);
	if (err)
		return err;
	err = get_name(tb[VSPAN_A_BINDING_DEV], b->dev);
	if (err)
		return err;
	b->of = get_span_id(tb[VSPAN_A_BINDING_SPAN_IFINDEX],
			    tb[VSPAN_A_BINDING_SPAN_NETNSID]);
	b->kind = get_u32(tb[VSPAN_A_BINDING_KIND], VSPAN_KIND_NAME);
	b->ifindex = get_u32(tb[VSPAN_A_BINDING_IFINDEX], 0);
	b->hook = get_u32(tb[VSPAN_A_BINDING_HOOK], VSPAN_HOOK_TAP);
	b->has_promisc = tb[VSPAN_A_BINDING_PROMISC];
	b->promisc = get_flag(tb[VSPAN_A_BINDING_PROMISC]);
	return 0;
}

static int get_output_stats(const struct nlattr *nest, struct output *out)
{
	const struct nlattr *tb[VSPAN_A_OUTPUT_STATS_MAX + 1];
	int err;

	err = nl_parse_nested(nest, output_stats_policy,
			      VSPAN_A_OUTPUT_STATS_MAX, tb);
	if (err)
		return err;
	out->sent.packets = get_u64(tb[VSPAN_A_OUTPUT_STATS_PACKETS]);
	out->sent.bytes = get_u64(tb[VSPAN_A_OUTPUT_STATS_BYTES]);
	return get_drops(tb[VSPAN_A_OUTPUT_STATS_DROPS], out->drops);
}

/* A psample group has a number and no device. */
static int get_output_target(const struct nlattr **tb, struct output *out)
{
	out->is_psample = tb[VSPAN_A_OUTPUT_GROUP] != NULL;
	out->group = get_u32(tb[VSPAN_A_OUTPUT_GROUP], 0);
	return out->is_psample ? 0 :
	       get_name(tb[VSPAN_A_OUTPUT_DEV], out->dev);
}

/**
 * model_parse_output - Read a message about an output.
 * @nlh: answer or notification
 * @out: result
 *
 * Return: 0 or -EBADMSG.
 */
int model_parse_output(const struct nlmsghdr *nlh, struct output *out)
{
	const struct nlattr *tb[VSPAN_A_OUTPUT_MAX + 1];
	int err;

	memset(out, 0, sizeof(*out));
	err = nl_parse(nlh, output_policy, VSPAN_A_OUTPUT_MAX, tb);
	if (err)
		return err;
	err = get_name(tb[VSPAN_A_OUTPUT_SPAN], out->span);
	if (err)
		return err;
	err = get_output_target(tb, out);
	if (err)
		return err;
	out->of = get_span_id(tb[VSPAN_A_OUTPUT_SPAN_IFINDEX],
			      tb[VSPAN_A_OUTPUT_SPAN_NETNSID]);
	if (tb[VSPAN_A_OUTPUT_VLAN])
		out->vlan = mnl_attr_get_u16(tb[VSPAN_A_OUTPUT_VLAN]);
	out->strip = get_flag(tb[VSPAN_A_OUTPUT_STRIP]);
	out->ifindex = get_u32(tb[VSPAN_A_OUTPUT_IFINDEX], 0);
	out->is_dormant = tb[VSPAN_A_OUTPUT_DORMANT] != NULL;
	out->dormant = get_u32(tb[VSPAN_A_OUTPUT_DORMANT], 0);
	return get_output_stats(tb[VSPAN_A_OUTPUT_STATS], out);
}
