// SPDX-License-Identifier: GPL-2.0
/* restore: changes the state of the kernel into that of a file, with as few changes as
 * possible, or shows these changes. Objects that are the same in both are not touched
 * and lose no frames.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/snapshot.h"
#include "vspanctl.h"
#include "args/words.h"

/**
 * struct step - One change.
 * @kind: kind of the entry
 * @old: the existing entry, NULL to make it
 * @want: the wanted entry, NULL to delete it
 * @skip: the step was not done and must not be undone
 */
struct step {
	enum entry_kind kind;
	bool skip;
	const struct entry *old;
	const struct entry *want;
};

/**
 * struct plan - The steps from one configuration to another.
 * @file: name of the file, for messages
 * @now: the state of the kernel
 * @want: the configuration of the file
 * @span0: the default span, if it has to be made without a line for it
 * @steps: the steps, in order
 * @count: number of steps
 * @force: go on after a line that fails
 * @dry: only show the steps
 * @has_gaps: some lines could not be read, so what they wanted is not known
 * @ret: exit code of the first line that could not be done
 */
struct plan {
	const char *file;
	struct config now;
	struct config want;
	struct entry span0;
	struct step *steps;
	size_t count;
	bool force;
	bool dry;
	bool has_gaps;
	int ret;
};

/* --- reading --- */

/* Records a line that failed with exit code @ret. Returns 0 to go on, else @ret. */
static int line_failed(struct plan *p, int ret)
{
	if (!p->ret)
		p->ret = ret;
	return p->force ? EXIT_OK : ret;
}

static int read_line(struct plan *p, const struct words *w)
{
	char err[ARGS_ERR_LEN];
	int ret = config_add_line(&p->want, w->line, w->argc, w->argv, err,
				  sizeof(err));

	report_at(w->name, w->line);
	if (!ret)
		return EXIT_OK;
	if (ret != -EINVAL)
		return refused(NULL, ret, "restore");
	p->has_gaps = true;
	return line_failed(p, usage_error("%s", err));
}

/* Returns whether to go on, with an exit code if not. */
static bool read_on(struct plan *p, struct words *w, int more, int *ret)
{
	if (more > 0) {
		*ret = read_line(p, w);
		return !*ret;
	}
	report_at(w->name, more == -EINVAL ? w->line : 0);
	if (more == -EINVAL) {
		p->has_gaps = true;
		*ret = line_failed(p, usage_error("%s", w->err));
		return !*ret && words_skip(w);
	}
	*ret = refused(NULL, more, "read the configuration");
	return false;
}

static int read_lines(struct plan *p, struct words *w)
{
	int more, ret = EXIT_OK;

	while ((more = words_next(w)))
		if (!read_on(p, w, more, &ret))
			break;
	report_at(w->name, 0);
	return ret;
}

static int sort_lines(struct plan *p, struct config *c)
{
	const struct entry *twice;
	char text[ENTRY_TEXT_LEN];
	int err, ret;

	while ((err = config_sort(c, &twice)) == -EEXIST) {
		report_at(p->file, twice->line);
		ret = line_failed(p, usage_error("\"%s\" is in line %u already; delete one of the two lines",
						 entry_text(twice, text, sizeof(text)),
						 config_find(c, twice)->line));
		if (ret)
			return ret;
		config_drop(c, twice);
	}
	return err ? refused(NULL, err, "restore") : EXIT_OK;
}

static int read_file(struct plan *p, const char *file)
{
	struct words w;
	int err, ret;

	err = words_open(&w, file);
	p->file = w.name;
	if (err)
		return refused(NULL, err, "read %s", file);
	ret = read_lines(p, &w);
	words_close(&w);
	return ret ? ret : sort_lines(p, &p->want);
}

/* --- other network namespaces --- */

static bool span_of_other(const struct entry *x, const struct entry *y)
{
	return strcmp(x->a.span, y->a.span) ||
	       (x->a.has & HAS_NETNS) != (y->a.has & HAS_NETNS) ||
	       strcmp(x->a.netns, y->a.netns);
}

/* Use the same name as snapshot(), since a netns may have several. */
static void find_netns(struct ctx *ctx, struct plan *p, struct entry *e)
{
	char text[ENTRY_TEXT_LEN];

	report_at(p->file, e->line);
	entry_text(e, text, sizeof(text));
	if (ctx_netns(ctx, &e->a, text)) {
		e->skip = true;
		line_failed(p, EXIT_REFUSED);
	} else if (e->a.is_away) {
		netns_name(&ctx->nl, e->a.netnsid, e->a.netns,
			   sizeof(e->a.netns));
	} else {
		e->a.has &= ~HAS_NETNS;
		e->a.netns[0] = '\0';
	}
}

