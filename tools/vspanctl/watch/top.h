/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_TOP_H
#define VSPANCTL_TOP_H

#include "nl/model.h"
#include "print/out.h"

#define TOP_WIDTH	80

/**
 * struct top_item - Counts of a source, an output or a span in an interval.
 * @src: the source, NULL if it is not one
 * @out: the output, NULL if it is not one; with neither it is the span
 * @rx: received frames copied; of a span those delivered, of an output those sent
 * @tx: transmitted frames copied; 0 if it is no source
 * @drops: frames lost, by VSPAN_A_DROP_*
 */
struct top_item {
	const struct source *src;
	const struct output *out;
	struct dir_stats rx;
	struct dir_stats tx;
	uint64_t drops[VSPAN_A_DROP_MAX + 1];
};

/**
 * struct top_group - A span with its sources and outputs, busiest first.
 * @span: the span
 * @total: what the span itself has counted
 * @items: its sources and outputs
 * @count: how many
 */
struct top_group {
	const struct span *span;
	struct top_item total;
	struct top_item *items;
	size_t count;
};

/**
 * struct top - Counts between two readings.
 * @groups: spans, busiest first
 * @count: how many
 * @ms: milliseconds between the readings, at least 1
 *
 * Points into the model of the second reading.
 */
struct top {
	struct top_group *groups;
	size_t count;
	uint64_t ms;
};

/* The kinds of rows of the table. */
enum top_kind {
	TOP_HEAD,
	TOP_SPAN,
	TOP_FLOW,
	TOP_DROP,
};

/* Called for each row of the table, in order. */
typedef void (*top_row_fn)(void *data, enum top_kind kind, const char *text);

/* top_diff.c */
int top_diff(struct top *t, const struct model *before, const struct model *now,
	     uint64_t ms, const char *name);
void top_free(struct top *t);

/* top_print.c */
void top_rows(const struct top *t, top_row_fn row, void *data);
void top_json(struct out *o, const struct top *t);

/* top_screen.c */
int top_screen_open(void);
void top_screen_draw(const struct top *t);
bool top_screen_wait(uint64_t ms);
void top_screen_close(void);

#endif /* VSPANCTL_TOP_H */
