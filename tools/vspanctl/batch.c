// SPDX-License-Identifier: GPL-2.0
/* -batch: commands from a file, in one process and over one connection. */
#include <errno.h>
#include <string.h>

#include "vspanctl.h"
#include "args/words.h"

static int batch_command(struct ctx *ctx, run_fn run, int argc, char **argv)
{
	if (argv[0][0] == '-')
		return usage_error("what is \"%.40s\"? options go before -batch, for all commands of the file",
				   argv[0]);
	if (!strcmp(argv[0], "monitor"))
		return usage_error("monitor does not end by itself; run it without -batch");
	return run(ctx, argc, argv);
}

/* Runs one command, and flushes its output before the next one. */
static int batch_line(struct ctx *ctx, run_fn run, const struct words *w)
{
	int ret = batch_command(ctx, run, w->argc, w->argv);
	int err = out_flush(&ctx->out);

	if (err && ret == EXIT_OK)
		ret = refused(NULL, err, "write the output");
	return ret;
}

static int batch_lines(struct ctx *ctx, run_fn run, struct words *w)
{
	int more, ret, first = EXIT_OK;

	while ((more = words_next(w)) > 0) {
		report_at(w->name, w->line);
		ret = batch_line(ctx, run, w);
		if (!first)
			first = ret;
		if (ret && !ctx->force)
			return ret;
	}
	report_at(w->name, more == -EINVAL ? w->line : 0);
	if (more == -EINVAL)
		more = usage_error("%s", w->err);
	else if (more)
		more = refused(NULL, more, "read the commands");
	return first ? first : more;
}

/**
 * run_batch - Run the commands of the file that -b names.
 * @ctx: context
 * @run: runs one of them
 *
 * Return: exit code of the first command that failed, which is the last one
 * run unless -force was given.
 */
int run_batch(struct ctx *ctx, run_fn run)
{
	struct words w;
	int err, ret;

	err = words_open(&w, ctx->batch);
	if (err)
		return refused(NULL, err, "read %s", ctx->batch);
	ret = batch_lines(ctx, run, &w);
	report_at(NULL, 0);
	words_close(&w);
	return ret;
}
