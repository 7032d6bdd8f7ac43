// SPDX-License-Identifier: GPL-2.0
/* The output of top: rows of 80 columns, or a JSON object. */
#include "watch/top.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args/args.h"
#include "print/print.h"
#include "vspanctl.h"

#define NAME_WIDTH	47
#define RATE_LEN	24

/* At most five digits, with a suffix for thousands, millions and so on. */
static const char *rate_text(uint64_t rate, char *buf)
{
	const char *unit = " kMGTPE";
	uint64_t tenths = 0;

	if (rate < 100000) {
		snprintf(buf, RATE_LEN, "%" PRIu64, rate);
		return buf;
	}
	for (; rate >= 1000; rate /= 1000, unit++)
		tenths = rate % 1000 / 100;
	snprintf(buf, RATE_LEN, "%" PRIu64 ".%" PRIu64 "%c", rate, tenths, *unit);
	return buf;
}

/* For a long interval the product could overflow 64 bits. */
static uint64_t per_second(uint64_t n, uint64_t ms)
{
	return n / ms * 1000 + n % ms * 1000 / ms;
}

static void flow_row(const struct top *t, top_row_fn row, void *data,
		     enum top_kind kind, const char *name, const char *dir,
		     const struct dir_stats *stats)
{
	char text[TOP_WIDTH + 1], packets[RATE_LEN], bits[RATE_LEN];
	int len = strlen(name) > NAME_WIDTH ? NAME_WIDTH - 3 : NAME_WIDTH;

	snprintf(text, sizeof(text), "%-*.*s%s %-5s %11s  %11s", len, len, name,
		 len < NAME_WIDTH ? "..." : "", dir,
		 rate_text(per_second(stats->packets, t->ms), packets),
		 rate_text(per_second(stats->bytes * 8, t->ms), bits));
	row(data, kind, text);
}

static void drop_rows(const struct top *t, top_row_fn row, void *data,
		      unsigned int indent, const uint64_t *drops)
{
	char text[TOP_WIDTH + 1], name[NAME_WIDTH + 1], rate[RATE_LEN];
	size_t i;

	for (i = 0; i <= VSPAN_A_DROP_MAX; i++) {
		if (!drops[i])
			continue;
		snprintf(name, sizeof(name), "%*sdropped, %s", indent, "",
			 drop_name(i));
		snprintf(text, sizeof(text), "%-*s %-5s %11s", NAME_WIDTH, name, "",
			 rate_text(per_second(drops[i], t->ms), rate));
		row(data, TOP_DROP, text);
	}
}

static void source_rows(const struct top *t, top_row_fn row, void *data,
			const struct top_item *item)
{
	const struct source *src = item->src;
	char text[SOURCE_TEXT_LEN], name[SOURCE_TEXT_LEN + 2];

	snprintf(name, sizeof(name), "  %s",
		 args_source_text(src->kind, src->name, text, sizeof(text)));
	if (src->dir & VSPAN_DIR_RX)
		flow_row(t, row, data, TOP_FLOW, name, "rx", &item->rx);
	if (src->dir & VSPAN_DIR_TX)
		flow_row(t, row, data, TOP_FLOW, name, "tx", &item->tx);
}

static void output_row(const struct top *t, top_row_fn row, void *data,
		       const struct top_item *item)
{
	const struct output *out = item->out;
	char target[OUTPUT_TARGET_LEN], name[OUTPUT_TARGET_LEN + 9];

	snprintf(name, sizeof(name), "  output %s",
		 output_target(out->dev, out->group, target));
	flow_row(t, row, data, TOP_FLOW, name, "", &item->rx);
}

