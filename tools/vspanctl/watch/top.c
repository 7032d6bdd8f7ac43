// SPDX-License-Identifier: GPL-2.0
/* top: shows current rates, once or repeatedly. */
#include "watch/top.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "args/args.h"
#include "print/print.h"
#include "vspanctl.h"

#define MS_PER_DAY	86400000
#define FIRST_MS	100	/* the first screen appears early */

/**
 * struct top_run - A run of top.
 * @ctx: context
 * @name: name of the span that is wanted, NULL for all
 * @delay: milliseconds from one reading to the next
 * @left: how often to tell yet, 0 for ever
 * @on_screen: tell it on the screen
 * @models: the last reading, and the one before
 * @at: when that was, in ms
 * @which: the index of the last one
 */
struct top_run {
	struct ctx *ctx;
	const char *name;
	uint64_t delay;
	uint64_t left;
	bool on_screen;
	struct model models[2];
	uint64_t at[2];
	int which;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

static int delay_parse(struct top_run *run, const char *val)
{
	char *end;
	double s;

	errno = 0;
	s = val ? strtod(val, &end) : 0;
	if (!val || end == val || *end || errno || !(s * 1000 >= 100) ||
	    s * 1000 > MS_PER_DAY)
		return usage_error("-d needs the seconds from one reading to the next, 0.1 to 86400; see: vspanctl top help");
	run->delay = s * 1000;
	return EXIT_OK;
}

static int count_parse(struct top_run *run, const char *val)
{
	char *end;
	long n;

	errno = 0;
	n = val ? strtol(val, &end, 10) : 0;
	if (!val || end == val || *end || errno || n < 1)
		return usage_error("-c needs how often to tell, 1 or more; see: vspanctl top help");
	run->left = n;
	return EXIT_OK;
}

/* Parse the options, which follow the command as in top(1) and ping(8). */
static int parse(struct top_run *run, int argc, char **argv)
{
	int i, ret = EXIT_OK;

	for (i = 0; i < argc && ret == EXIT_OK; i++) {
		if (!strcmp(argv[i], "-d"))
			ret = delay_parse(run, ++i < argc ? argv[i] : NULL);
		else if (!strcmp(argv[i], "-c"))
			ret = count_parse(run, ++i < argc ? argv[i] : NULL);
		else if (run->name || *argv[i] == '-')
			ret = what_is(argv[i], "top");
		else
			run->name = argv[i];
	}
	return ret;
}

/* A span that does not exist is refused, since its name is most likely wrong. */
static bool is_there(const struct top_run *run)
{
	const struct model *m = &run->models[run->which];
	const struct span *span = m->spans.items;
	size_t i;

	for (i = 0; i < m->spans.count; i++)
		if (!run->name || !strcmp(run->name, span[i].name))
			return true;
	return !run->name;
}

static int read_next(struct top_run *run)
{
	struct model *m = &run->models[!run->which];
	struct nl *nl = &run->ctx->nl;
	int err;

	model_free(m);
	err = model_read(m, nl, MODEL_SOURCES | MODEL_OUTPUTS);
	if (!err)
		err = model_name_netns(m, nl);
	run->which = !run->which;
	run->at[run->which] = now_ms();
	if (err || is_there(run))
		return err;
	return -ENODEV;
}

static void print_row(void *data, enum top_kind kind, const char *text)
{
	(void)kind;
	out_text(data, "%s\n", text);
}

static int tell(struct top_run *run, const struct top *t, bool is_first)
{
	struct out *o = &run->ctx->out;

	if (run->on_screen)
		return 0;	/* top_screen_wait() draws it */
	if (o->json) {
		top_json(o, t);
		out_text(o, "\n");
	} else {
		out_text(o, "%s", is_first ? "" : "\n");
		top_rows(t, print_row, o);
	}
	return out_flush(o);
}

/* Returns false if the user has quit. */
static bool wait_until(const struct top_run *run, const struct top *t, uint64_t end)
{
	uint64_t now = now_ms();
	struct timespec ts;

	for (; now < end; now = now_ms()) {
		if (!run->on_screen) {
			ts.tv_sec = (end - now) / 1000;
			ts.tv_nsec = (end - now) % 1000 * 1000000;
			nanosleep(&ts, NULL);
			continue;
		}
		top_screen_draw(t);
		if (!top_screen_wait(end - now))
			return false;
	}
	return true;
}

static int again_and_again(struct top_run *run)
{
	struct top t = { 0 };
	uint64_t delay = run->on_screen ? FIRST_MS : run->delay;
	bool is_first = true;
	int err;

	err = read_next(run);
	for (;;) {
		if (err || !wait_until(run, &t, run->at[run->which] + delay))
			break;
		delay = run->delay;
		top_free(&t);
		err = read_next(run);
		if (!err)
			err = top_diff(&t, &run->models[!run->which],
				       &run->models[run->which],
				       run->at[run->which] - run->at[!run->which],
				       run->name);
		if (!err)
			err = tell(run, &t, is_first);
		is_first = false;
		if (run->left && !--run->left)
			break;
	}
	top_free(&t);
	return err;
}

static int run_top(struct top_run *run)
{
	int err;

	/* With a count, the output is probably stored. */
	run->on_screen = !run->ctx->out.json && !run->left &&
			 isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	if (run->on_screen && top_screen_open()) {
		report("top: the terminal's type is not known; set TERM, or have it without a screen: vspanctl top | cat");
		return EXIT_REFUSED;
	}
	err = again_and_again(run);
	if (run->on_screen)
		top_screen_close();
	if (err == -ENODEV && run->name) {
		report("no span is named %s; list them with: vspanctl span show",
		       run->name);
		return EXIT_REFUSED;
	}
	return err ? refused(&run->ctx->nl.genl, err, "top") : EXIT_OK;
}

/**
 * cmd_top - vspanctl top [ SPAN ] [ -d SECONDS ] [ -c COUNT ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after top
 *
 * Return: exit code, when it is told to end or fails.
 */
int cmd_top(struct ctx *ctx, int argc, char **argv)
{
	struct top_run run = { .ctx = ctx, .delay = 1000 };
	int ret = parse(&run, argc, argv);

	if (ret != EXIT_OK)
		return ret;
	if (ctx->batch && !run.left)
		return usage_error("top does not end by itself; give it a -c COUNT, or run it without -batch");
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	ctx->out.pretty = false;	/* one line for each object */
	ret = run_top(&run);
	model_free(&run.models[0]);
	model_free(&run.models[1]);
	return ret;
}