/* A netns that does not exist is reported once. Only its own lines fail. */
static int find_all_netns(struct ctx *ctx, struct plan *p)
{
	struct entry *e = p->want.entries.items;
	const char *lost = NULL;
	size_t i;

	for (i = 0; i < p->want.entries.count; i++, e++) {
		if (!(e->a.has & HAS_NETNS))
			continue;
		if (lost && !strcmp(lost, e->a.netns))
			e->skip = true;
		else
			find_netns(ctx, p, e);
		if (e->skip)
			lost = e->a.netns;
	}
	return sort_lines(p, &p->want);
}

/* Add the spans of other netns that the file wants. Without sources here they are not in
 * the snapshot. Spans that are owned by a program are left out.
 */
static int find_spans(struct ctx *ctx, struct plan *p)
{
	const struct entry *e = p->want.entries.items;
	struct span span;
	int ret = EXIT_OK;
	size_t i;

	for (i = 0; !ret && i < p->want.entries.count; i++, e++) {
		if (e->kind != ENTRY_SPAN || !e->a.is_away || e->skip ||
		    config_find(&p->now, e) || span_get_at(ctx, &e->a, &span) ||
		    span.owned)
			continue;
		strcpy(span.netns, e->a.netns);
		if (config_add_span(&p->now, &span))
			return refused(NULL, -ENOMEM, "restore");
		/* Sort again, so that config_find() finds the added spans. */
		ret = sort_lines(p, &p->now);
	}
	return ret;
}

/* --- planning --- */

static void plan_step(struct plan *p, enum entry_kind kind,
		      const struct entry *old, const struct entry *want)
{
	p->steps[p->count++] = (struct step){
		.kind = kind, .old = old, .want = want,
	};
}

/* Can the existing entry be changed into the wanted one? Else it is made anew. */
static bool can_be_set(const struct entry *old, const struct entry *want)
{
	return old->kind != ENTRY_OUTPUT || entry_same(old, want);
}

/* Plan the entries of the file, in its order, since older patterns take precedence. */
static void plan_wanted(struct plan *p, enum entry_kind kind)
{
	const struct entry *e = p->want.entries.items, *old;
	size_t i;

	for (i = 0; i < p->want.entries.count; i++, e++) {
		if (e->kind != kind || e->skip)
			continue;
		old = config_find(&p->now, e);
		if (!old || !entry_same(old, e))
			plan_step(p, kind, old && can_be_set(old, e) ? old : NULL,
				  e);
	}
}

/* Must an existing entry be deleted, because the file does not have it or because it is
 * made anew? Entries that no file can name stay.
 */
static bool is_unwanted(const struct plan *p, const struct entry *old)
{
	const struct entry *want = config_find(&p->want, old);

	if (entry_is_nameless(old))
		return false;
	return want ? !want->skip && !can_be_set(old, want) : !p->has_gaps;
}

/* In reverse order, so that undoing the steps restores the original order. */
static void plan_unwanted(struct plan *p, enum entry_kind kind)
{
	const struct entry *now = p->now.entries.items;
	size_t i;

	for (i = p->now.entries.count; i--;)
		if (now[i].kind == kind && is_unwanted(p, &now[i]))
			plan_step(p, kind, &now[i], NULL);
}

/* A span that is missing in another netns fails, but does not end restore. */
static int plan_no_span(struct plan *p, struct entry *e)
{
	char text[ENTRY_TEXT_LEN], span[SPAN_TEXT_LEN];

	args_span_text(&e->a, span, sizeof(span));
	report("%s: no span is named %s; make it with a line: span add %s",
	       entry_text(e, text, sizeof(text)), e->a.span, span);
	if (!(e->a.has & HAS_NETNS))
		return EXIT_REFUSED;
	e->skip = true;
	line_failed(p, EXIT_REFUSED);
	return EXIT_OK;
}

