// SPDX-License-Identifier: GPL-2.0
/* What the kernel says, read into structs and put together. */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_TRIES	10

static const struct nl_policy span_policy[VSPAN_A_SPAN_MAX + 1] = {
	[VSPAN_A_SPAN_NAME]	= { .type = MNL_TYPE_NUL_STRING },
	[VSPAN_A_SPAN_IFINDEX]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_NETNSID]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_UP]	= { .type = MNL_TYPE_U8 },
	[VSPAN_A_SPAN_READERS]	= { .type = MNL_TYPE_U8 },
	[VSPAN_A_SPAN_FRAMES]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_QLEN]	= { .type = MNL_TYPE_U32 },
	[VSPAN_A_SPAN_STATS]	= { .type = MNL_TYPE_NESTED },
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
	[VSPAN_A_SOURCE_DORMANT] = { .type = MNL_TYPE_U32 },
	[VSPAN_A_SOURCE_STATS]	= { .type = MNL_TYPE_NESTED },
};

static const struct nl_policy source_stats_policy[VSPAN_A_SOURCE_STATS_MAX + 1] = {
	[VSPAN_A_SOURCE_STATS_RX]	= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_SOURCE_STATS_TX]	= { .type = MNL_TYPE_NESTED },
	[VSPAN_A_SOURCE_STATS_FILTERED]	= { .type = MNL_TYPE_U64 },
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
};

static uint32_t get_u32(const struct nlattr *attr, uint32_t absent)
{
	return attr ? mnl_attr_get_u32(attr) : absent;
}

static uint64_t get_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

static int get_name(const struct nlattr *attr, char *name)
{
	const char *s;

	if (!attr)
		return -EBADMSG;
	s = mnl_attr_get_str(attr);
	if (strlen(s) > VSPAN_NAME_LEN)
		return -EBADMSG;
	strcpy(name, s);
	return 0;
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
	span->up = tb[VSPAN_A_SPAN_UP] && mnl_attr_get_u8(tb[VSPAN_A_SPAN_UP]);
	span->reader = tb[VSPAN_A_SPAN_READERS] &&
		       mnl_attr_get_u8(tb[VSPAN_A_SPAN_READERS]);
	span->frames = get_u32(tb[VSPAN_A_SPAN_FRAMES], VSPAN_FRAMES_WIRE);
	span->qlen = get_u32(tb[VSPAN_A_SPAN_QLEN], 0);
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
	err = get_name(tb[VSPAN_A_SOURCE_NAME], src->name);
	if (err)
		return err;
	src->kind = get_u32(tb[VSPAN_A_SOURCE_KIND], VSPAN_KIND_NAME);
	src->dir = get_u32(tb[VSPAN_A_SOURCE_DIR], VSPAN_DIR_RX | VSPAN_DIR_TX);
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
	err = get_name(tb[VSPAN_A_BINDING_NAME], b->name);
	if (err)
		return err;
	err = get_name(tb[VSPAN_A_BINDING_DEV], b->dev);
	if (err)
		return err;
	b->kind = get_u32(tb[VSPAN_A_BINDING_KIND], VSPAN_KIND_NAME);
	b->ifindex = get_u32(tb[VSPAN_A_BINDING_IFINDEX], 0);
	b->hook = get_u32(tb[VSPAN_A_BINDING_HOOK], VSPAN_HOOK_TAP);
	return 0;
}

static void *array_next(struct array *a, size_t size)
{
	size_t room = a->room ? a->room * 2 : 64;
	void *items;

	if (a->count == a->room) {
		items = realloc(a->items, room * size);
		if (!items)
			return NULL;
		a->items = items;
		a->room = room;
	}
	return (char *)a->items + a->count * size;
}

/**
 * model_span_cb - Add the span of a dump message.
 * @nlh: the message
 * @data: struct model
 *
 * Return: 0 or a negative errno.
 */
int model_span_cb(const struct nlmsghdr *nlh, void *data)
{
	struct array *a = &((struct model *)data)->spans;
	struct span *span = array_next(a, sizeof(*span));
	int err = span ? model_parse_span(nlh, span) : -ENOMEM;

	a->count += !err;
	return err;
}

/**
 * model_source_cb - Add the source of a dump message.
 * @nlh: the message
 * @data: struct model
 *
 * Return: 0 or a negative errno.
 */
int model_source_cb(const struct nlmsghdr *nlh, void *data)
{
	struct array *a = &((struct model *)data)->sources;
	struct source *src = array_next(a, sizeof(*src));
	int err = src ? model_parse_source(nlh, src) : -ENOMEM;

	a->count += !err;
	return err;
}

/**
 * model_binding_cb - Add the binding of a dump message.
 * @nlh: the message
 * @data: struct model
 *
 * Return: 0 or a negative errno.
 */
