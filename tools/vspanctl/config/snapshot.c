// SPDX-License-Identifier: GPL-2.0
/* Common beginning of save and restore: the name of the file and the kernel's state. */
#include "config/snapshot.h"

#include <errno.h>

#include "nl/link.h"

#define SNAPSHOT_TRIES	10

/**
 * config_file - Parse the words after save or restore.
 * @ctx: context
 * @cmd: the command
 * @argc: number of words
 * @argv: the words, none or one
 * @file: set to the name of the file
 *
 * Return: EXIT_OK, or EXIT_USAGE after a sentence on stderr.
 */
int config_file(const struct ctx *ctx, const char *cmd, int argc, char **argv,
		const char **file)
{
	*file = DEFAULT_FILE;
	if (argc > 1)
		return what_is(argv[1], cmd);
	if (argc)
		*file = argv[0];
	if (argc && argv[0][0] == '-' && argv[0][1])
		return what_is(argv[0], cmd);
	if (!**file)
		return usage_error("the name of the file is empty; see: vspanctl %s help",
				   cmd);
	/* The default file is not meant for other netns. */
	if (!argc && ctx->netns)
		return usage_error("%s with -n needs a FILE, since " DEFAULT_FILE " is for the host's own network namespace",
				   cmd);
	return EXIT_OK;
}

/* Read MTUs from rtnetlink. A span that was deleted meanwhile has none. */
static int span_mtus(struct nl *nl, struct model *m)
{
	struct span *span = m->spans.items;
	struct link link;
	int err;
	size_t i;

	err = m->spans.count ? nl_open_rtnl(nl) : 0;
	for (i = 0; !err && i < m->spans.count; i++, span++)
		if (!span->is_away && !link_now(nl, span->ifindex, &link))
			span->mtu = link.mtu;
	return err;
}

static int snapshot_once(struct ctx *ctx, struct config *c)
{
	struct model m = { 0 };
	int err;

	err = model_read(&m, &ctx->nl, MODEL_SOURCES | MODEL_OUTPUTS);
	if (!err)
		err = span_mtus(&ctx->nl, &m);
	if (!err)
		err = model_name_netns(&m, &ctx->nl);
	if (!err)
		err = config_add_model(c, &m);
	model_free(&m);
	return err;
}

/**
 * snapshot - Read the configuration that the kernel has.
 * @ctx: context, open
 * @cmd: the command, for messages
 * @c: an empty configuration; free it whatever is returned
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int snapshot(struct ctx *ctx, const char *cmd, struct config *c)
{
	char text[ENTRY_TEXT_LEN];
	const struct entry *twice;
	int err, tries;

	for (tries = 0; tries < SNAPSHOT_TRIES; tries++) {
		config_free(c);
		err = snapshot_once(ctx, c);
		if (err != -EINTR)
			break;
	}
	if (!err)
		err = config_sort(c, &twice);
	if (!err)
		return EXIT_OK;
	if (err != -EEXIST)
		return refused(&ctx->nl.genl, err, "%s", cmd);
	report("%s: the kernel tells of \"%s\" twice; try again", cmd,
	       entry_text(twice, text, sizeof(text)));
	return EXIT_REFUSED;
}