/* Check that the span of a new entry exists, or will be made. */
static int plan_need_span(struct plan *p, struct entry *e)
{
	struct entry key = { .kind = ENTRY_SPAN };

	key.a.has = e->a.has & HAS_NETNS;
	strcpy(key.a.span, e->a.span);
	strcpy(key.a.netns, e->a.netns);
	if (config_find(&p->now, &key) || config_find(&p->want, &key))
		return EXIT_OK;
	if (p->span0.line && !span_of_other(&p->span0, e))
		return EXIT_OK;
	report_at(p->file, e->line);
	if (e->kind != ENTRY_SOURCE || strcmp(e->a.span, DEFAULT_SPAN) ||
	    e->a.has & HAS_NETNS)
		return plan_no_span(p, e);
	if (!p->span0.line) {
		key.line = e->line;
		p->span0 = key;
		plan_step(p, ENTRY_SPAN, NULL, &p->span0);
	}
	return EXIT_OK;
}

/* Sources first: they may bring the default span. */
static int plan_need_spans(struct plan *p)
{
	const struct entry *old;
	enum entry_kind kind;
	struct entry *e;
	size_t i;

	for (kind = ENTRY_SOURCE; kind < ENTRY_KINDS; kind++) {
		e = p->want.entries.items;
		for (i = 0; i < p->want.entries.count; i++, e++) {
			old = config_find(&p->now, e);
			if (e->kind != kind || e->skip ||
			    (old && can_be_set(old, e)) || !plan_need_span(p, e))
				continue;
			if (line_failed(p, EXIT_REFUSED))
				return EXIT_REFUSED;
			e->skip = true;
		}
	}
	return EXIT_OK;
}

/* New sources are made before old ones are deleted, so that devices of both are mirrored
 * all the time. Outputs are deleted first and made last, because no device may be a
 * source and an output of a span at the same time.
 */
static int plan_make(struct plan *p)
{
	size_t most = p->now.entries.count + p->want.entries.count + 1;

	p->steps = calloc(most, sizeof(*p->steps));
	if (!p->steps)
		return refused(NULL, -ENOMEM, "restore");
	if (plan_need_spans(p))
		return EXIT_REFUSED;
	plan_wanted(p, ENTRY_SPAN);
	plan_unwanted(p, ENTRY_OUTPUT);
	plan_wanted(p, ENTRY_SOURCE);
	plan_unwanted(p, ENTRY_SOURCE);
	plan_wanted(p, ENTRY_OUTPUT);
	return EXIT_OK;
}

/* --- showing --- */

/* A source whose filter has no text looks like one without a filter. */
static void show_old(FILE *fp, const struct entry *e)
{
	char text[ENTRY_TEXT_LEN];

	if (e->is_mute)
		fprintf(fp, "-%s, with a filter of another program\n",
			entry_text(e, text, sizeof(text)));
	else
		entry_put_lines(fp, "-", e);
}

/* Show the steps as diff(1) would: the lines that save would write, before and after. */
static int plan_show(FILE *fp, const struct plan *p)
{
	const struct step *s = p->steps;
	size_t i;

	for (i = 0; i < p->count; i++, s++) {
		if (s->want && s->want->skip)
			continue;
		if (s->old)
			show_old(fp, s->old);
		if (s->want)
			entry_put_lines(fp, "+", s->want);
	}
	return p->ret;
}

/* --- doing --- */

static int change_span(struct ctx *ctx, const struct entry *old,
		       const struct entry *want)
{
	if (!old)
		return span_make(ctx, &want->a);
	return want ? span_change(ctx, &want->a) : span_remove(ctx, old->a.span);
}

static int change_source(struct ctx *ctx, const struct entry *old,
			 const struct entry *want)
{
	struct args a = want ? want->a : old->a;

	if (!want)
		return source_send(ctx, VSPAN_CMD_SOURCE_DEL, "del", &a);
	a.has &= ~ARGS_SOURCE;
	a.has |= entry_changes(old, want);
	if (!old)
		return source_send(ctx, VSPAN_CMD_SOURCE_NEW, "add", &a);
	return source_send(ctx, VSPAN_CMD_SOURCE_SET, "set", &a);
}

static int change_output(struct ctx *ctx, const struct entry *old,
			 const struct entry *want)
{
	return want ? output_send(ctx, VSPAN_CMD_OUTPUT_NEW, &want->a) :
		      output_send(ctx, VSPAN_CMD_OUTPUT_DEL, &old->a);
}

static int (*const change[ENTRY_KINDS])(struct ctx *ctx,
					const struct entry *old,
					const struct entry *want) = {
	[ENTRY_SPAN]	= change_span,
	[ENTRY_SOURCE]	= change_source,
	[ENTRY_OUTPUT]	= change_output,
};

