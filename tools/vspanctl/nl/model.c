// SPDX-License-Identifier: GPL-2.0
/* Reads the state of the kernel, and links its objects. */
#include "nl/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READ_TRIES	10

/**
 * array_next - Make room for one more item.
 * @a: the array; the caller increments @a->count
 * @size: bytes of an item
 *
 * Return: the place of the new item, or NULL without memory.
 */
void *array_next(struct array *a, size_t size)
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

/**
 * model_output_cb - Add the output of a dump message.
 * @nlh: the message
 * @data: struct model
 *
 * Return: 0 or a negative errno.
 */
int model_output_cb(const struct nlmsghdr *nlh, void *data)
{
	struct array *a = &((struct model *)data)->outputs;
	struct output *out = array_next(a, sizeof(*out));
	int err = out ? model_parse_output(nlh, out) : -ENOMEM;

	a->count += !err;
	return err;
}

/* Orders by name; a span in this netns comes before others of the same name. */
static int span_cmp(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	if (!d)
		d = x->is_away - y->is_away;
	return d ? d : (x->netnsid > y->netnsid) - (x->netnsid < y->netnsid);
}

static int span_id_cmp(const struct span_id *x, const struct span_id *y)
{
	if (x->is_away != y->is_away)
		return x->is_away - y->is_away;
	if (x->netnsid != y->netnsid)
		return x->netnsid < y->netnsid ? -1 : 1;
	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static struct span_id span_id(const struct span *span)
{
	return (struct span_id){
		.ifindex = span->ifindex,
		.is_away = span->is_away,
		.netnsid = span->netnsid,
	};
}

static int index_cmp(const void *a, const void *b)
{
	struct span_id x = span_id(*(struct span *const *)a);
	struct span_id y = span_id(*(struct span *const *)b);

	return span_id_cmp(&x, &y);
}

static int source_cmp(const void *a, const void *b)
{
	const struct source *x = *(struct source *const *)a;
	const struct source *y = *(struct source *const *)b;
	int d = span_id_cmp(&x->of, &y->of);

	if (!d)
		d = strcmp(x->name, y->name);
	return d ? d : (x->kind > y->kind) - (x->kind < y->kind);
}

/* The first span of that name in the sorted array. */
static struct span *span_by_name(struct model *m, const char *name)
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

/* An older module only tells the name: take the span of that name in this netns, if there
 * is one.
 */
static void complete_id(struct model *m, const char *name, struct span_id *of)
{
	const struct span *span = of->ifindex ? NULL : span_by_name(m, name);

	if (span)
		*of = span_id(span);
}

static void complete_ids(struct model *m)
{
	struct binding *b = m->bindings.items;
	struct source *src = m->sources.items;
	struct output *out = m->outputs.items;
	size_t i;

	for (i = 0; i < m->sources.count; i++)
		complete_id(m, src[i].span, &src[i].of);
	for (i = 0; i < m->bindings.count; i++)
		complete_id(m, b[i].span, &b[i].of);
	for (i = 0; i < m->outputs.count; i++)
		complete_id(m, out[i].span, &out[i].of);
}

static struct span *span_by_id(struct model *m, struct span **index,
			       const struct span_id *of)
{
	struct span key, *keyp = &key, **hit;

	key.ifindex = of->ifindex;
	key.is_away = of->is_away;
	key.netnsid = of->netnsid;
	hit = bsearch(&keyp, index, m->spans.count, sizeof(*index), index_cmp);
	return hit ? *hit : NULL;
}

/* A source without a span belongs to one that was made after spans were read. */
static void link_sources(struct model *m, struct span **index)
{
	struct source *src = m->sources.items;
	struct span *span;
	size_t i;

	for (i = 0; i < m->sources.count; i++, src++) {
		src->last = &src->bindings;
		span = span_by_id(m, index, &src->of);
		if (!span)
			continue;
		*span->last = src;
		span->last = &src->next;
	}
}

static void link_outputs(struct model *m, struct span **index)
{
	struct output *out = m->outputs.items;
	struct span *span;
	size_t i;

	for (i = 0; i < m->outputs.count; i++, out++) {
		span = span_by_id(m, index, &out->of);
		if (!span)
			continue;
		*span->last_output = out;
		span->last_output = &out->next;
	}
}

static int link_bindings(struct model *m)
{
	struct source **index = calloc(m->sources.count, sizeof(*index));
	struct source key, *keyp = &key, **hit, *src = m->sources.items;
	struct binding *b = m->bindings.items;
	size_t i;

	if (!index)
		return -ENOMEM;
	for (i = 0; i < m->sources.count; i++)
		index[i] = &src[i];
	qsort(index, m->sources.count, sizeof(*index), source_cmp);
	for (i = 0; i < m->bindings.count; i++, b++) {
		key.of = b->of;
		strcpy(key.name, b->name);
		key.kind = b->kind;
		hit = bsearch(&keyp, index, m->sources.count, sizeof(*index),
			      source_cmp);
		if (!hit)
			continue;
		*(*hit)->last = b;
		(*hit)->last = &b->next;
	}
	free(index);
	return 0;
}

/**
 * model_link - Sort the spans; hang sources, bindings and outputs below them.
 * @m: model, complete
 *
 * Takes n log n steps, for a thousand sources and as many bindings.
 *
 * Return: 0 or -ENOMEM.
 */
int model_link(struct model *m)
{
	struct span *spans = m->spans.items, **index;
	size_t i;

	if (!m->spans.count)
		return 0;
	index = calloc(m->spans.count, sizeof(*index));
	if (!index)
		return -ENOMEM;
	qsort(spans, m->spans.count, sizeof(struct span), span_cmp);
	for (i = 0; i < m->spans.count; i++) {
		index[i] = &spans[i];
		spans[i].last = &spans[i].sources;
		spans[i].last_output = &spans[i].outputs;
	}
	complete_ids(m);
	qsort(index, m->spans.count, sizeof(*index), index_cmp);
	link_sources(m, index);
	link_outputs(m, index);
	free(index);
	return m->sources.count && m->bindings.count ? link_bindings(m) : 0;
}

/**
 * model_span_parts - Count the sources and outputs of a span.
 * @span: the span, after model_link()
 *
 * Return: how many there are.
 */
size_t model_span_parts(const struct span *span)
{
	const struct source *src;
	const struct output *out;
	size_t n = 0;

	for (src = span->sources; src; src = src->next)
		n++;
	for (out = span->outputs; out; out = out->next)
		n++;
	return n;
}

/**
 * model_name_netns - Find the names of the netns that spans were moved to.
 * @m: model
 * @nl: an open connection
 *
 * Return: 0 or a negative errno.
 */
int model_name_netns(struct model *m, struct nl *nl)
{
	struct span *span = m->spans.items;
	size_t i;
	int err;

	for (i = 0; i < m->spans.count; i++, span++) {
		if (!span->is_away)
			continue;
		err = nl_open_rtnl(nl);
		if (err)
			return err;
		netns_name(nl, span->netnsid, span->netns, sizeof(span->netns));
	}
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
	free(m->outputs.items);
	memset(m, 0, sizeof(*m));
}

static int model_dump(struct model *m, struct nl *nl, uint8_t cmd, nl_cb cb)
{
	return nl_talk(&nl->genl, nl_genl_request(nl, cmd, NLM_F_DUMP), cb, m);
}

static int model_read_once(struct model *m, struct nl *nl, unsigned int what)
{
	static const struct {
		unsigned int what;
		uint8_t cmd;
		nl_cb cb;
	} dumps[] = {
		{ 0,		 VSPAN_CMD_SPAN_GET,	model_span_cb },
		{ MODEL_SOURCES, VSPAN_CMD_SOURCE_GET,	model_source_cb },
		{ MODEL_SOURCES, VSPAN_CMD_BINDING_GET,	model_binding_cb },
		{ MODEL_OUTPUTS, VSPAN_CMD_OUTPUT_GET,	model_output_cb },
	};
	size_t i;
	int err;

	for (i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		if (dumps[i].what && !(dumps[i].what & what))
			continue;
		err = model_dump(m, nl, dumps[i].cmd, dumps[i].cb);
		/* An older module does not know some kinds of objects. */
		if (err && err != -EOPNOTSUPP)
			return err;
	}
	return 0;
}

/**
 * model_read - Read it from the kernel.
 * @m: an empty model; free it whatever is returned
 * @nl: an open connection
 * @what: MODEL_* besides the spans
 *
 * A dump that was interrupted by a change is repeated, a few times.
 *
 * Return: 0 or a negative errno; -EINTR if the changes did not stop.
 */
int model_read(struct model *m, struct nl *nl, unsigned int what)
{
	int err, tries;

	for (tries = 0; tries < READ_TRIES; tries++) {
		err = model_read_once(m, nl, what);
		if (err != -EINTR)
			break;
		model_free(m);
	}
	return err ? err : model_link(m);
}
