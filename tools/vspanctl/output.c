// SPDX-License-Identifier: GPL-2.0
/* output add, del and show: where a span's frames go too. */
#include <errno.h>

#include "args.h"
#include "model.h"
#include "print.h"
#include "vspanctl.h"

static int output_send(struct ctx *ctx, uint8_t op, const struct args *a)
{
	struct nlmsghdr *nlh = nl_genl_request(&ctx->nl, op, 0);

	mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_SPAN, a->span);
	args_put(nlh, a, ARGS_OUTPUT);
	return request(&ctx->nl.genl, nlh);
}

/* Asked only after the refusal: the kernel alone knows what is there now. */
static int output_no_span(struct ctx *ctx, const struct args *a,
			  const char *target)
{
	int netnsid;

	if (span_is_away(ctx, a->span, &netnsid))
		report("output add %s to %s: %s is in another network namespace (id %d); move it back to add outputs to it",
		       target, a->span, a->span, netnsid);
	else
		report("output add %s to %s: no span is named %s; make it with: vspanctl span add %s",
		       target, a->span, a->span, a->span);
	return EXIT_REFUSED;
}

static int cmd_output_add(struct ctx *ctx, int argc, char **argv)
{
	char buf[OUTPUT_TARGET_LEN];
	const char *target;
	struct args a;
	int err;

	if (args_output(&a, "output add", ARGS_OUTPUT, argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	target = output_target(a.dev, a.group, buf);
	err = output_send(ctx, VSPAN_CMD_OUTPUT_NEW, &a);
	if (err == -ENODEV)
		return output_no_span(ctx, &a, target);
	return err ? refused(&ctx->nl.genl, err, "output add %s to %s", target,
			     a.span) : EXIT_OK;
}

static int cmd_output_del(struct ctx *ctx, int argc, char **argv)
{
	char buf[OUTPUT_TARGET_LEN];
	struct args a;
	int err;

	if (args_output(&a, "output del", HAS_TARGET, argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	err = output_send(ctx, VSPAN_CMD_OUTPUT_DEL, &a);
	return err ? refused(&ctx->nl.genl, err, "output del %s of %s",
			     output_target(a.dev, a.group, buf), a.span) :
		     EXIT_OK;
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
		.usage	= "output add SPAN OUTPUT\n",
		.terms	= TERM_OUTPUT TERM_VID TERM_GROUP,
	}, {
		.name	= "del",
		.fn	= cmd_output_del,
		.usage	= "output del SPAN { dev DEV | psample GROUP }\n",
		.terms	= TERM_GROUP,
	}, {
		.name	= "show",
		.fn	= cmd_output_show,
		.usage	= "output show [ SPAN ]\n",
	},
	{ 0 }
};
