// SPDX-License-Identifier: GPL-2.0
/* capture: runs a capture program on a span of its own, which is deleted with it. */
#include "capture/capture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "args/args.h"
#include "nl/link.h"
#include "nl/model.h"
#include "vspanctl.h"

#define CAPTURE_NAMES	1000	/* of spans to try, cap0 on */

/* Make our socket the owner of the span, and set the form of its frames. */
static int span_own(struct ctx *ctx, const struct capture *c)
{
	struct nlmsghdr *nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SPAN_SET, 0);

	mnl_attr_put_strz(nlh, VSPAN_A_SPAN_NAME, c->first->span);
	mnl_attr_put_u8(nlh, VSPAN_A_SPAN_OWNED, 1);
	args_put(nlh, c->first, HAS_FRAMES, NULL, 0);
	return request(&ctx->nl.genl, nlh);
}

/* Make a span by the given name, or by the first free one. */
static int span_name(struct ctx *ctx, struct capture *c)
{
	unsigned int i;
	int err;

	if (c->first->has & HAS_SPAN)
		return span_link_add(ctx, c->first);
	for (i = 0; i < CAPTURE_NAMES; i++) {
		snprintf(c->first->span, sizeof(c->first->span), "cap%u", i);
		err = span_link_add(ctx, c->first);
		if (err != -EEXIST)
			return err;
	}
	return -EEXIST;
}

static int span_new(struct ctx *ctx, struct capture *c)
{
	const char *name = c->first->span;
	int err = span_name(ctx, c);

	if (err == -EEXIST && !ctx->nl.rtnl.extack[0]) {
		report("capture: a device named %s exists; choose another name for the span: to SPAN",
		       name);
		return EXIT_REFUSED;
	}
	if (err)
		return refused(&ctx->nl.rtnl, err, "capture: make the span %s", name);
	err = span_own(ctx, c);
	if (err) {
		refused(&ctx->nl.genl, err, "capture: bind the life of %s to this program", name);
		if (!span_get(ctx, name, &c->span))
			span_link_del(ctx, c->span.ifindex);
		return EXIT_REFUSED;
	}
	/* If this fails, the span goes with our socket. */
	err = span_get(ctx, name, &c->span);
	return err ? refused(&ctx->nl.genl, err, "capture: find the span %s", name) : EXIT_OK;
}

/* With signals blocked: if vspanctl ended before it owns the span, that would stay. */
static int span_new_whole(struct ctx *ctx, struct capture *c)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	ret = span_new(ctx, c);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/* Delete the span at once, not only when the kernel closes our socket. If somebody has
 * moved or deleted the span meanwhile, another device may have its index, so it is looked
 * up first.
 */
static void span_end(struct ctx *ctx, const struct capture *c)
{
	struct span now;

	if (!span_get_index(ctx, c->span.ifindex, &now) && now.owned)
		span_link_del(ctx, c->span.ifindex);
}

/* Refuse a device that does not exist: the capture would wait for it silently. */
static int source_is_there(struct ctx *ctx, const struct args *a)
{
	int err;

	if (a->kind == VSPAN_KIND_GLOB)
		return EXIT_OK;
	err = link_named(&ctx->nl, a->source);
	if (!err)
		return EXIT_OK;
	if (err != -ENODEV)
		return refused(&ctx->nl.rtnl, err, "capture: find the device %s", a->source);
	report("capture: no device is named %s; list them with: ip link", a->source);
	return EXIT_REFUSED;
}

static int sources_add(struct ctx *ctx, struct capture *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		strcpy(c->sources[i].span, c->span.name);
		if (source_send(ctx, VSPAN_CMD_SOURCE_NEW, "add", &c->sources[i]))
			return EXIT_REFUSED;
	}
	return EXIT_OK;
}

static int capture(struct ctx *ctx, struct capture *c)
{
	size_t i;
	int ret;

	if (ctx_open(ctx))
		return EXIT_REFUSED;
	for (i = 0; i < c->count; i++)
		if (source_is_there(ctx, &c->sources[i]))
			return EXIT_REFUSED;
	if (span_new_whole(ctx, c))
		return EXIT_REFUSED;
	ret = sources_add(ctx, c);
	if (!ret)
		ret = capture_run(c);
	span_end(ctx, c);
	return ret;
}

/**
 * cmd_capture - vspanctl capture SOURCE...
 * @ctx: context
 * @argc: number of words
 * @argv: words after capture
 *
 * Return: exit code of the program, or why it was not run.
 */
int cmd_capture(struct ctx *ctx, int argc, char **argv)
{
	struct capture c;
	int ret;

	if (ctx->batch)
		return usage_error("capture does not end by itself; run it without -batch");
	ret = capture_parse(&c, argc, argv);
	if (!ret)
		ret = capture(ctx, &c);
	capture_free(&c);
	return ret;
}
