// SPDX-License-Identifier: GPL-2.0
/* output add, del and show. */
#include <errno.h>

#include "args/args.h"
#include "nl/model.h"
#include "print/print.h"
#include "vspanctl.h"

/* Find the reason only after a refusal, since spans may come and go at any time. */
static int output_no_span(struct ctx *ctx, const struct args *a,
			  const char *target)
{
	int netnsid;

	if (span_is_away(ctx, a->span, &netnsid))
		report("output add %s to %s: %s is in another network namespace (id %d); add to it with: output add %s netnsid %d; or make another here: vspanctl span add %s",
		       target, a->span, a->span, netnsid, a->span, netnsid,
		       a->span);
	else
		report("output add %s to %s: no span is named %s; make it with: vspanctl span add %s",
		       target, a->span, a->span, a->span);
	return EXIT_REFUSED;
}

/**
 * output_send - Send one request about one output.
 * @ctx: context, open
 * @op: VSPAN_CMD_OUTPUT_*
 * @a: the output and its options
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int output_send(struct ctx *ctx, uint8_t op, const struct args *a)
{
	bool del = op == VSPAN_CMD_OUTPUT_DEL;
	char buf[OUTPUT_TARGET_LEN];
	const char *target = output_target(a->dev, a->group, buf);
	struct nlmsghdr *nlh = nl_genl_request(&ctx->nl, op, 0);
	char span[SPAN_TEXT_LEN];
	int err;

	args_put_span(nlh, a, VSPAN_A_OUTPUT_SPAN, VSPAN_A_OUTPUT_SPAN_IFINDEX,
		      VSPAN_A_OUTPUT_SPAN_NETNSID);
	args_put(nlh, a, del ? HAS_TARGET : ARGS_OUTPUT, NULL, 0);
	err = request(&ctx->nl.genl, nlh);
	if (!err)
		return EXIT_OK;
	if (err == -ENODEV && !del && !a->is_away)
		return output_no_span(ctx, a, target);
	return refused(&ctx->nl.genl, err, "output %s %s %s %s",
		       del ? "del" : "add", target, del ? "of" : "to",
		       args_span_text(a, span, sizeof(span)));
}

static int cmd_output_add(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_output(&a, "output add", HAS_NETNS | ARGS_OUTPUT, argc, argv))
		return usage_error("%s", a.err);
	return ctx_open(ctx) || ctx_netns(ctx, &a, "output add") ?
	       EXIT_REFUSED : output_send(ctx, VSPAN_CMD_OUTPUT_NEW, &a);
}

static int cmd_output_del(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_output(&a, "output del", HAS_NETNS | HAS_TARGET, argc, argv))
		return usage_error("%s", a.err);
	return ctx_open(ctx) || ctx_netns(ctx, &a, "output del") ?
	       EXIT_REFUSED : output_send(ctx, VSPAN_CMD_OUTPUT_DEL, &a);
}

static int cmd_output_show(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_optional_span(&a, "output show", argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	return show_spans(ctx, a.has & HAS_SPAN ? a.span : NULL, MODEL_OUTPUTS,
			  show_span_outputs);
}

const struct cmd output_cmds[] = {
	{
		.name	= "add",
		.fn	= cmd_output_add,
		.usage	= "output add SPAN [ WHERE ] OUTPUT\n",
		.terms	= TERM_WHERE TERM_OUTPUT TERM_VID TERM_GROUP,
	}, {
		.name	= "del",
		.fn	= cmd_output_del,
		.usage	= "output del SPAN [ WHERE ] { dev DEV | psample GROUP }\n",
		.terms	= TERM_WHERE TERM_GROUP,
	}, {
		.name	= "show",
		.fn	= cmd_output_show,
		.usage	= "output show [ SPAN ]\n",
	},
	{ 0 }
};