static void span_row(const struct top *t, top_row_fn row, void *data,
		     const struct top_group *g)
{
	const struct span *span = g->span;
	char name[VSPAN_NAME_LEN + NETNS_LEN + 40], away[NETNS_LEN + 24] = "";

	if (span->is_away && span->netns[0])
		snprintf(away, sizeof(away), " (in netns %s)", span->netns);
	else if (span->is_away)
		snprintf(away, sizeof(away), " (in netns id %d)", span->netnsid);
	snprintf(name, sizeof(name), "%s%s%s", span->name, away,
		 !span->up ? ", down" : !span->reader ? ", no reader" : "");
	flow_row(t, row, data, TOP_SPAN, name, "", &g->total.rx);
}

/**
 * top_rows - Make the table.
 * @t: the counts
 * @row: called for each row, the heading first
 * @data: for @row
 */
void top_rows(const struct top *t, top_row_fn row, void *data)
{
	char head[TOP_WIDTH + 1];
	size_t i, k;

	snprintf(head, sizeof(head), "%-*s %-5s %11s  %11s", NAME_WIDTH,
		 t->count ? "span" : "no span", "", "packets/s", "bits/s");
	row(data, TOP_HEAD, head);
	for (i = 0; i < t->count; i++) {
		const struct top_group *g = &t->groups[i];

		span_row(t, row, data, g);
		drop_rows(t, row, data, 2, g->total.drops);
		for (k = 0; k < g->count; k++) {
			if (g->items[k].src)
				source_rows(t, row, data, &g->items[k]);
			else
				output_row(t, row, data, &g->items[k]);
			drop_rows(t, row, data, 4, g->items[k].drops);
		}
	}
}

static void json_stats(struct out *o, const struct top *t,
		       const struct dir_stats *stats)
{
	out_u64(o, "packets", NULL, stats->packets);
	out_u64(o, "bytes", NULL, stats->bytes);
	out_u64(o, "packets_per_second", NULL, per_second(stats->packets, t->ms));
	out_u64(o, "bits_per_second", NULL, per_second(stats->bytes * 8, t->ms));
}

static void json_dir(struct out *o, const struct top *t, const char *key,
		     const struct dir_stats *stats)
{
	out_object_open(o, key);
	json_stats(o, t, stats);
	out_object_close(o);
}

static void json_source(struct out *o, const struct top *t,
			const struct top_item *item)
{
	out_object_open(o, NULL);
	print_key(o, item->src->name, item->src->kind);
	if (item->src->dir & VSPAN_DIR_RX)
		json_dir(o, t, "rx", &item->rx);
	if (item->src->dir & VSPAN_DIR_TX)
		json_dir(o, t, "tx", &item->tx);
	print_drops(o, 0, item->drops);
	out_object_close(o);
}

static void json_output(struct out *o, const struct top *t,
			const struct top_item *item)
{
	out_object_open(o, NULL);
	print_output(o, item->out);
	json_stats(o, t, &item->rx);
	print_drops(o, 0, item->drops);
	out_object_close(o);
}

static void json_items(struct out *o, const struct top *t,
		       const struct top_group *g)
{
	size_t i;

	out_array_open(o, "sources");
	for (i = 0; i < g->count; i++)
		if (g->items[i].src)
			json_source(o, t, &g->items[i]);
	out_array_close(o);
	out_array_open(o, "outputs");
	for (i = 0; i < g->count; i++)
		if (g->items[i].out)
			json_output(o, t, &g->items[i]);
	out_array_close(o);
}

static void json_group(struct out *o, const struct top *t,
		       const struct top_group *g)
{
	out_object_open(o, NULL);
	print_span(o, g->span);
	json_stats(o, t, &g->total.rx);
	print_drops(o, 0, g->total.drops);
	json_items(o, t, g);
	out_object_close(o);
}

/**
 * top_json - Print a JSON object with the content of the table.
 * @o: printer of JSON
 * @t: the counts
 */
void top_json(struct out *o, const struct top *t)
{
	size_t i;

	out_object_open(o, NULL);
	print_time(o);
	out_u64(o, "ms", NULL, t->ms);
	out_array_open(o, "spans");
	for (i = 0; i < t->count; i++)
		json_group(o, t, &t->groups[i]);
	out_array_close(o);
	out_object_close(o);
}
