// SPDX-License-Identifier: GPL-2.0
/* top: differences of two readings, in order, and how they look. */
#include "watch/top.h"

#include <stdlib.h>
#include <string.h>

#include "ktap.h"

/* A reading: a span with two sources and an output. */
struct reading {
	struct model m;
	struct span span;
	struct source src[2];
	struct output out;
};

static void reading_init(struct reading *r)
{
	memset(r, 0, sizeof(*r));
	strcpy(r->span.name, "span0");
	r->span.ifindex = 5;
	r->span.up = true;
	r->span.reader = true;
	strcpy(r->src[0].name, "eth0");
	r->src[0].kind = VSPAN_KIND_NAME;
	r->src[0].dir = VSPAN_DIR_RX | VSPAN_DIR_TX;
	memset(r->src[1].name, 'x', 60);
	r->src[1].kind = VSPAN_KIND_GLOB;
	r->src[1].dir = VSPAN_DIR_RX;
	strcpy(r->out.dev, "eth9");
	r->span.sources = &r->src[0];
	r->src[0].next = &r->src[1];
	r->span.outputs = &r->out;
	r->m.spans.items = &r->span;
	r->m.spans.count = 1;
}

static char *rows;

static void row(void *data, enum top_kind kind, const char *text)
{
	size_t *widest = data;

	if (strlen(text) > *widest)
		*widest = strlen(text);
	rows = realloc(rows, strlen(rows) + strlen(text) + 3);
	sprintf(rows + strlen(rows), "%d%s\n", kind, text);
}

static void differences(struct ktap *t)
{
	struct reading a, b;
	struct top top;

	reading_init(&a);
	reading_init(&b);
	a.src[0].rx = (struct dir_stats){ 100, 6000 };
	b.src[0].rx = (struct dir_stats){ 110, 6600 };
	b.src[1].rx = (struct dir_stats){ 50, 500 };
	a.src[1].drops[VSPAN_A_DROP_RING_FULL] = 3;
	b.src[1].drops[VSPAN_A_DROP_RING_FULL] = 4;
	a.out.sent.packets = 1000;	/* made anew in between */
	b.out.sent = (struct dir_stats){ 7, 70 };
	ktap_ok(t, !top_diff(&top, &a.m, &b.m, 500, NULL) && top.count == 1 &&
		top.groups[0].count == 3, "one span, three things");
	ktap_ok(t, top.groups[0].items[0].src == &b.src[1], "the busiest first");
	ktap_ok(t, top.groups[0].items[0].rx.packets == 50 &&
		top.groups[0].items[0].drops[VSPAN_A_DROP_RING_FULL] == 1,
		"frames and drops since then");
	ktap_ok(t, top.groups[0].items[1].rx.packets == 10 &&
		top.groups[0].items[1].rx.bytes == 600, "the other source");
	ktap_ok(t, top.groups[0].items[2].rx.packets == 7 &&
		top.groups[0].items[2].rx.bytes == 70,
		"what was made anew counts from zero");
	top_free(&top);
	ktap_ok(t, !top_diff(&top, &a.m, &b.m, 500, "span1") && !top.count,
		"another span is not told of");
	top_free(&top);
	b.span.ifindex = 6;
	ktap_ok(t, !top_diff(&top, &a.m, &b.m, 500, NULL) &&
		top.groups[0].items[0].rx.packets == 110,
		"nor is another one of the same name the same");
	top_free(&top);
}

static void idle(struct ktap *t)
{
	struct reading a, b;
	struct top top;

	reading_init(&a);
	reading_init(&b);
	ktap_ok(t, !top_diff(&top, &a.m, &b.m, 500, NULL) &&
		top.groups[0].items[0].src == &b.src[0] &&
		top.groups[0].items[1].src == &b.src[1] &&
		top.groups[0].items[2].out == &b.out,
		"where nothing flows, all stay where they are");
	top_free(&top);
}

static void table(struct ktap *t)
{
	struct reading a, b;
	size_t widest = 0;
	struct top top;

	reading_init(&a);
	reading_init(&b);
	b.span.delivered = (struct dir_stats){ 60000, 60000ULL * 1500 };
	b.span.drops[VSPAN_A_DROP_RING_FULL] = 4;
	b.src[0].tx.packets = 1;
	top_diff(&top, &a.m, &b.m, 500, NULL);
	rows = calloc(1, 1);
	top_rows(&top, row, &widest);
	ktap_ok(t, widest <= TOP_WIDTH, "80 columns");
	ktap_str(t, rows,
		 "0span                                                    packets/s       bits/s\n"
		 "1span0                                                      120.0k         1.4G\n"
		 "3  dropped, ring_full                                            8\n"
		 "2  eth0                                          rx              0            0\n"
		 "2  eth0                                          tx              2            0\n"
		 "2  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... rx              0            0\n"
		 "2  output eth9                                                   0            0\n",
		 "the table");
	free(rows);
	top_free(&top);
}

static void json(struct ktap *t)
{
	struct out o = { .json = true };
	struct reading a, b;
	char *text = NULL;
	struct top top;
	size_t len;

	reading_init(&a);
	reading_init(&b);
	b.src[0].rx = (struct dir_stats){ 3, 300 };
	top_diff(&top, &a.m, &b.m, 2000, NULL);
	o.fp = open_memstream(&text, &len);
	top_json(&o, &top);
	fclose(o.fp);
	ktap_ok(t, !!strstr(text, "\"rx\":{\"packets\":3,\"bytes\":300,\"packets_per_second\":1,\"bits_per_second\":1200}"),
		"JSON has counts and rates");
	ktap_ok(t, len && text[len - 1] == '\n' && strchr(text, '\n') == text + len - 1,
		"on one line");
	free(text);
	top_free(&top);
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	differences(&t);
	idle(&t);
	table(&t);
	json(&t);
	return ktap_end(&t);
}
