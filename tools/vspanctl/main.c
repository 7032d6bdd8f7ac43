// SPDX-License-Identifier: GPL-2.0
/* vspanctl: configure virtual SPAN ports. Options, command table, dispatch. */
#include <stdio.h>
#include <string.h>

#include "args/filter.h"
#include "nl/netns.h"
#include "version.h"
#include "vspanctl.h"

#ifndef VSPAN_VERSION
#error "VSPAN_VERSION is not defined: build with make"
#endif

static const struct cmd cmds[] = {
	{
		.name	= "add",
		.fn	= cmd_add,
		.usage	= "add SOURCE [ DIRECTION ] [ to SPAN ] [ WHERE ] [ OPTION ]...\n",
		.terms	= TERM_SOURCE TERM_DIRECTION TERM_WHERE TERM_OPTION TERM_LIST
			  TERM_VID,
	}, {
		.name	= "set",
		.fn	= cmd_set,
		.usage	= "set SOURCE [ DIRECTION ] [ to SPAN ] [ WHERE ] [ OPTION ]...\n",
		.terms	= TERM_SOURCE TERM_DIRECTION TERM_WHERE TERM_OPTION TERM_LIST
			  TERM_VID,
	}, {
		.name	= "del",
		.fn	= cmd_del,
		.usage	= "del SOURCE [ to SPAN ] [ WHERE ]\n",
		.terms	= TERM_SOURCE TERM_WHERE,
	}, {
		.name	= "show",
		.fn	= cmd_show,
		.usage	= "show [ SPAN ]\n",
	}, {
		.name	= "check",
		.fn	= cmd_check,
		.usage	= "check [ SOURCE | SPAN ]\n",
		.terms	= TERM_SOURCE,
	}, {
		.name	= "flush",
		.fn	= cmd_flush,
		.usage	= "flush [ SPAN ]\n",
	}, {
		.name	= "monitor",
		.fn	= cmd_monitor,
		.usage	= "monitor\n",
	}, {
		.name	= "top",
		.fn	= cmd_top,
		.usage	= "top [ SPAN ] [ -d SECONDS ] [ -c COUNT ]\n",
		.terms	= TERM_SECONDS,
	}, {
		.name	= "capture",
		.fn	= cmd_capture,
		.usage	= "capture SOURCE... [ HOW ]... [ with PROGRAM ] [ -- ARGS ]\n",
		.terms	= TERM_SOURCE TERM_HOW TERM_DIRECTION TERM_OPTION TERM_LIST
			  TERM_VID TERM_FRAMES TERM_QLEN,
	}, {
		.name	= "metrics",
		.fn	= cmd_metrics,
		.usage	= "metrics [ FORMAT ]\n",
		.terms	= TERM_FORMAT,
	}, {
		.name	= "save",
		.fn	= cmd_save,
		.usage	= "save [ FILE ]\n",
		.terms	= TERM_FILE,
	}, {
		.name	= "restore",
		.fn	= cmd_restore,
		.usage	= "restore [ -n ] [ FILE ]\n",
		.terms	= TERM_FILE,
	}, {
		.name	= "span",
		.sub	= span_cmds,
		.terms	= TERM_FEATURE TERM_FRAMES TERM_QLEN TERM_MTU,
	}, {
		.name	= "output",
		.sub	= output_cmds,
		.terms	= TERM_OUTPUT TERM_VID TERM_GROUP,
	}, {
		.name	= "xml",
		.fn	= cmd_xml,
		.usage	= "xml SPAN [ queues QUEUES ]\n",
		.terms	= TERM_QUEUES,
	},
	{ 0 }
};

static const struct cmd top = {
	.name	= "vspanctl",
	.sub	= cmds,
	.usage	= "[ OPTIONS ] COMMAND\n"
		  "{ help | COMMAND help }\n",
	.terms	= TERM_OPTIONS TERM_SOURCE TERM_DIRECTION TERM_WHERE TERM_OPTION
		  TERM_LIST TERM_VID TERM_HOW TERM_FEATURE TERM_FRAMES TERM_QLEN
		  TERM_MTU TERM_OUTPUT TERM_GROUP TERM_QUEUES TERM_FORMAT
		  TERM_SECONDS TERM_FILE,
};

static void usage_lines(struct out *o, const char *lines, const char *prog,
			bool *first)
{
	const char *end;

	for (; *lines; lines = end + 1) {
		end = strchr(lines, '\n');
		out_text(o, "%s%s%.*s\n", *first ? "Usage: " : "       ", prog,
			 (int)(end - lines), lines);
		*first = false;
	}
}

static void usage_syntax(struct out *o, const struct cmd *cmd, bool *first)
{
	const struct cmd *sub;

	if (cmd->usage)
		usage_lines(o, cmd->usage, "vspanctl ", first);
	for (sub = cmd->sub; sub && sub->name; sub++)
		usage_syntax(o, sub, first);
}