/* A source whose filter has no text cannot be restored: the program is not known, and
 * without it all frames would be mirrored.
 */
static int undo_step(struct ctx *ctx, const struct step *s)
{
	if (s->old && s->old->is_mute)
		return EXIT_REFUSED;
	/* A span that was made in another netns stays. */
	if (s->kind == ENTRY_SPAN && s->want && s->want->a.is_away)
		return EXIT_OK;
	return change[s->kind](ctx, s->want, s->old);
}

/* Undo the steps in reverse order, so that each state is one that existed before. */
static void plan_undo(struct ctx *ctx, const struct plan *p, size_t done)
{
	int ret = EXIT_OK;

	report_at(NULL, 0);
	while (done--)
		if (!p->steps[done].skip)
			ret |= undo_step(ctx, &p->steps[done]);
	if (ret)
		report("restore: what was there before could not be put back in full; see: vspanctl show");
}

/* Did a step fail because of another netns? For sources and outputs, which are in this
 * netns, only if their span there is gone.
 */
static bool is_lost_there(struct ctx *ctx, const struct step *s)
{
	const struct args *a = s->want ? &s->want->a : &s->old->a;
	struct span span;

	return a->has & HAS_NETNS &&
	       (s->kind == ENTRY_SPAN ||
		span_get_at(ctx, a, &span) == -ENODEV);
}

/* Can restore go on after this step has failed? Then a failed span also takes its sources
 * and outputs with it.
 */
static bool plan_lose(struct ctx *ctx, struct plan *p, struct step *s)
{
	const struct entry *lost = s->want ? s->want : s->old;
	struct entry *e = p->want.entries.items;
	size_t i;

	if (!is_lost_there(ctx, s))
		return false;
	s->skip = true;
	line_failed(p, EXIT_REFUSED);
	for (i = 0; i < p->want.entries.count; i++, e++)
		e->skip |= !span_of_other(lost, e);
	return true;
}

static int plan_do(struct ctx *ctx, struct plan *p)
{
	size_t i;
	int ret;

	for (i = 0; i < p->count; i++) {
		struct step *s = &p->steps[i];

		s->skip = s->want && s->want->skip;
		if (s->skip)
			continue;
		report_at(p->file, s->want ? s->want->line : 0);
		ret = change[s->kind](ctx, s->old, s->want);
		if (!ret || plan_lose(ctx, p, s) || !line_failed(p, ret))
			continue;
		plan_undo(ctx, p, i);
		return ret;
	}
	return p->ret;
}

static int restore(struct ctx *ctx, struct plan *p, const char *file)
{
	int ret;

	ret = read_file(p, file);
	if (ret)
		return ret;
	report_at(p->file, 0);
	if (ctx_try(ctx))
		return EXIT_REFUSED;
	/* An empty file is no error without the module: the installed file must
	 * not fail at each boot of a machine whose module could not be built.
	 */
	if (!ctx->nl.family && !p->want.entries.count)
		return p->ret;
	if (ctx_open(ctx) || snapshot(ctx, "restore", &p->now))
		return EXIT_REFUSED;
	ret = find_all_netns(ctx, p);
	if (!ret)
		ret = find_spans(ctx, p);
	if (!ret)
		ret = plan_make(p);
	if (ret)
		return ret;
	return p->dry ? plan_show(ctx->out.fp, p) : plan_do(ctx, p);
}

/**
 * cmd_restore - vspanctl restore [ -n ] [ FILE ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after restore
 *
 * Return: exit code.
 */
int cmd_restore(struct ctx *ctx, int argc, char **argv)
{
	struct place before = report_place();
	struct plan p = { .force = ctx->force };
	const char *file;
	int ret;

	p.dry = argc && !strcmp(argv[0], "-n");
	ret = config_file(ctx, "restore", argc - p.dry, argv + p.dry, &file);
	if (ret)
		return ret;
	/* The batch has read standard input to its end: not an empty file. */
	if (ctx->batch && !strcmp(file, "-") && !strcmp(ctx->batch, "-"))
		return usage_error("restore - would read the commands that follow; name a file");
	ret = restore(ctx, &p, file);
	report_at(before.file, before.line);
	config_free(&p.now);
	config_free(&p.want);
	free(p.steps);
	return ret;
}