int model_binding_cb(const struct nlmsghdr *nlh, void *data)
{
	struct array *a = &((struct model *)data)->bindings;
	struct binding *b = array_next(a, sizeof(*b));
	int err = b ? model_parse_binding(nlh, b) : -ENOMEM;

	a->count += !err;
	return err;
}

/* By name, one in this netns before one of the same name that is away. */
static int span_cmp(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	if (!d)
		d = x->is_away - y->is_away;
	return d ? d : (x->netnsid > y->netnsid) - (x->netnsid < y->netnsid);
}

static int source_cmp(const void *a, const void *b)
{
	const struct source *x = *(struct source *const *)a;
	const struct source *y = *(struct source *const *)b;
	int d = strcmp(x->span, y->span);

	if (!d)
		d = strcmp(x->name, y->name);
	return d ? d : (x->kind > y->kind) - (x->kind < y->kind);
}

/* The first span of that name in the sorted array. */
static struct span *span_lookup(struct model *m, const char *name)
{
	struct span *spans = m->spans.items;
	size_t lo = 0, hi = m->spans.count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(spans[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->spans.count && !strcmp(spans[lo].name, name) ?
	       &spans[lo] : NULL;
}

/* Without a span the source is of a span made after spans were read. */
static void link_sources(struct model *m, struct source **index)
{
	struct source *src = m->sources.items;
	struct span *spans = m->spans.items, *span;
	size_t i;

	for (i = 0; i < m->spans.count; i++)
		spans[i].last = &spans[i].sources;
	for (i = 0; i < m->sources.count; i++, src++) {
		index[i] = src;
		src->last = &src->bindings;
		span = span_lookup(m, src->span);
		if (!span)
			continue;
		*span->last = src;
		span->last = &src->next;
	}
	qsort(index, m->sources.count, sizeof(*index), source_cmp);
}

static void link_bindings(struct model *m, struct source **index)
{
	struct source key, *keyp = &key, **hit;
	struct binding *b = m->bindings.items;
	size_t i;

	for (i = 0; i < m->bindings.count; i++, b++) {
		strcpy(key.span, b->span);
		strcpy(key.name, b->name);
		key.kind = b->kind;
		hit = bsearch(&keyp, index, m->sources.count, sizeof(*index),
			      source_cmp);
		if (!hit)
			continue;
		*(*hit)->last = b;
		(*hit)->last = &b->next;
	}
}

/**
 * model_link - Sort the spans and hang sources and bindings below them.
 * @m: model, complete
 *
 * Takes n log n steps, for a thousand sources and as many bindings.
 *
 * Return: 0 or -ENOMEM.
 */
int model_link(struct model *m)
{
	struct source **index;

	if (!m->spans.count)
		return 0;
	qsort(m->spans.items, m->spans.count, sizeof(struct span), span_cmp);
	if (!m->sources.count)
		return 0;
	index = calloc(m->sources.count, sizeof(*index));
	if (!index)
		return -ENOMEM;
	link_sources(m, index);
	if (m->bindings.count)
		link_bindings(m, index);
	free(index);
	return 0;
}

/**
 * model_free - Free what a model holds and leave it empty.
 * @m: model
 */
void model_free(struct model *m)
{
	struct source *src = m->sources.items;
	size_t i;

	for (i = 0; i < m->sources.count; i++)
		free(src[i].vlans);
	free(m->spans.items);
	free(m->sources.items);
	free(m->bindings.items);
	memset(m, 0, sizeof(*m));
}

static int model_dump(struct model *m, struct nl *nl, uint8_t cmd, nl_cb cb)
{
	return nl_talk(&nl->genl, nl_genl_request(nl, cmd, NLM_F_DUMP), cb, m);
}

static int model_read_once(struct model *m, struct nl *nl, bool sources)
{
	int err;

	err = model_dump(m, nl, VSPAN_CMD_SPAN_GET, model_span_cb);
	if (err || !sources)
		return err;
	err = model_dump(m, nl, VSPAN_CMD_SOURCE_GET, model_source_cb);
	if (err)
		return err;
	return model_dump(m, nl, VSPAN_CMD_BINDING_GET, model_binding_cb);
}

/**
 * model_read - Read all of it from the kernel.
 * @m: an empty model; free it whatever is returned
 * @nl: an open connection
 * @sources: sources and bindings too, not only spans
 *
 * A dump that a change has overtaken is begun anew, a few times.
 *
 * Return: 0 or a negative errno; -EINTR if the changes did not stop.
 */
int model_read(struct model *m, struct nl *nl, bool sources)
{
	int err, tries;

	for (tries = 0; tries < READ_TRIES; tries++) {
		err = model_read_once(m, nl, sources);
		if (err != -EINTR)
			break;
		model_free(m);
	}
	return err ? err : model_link(m);
}