/* Help is text, with -j too. */
static int usage(FILE *fp, const struct cmd *cmd)
{
	struct out o = { .fp = fp };
	bool first = true;

	usage_syntax(&o, cmd, &first);
	if (cmd->terms)
		usage_lines(&o, cmd->terms, "", &first);
	return EXIT_OK;
}

static const struct cmd *cmd_find(const struct cmd *cmd, const char *word)
{
	for (; cmd->name; cmd++)
		if (!strcmp(cmd->name, word))
			return cmd;
	return NULL;
}

static int cmd_missing(const struct cmd *cmd)
{
	if (cmd != &top)
		return usage_error("%s needs a command; see: vspanctl %s help",
				   cmd->name, cmd->name);
	usage(stderr, cmd);
	return EXIT_USAGE;
}

/* Walk down the command tables word by word. */
static int cmd_run(struct ctx *ctx, int argc, char **argv)
{
	const struct cmd *cmd = &top, *sub;
	char path[64] = "";

	for (;; argc--, argv++) {
		if (argc && !strcmp(argv[0], "help"))
			return argc > 1 ? what_is(argv[1], path) :
					  usage(stdout, cmd);
		if (cmd->fn)
			return cmd->fn(ctx, argc, argv);
		if (!argc)
			return cmd_missing(cmd);
		sub = cmd_find(cmd->sub, argv[0]);
		if (!sub)
			return what_is(argv[0], path);
		snprintf(path + strlen(path), sizeof(path) - strlen(path),
			 "%s%s", *path ? " " : "", sub->name);
		cmd = sub;
	}
}

/* An option is its letter or its whole word, with one dash or two. */
static bool is_option(const char *arg, const char *word)
{
	if (arg[1] == word[0] && !arg[2])
		return true;
	return !strcmp(arg + (arg[1] == '-' ? 2 : 1), word);
}

static int netns_option(struct ctx *ctx, const char *name)
{
	if (!name)
		return usage_error("-n needs the name of a network namespace; see: vspanctl help");
	if (!netns_can_be(name))
		return usage_error("\"%.40s\" cannot name a network namespace; list them with: ip netns",
				   name);
	ctx->netns = name;
	return EXIT_OK;
}

static int batch_option(struct ctx *ctx, const char *file)
{
	if (!file)
		return usage_error("-b needs the name of a file of commands, or - for standard input; see: vspanctl help");
	ctx->batch = file;
	return EXIT_OK;
}

/* Returns the value of an option, which is the next word, or NULL. */
static int option_value(struct ctx *ctx, const char *option, const char *value)
{
	return option[strspn(option, "-")] == 'n' ? netns_option(ctx, value) :
						    batch_option(ctx, value);
}

/* Returns an exit code, or -1 to go on with the command at argv[*pos]. */
static int parse_options(struct ctx *ctx, int argc, char **argv, int *pos)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (is_option(argv[i], "json")) {
			ctx->out.json = true;
		} else if (is_option(argv[i], "pretty")) {
			ctx->out.pretty = true;
		} else if (is_option(argv[i], "statistics")) {
			ctx->stats = true;
		} else if (is_option(argv[i], "timestamp")) {
			ctx->timestamp = true;
		} else if (is_option(argv[i], "force")) {
			ctx->force = true;
		} else if (is_option(argv[i], "netns") ||
			   is_option(argv[i], "batch")) {
			if (option_value(ctx, argv[i],
					 i + 1 < argc ? argv[i + 1] : NULL))
				return EXIT_USAGE;
			i++;
		} else if (is_option(argv[i], "Version")) {
			version_print();
			return EXIT_OK;
		} else if (is_option(argv[i], "help")) {
			return usage(stdout, &top);
		} else {
			return usage_error("what is the option \"%.40s\"? see: vspanctl help",
					   argv[i]);
		}
	}
	*pos = i;
	return -1;
}

static int run(struct ctx *ctx, int argc, char **argv)
{
	if (!ctx->batch)
		return cmd_run(ctx, argc, argv);
	if (argc)
		return usage_error("what is \"%.40s\"? with -b all commands come from %s",
				   argv[0], ctx->batch);
	return run_batch(ctx, cmd_run);
}

int main(int argc, char **argv)
{
	struct ctx ctx = { .out.fp = stdout };
	int pos = 1, ret, err;

	ret = parse_options(&ctx, argc, argv, &pos);
	if (ret < 0)
		ret = run(&ctx, argc - pos, argv + pos);
	nl_close(&ctx.nl);
	filter_close();
	err = out_flush(&ctx.out);
	if (err && ret == EXIT_OK)
		ret = refused(NULL, err, "write the output");
	return ret;
}
