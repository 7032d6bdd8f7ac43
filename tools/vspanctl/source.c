// SPDX-License-Identifier: GPL-2.0
/* add, set, del and flush of sources. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "args/args.h"
#include "args/words.h"
#include "nl/altname.h"
#include "nl/model.h"
#include "vspanctl.h"

static struct nlmsghdr *source_request(struct ctx *ctx, uint8_t cmd,
				       const struct args *a)
{
	struct nlmsghdr *nlh = nl_genl_request(&ctx->nl, cmd, 0);

	args_put_span(nlh, a, VSPAN_A_SOURCE_SPAN, VSPAN_A_SOURCE_SPAN_IFINDEX,
		      VSPAN_A_SOURCE_SPAN_NETNSID);
	mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_NAME, a->source);
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_KIND, a->kind);
	return nlh;
}

/**
 * source_send - Send one request about one source.
 * @ctx: context, open
 * @op: VSPAN_CMD_SOURCE_*
 * @cmd: the command, for messages
 * @a: the source and its options
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int source_send(struct ctx *ctx, uint8_t op, const char *cmd,
		const struct args *a)
{
	struct nlmsghdr *nlh = source_request(ctx, op, a);
	const char *to = strcmp(cmd, "add") ? "of" : "to";
	char span[SPAN_TEXT_LEN], why[ARGS_ERR_LEN];
	int err;

	/* A request to delete only has the key. */
	if (op != VSPAN_CMD_SOURCE_DEL &&
	    args_put(nlh, a, ARGS_SOURCE, why, sizeof(why))) {
		report("%s %s %s %s: %s", cmd, a->text, to, a->span, why);
		return EXIT_REFUSED;
	}
	err = request(&ctx->nl.genl, nlh);
	if (!err)
		return EXIT_OK;
	return refused(&ctx->nl.genl, err, "%s %s %s %s", cmd, a->text, to,
		       args_span_text(a, span, sizeof(span)));
}

/* Make the default span. If another vspanctl makes it at the same time, this one must not
 * remove it later.
 */
static int source_make_span(struct ctx *ctx, const struct args *a,
			    struct span *span, bool *made)
{
	int err = span_link_add(ctx, a);

	*made = !err;
	if (err && err != -EEXIST)
		return refused(&ctx->nl.rtnl, err, "add %s to %s: make the span",
			       a->text, a->span);
	err = span_get(ctx, a->span, span);
	if (err == -ENODEV) {
		report("add %s to %s: the device %s is no span; make one by another name: vspanctl span add NAME",
		       a->text, a->span, a->span);
		return EXIT_REFUSED;
	}
	return err ? refused(&ctx->nl.genl, err, "add %s to %s", a->text,
			     a->span) : EXIT_OK;
}

static int source_need_span(struct ctx *ctx, const struct args *a,
			    struct span *span, bool *made)
{
	int err = span_get(ctx, a->span, span);
	int netnsid;

	*made = false;
	if (!err)
		return EXIT_OK;
	if (err != -ENODEV)
		return refused(&ctx->nl.genl, err, "add %s to %s", a->text,
			       a->span);
	/* If span0 was moved to a container, a second span0 is probably not wanted. */
	if (span_is_away(ctx, a->span, &netnsid))
		report("add %s to %s: %s is in another network namespace (id %d); add to it with: to %s netnsid %d; or make another here: vspanctl span add %s",
		       a->text, a->span, a->span, netnsid, a->span, netnsid,
		       a->span);
	else if (!strcmp(a->span, DEFAULT_SPAN))
		return source_make_span(ctx, a, span, made);
	else
		report("add %s to %s: no span is named %s; make it with: vspanctl span add %s",
		       a->text, a->span, a->span, a->span);
	return EXIT_REFUSED;
}

/* Names one device; vspanctl check names all of them. */
static void source_note_altname(struct ctx *ctx, const struct args *a)
{
	struct altnames names = { .pattern = a->source };
	const struct altname *alt;
	char span[SPAN_TEXT_LEN], name[4 * VSPAN_PATTERN_LEN + 3];

	if (a->kind == VSPAN_KIND_GLOB && !altnames_read(&names, &ctx->nl) &&
	    !names.has_own && names.missed.count) {
		alt = names.missed.items;
		report("note: no device's own name matches %s, and %s is an alternative name of %s; patterns match own names only: add the device with: vspanctl add %s to %s",
		       a->text, alt->name, alt->link.name,
		       words_quote(name, sizeof(name), altname_to_add(alt)),
		       args_span_text(a, span, sizeof(span)));
	}
	free(names.missed.items);
}

/**
 * cmd_add - vspanctl add SOURCE ...
 * @ctx: context
 * @argc: number of words
 * @argv: words after add
 *
 * Return: exit code.
 */
int cmd_add(struct ctx *ctx, int argc, char **argv)
{
	struct span span;
	struct args a;
	bool made;
	int ret;

	if (args_source(&a, "add", ARGS_WHERE | ARGS_SOURCE, argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx) || ctx_netns(ctx, &a, "add"))
		return EXIT_REFUSED;
	made = false;
	if (!a.is_away && source_need_span(ctx, &a, &span, &made))
		return EXIT_REFUSED;
	ret = source_send(ctx, VSPAN_CMD_SOURCE_NEW, "add", &a);
	/* A refused command must not leave a new span behind. */
	if (ret && made)
		span_link_del(ctx, span.ifindex);
	if (!ret)
		source_note_altname(ctx, &a);
	return ret;
}

/**
 * cmd_set - vspanctl set SOURCE ...
 * @ctx: context
 * @argc: number of words
 * @argv: words after set
 *
 * Return: exit code.
 */
int cmd_set(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_source(&a, "set", ARGS_WHERE | ARGS_SOURCE, argc, argv))
		return usage_error("%s", a.err);
	if (!(a.has & ARGS_SOURCE))
		return usage_error("set %s changes nothing: name a direction or an option; see: vspanctl set help",
				   a.text);
	if (ctx_open(ctx) || ctx_netns(ctx, &a, "set"))
		return EXIT_REFUSED;
	return source_send(ctx, VSPAN_CMD_SOURCE_SET, "set", &a);
}

/**
 * cmd_del - vspanctl del SOURCE [ to SPAN ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after del
 *
 * Return: exit code.
 */
int cmd_del(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_source(&a, "del", ARGS_WHERE, argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx) || ctx_netns(ctx, &a, "del"))
		return EXIT_REFUSED;
	return source_send(ctx, VSPAN_CMD_SOURCE_DEL, "del", &a);
}

/**
 * cmd_flush - vspanctl flush [ SPAN ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after flush
 *
 * Return: exit code.
 */
int cmd_flush(struct ctx *ctx, int argc, char **argv)
{
	struct nlmsghdr *nlh;
	struct args a;
	int err;

	if (args_optional_span(&a, "flush", argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SOURCE_FLUSH, 0);
	if (a.has & HAS_SPAN)
		mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_SPAN, a.span);
	err = request(&ctx->nl.genl, nlh);
	if (!err)
		return EXIT_OK;
	return refused(&ctx->nl.genl, err, "flush%s%s",
		       a.has & HAS_SPAN ? " " : "",
		       a.has & HAS_SPAN ? a.span : "");
}
