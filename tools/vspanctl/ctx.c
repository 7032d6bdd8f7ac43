// SPDX-License-Identifier: GPL-2.0
/* Connects to the kernel after the command line was parsed. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "args/args.h"
#include "nl/netns.h"
#include "vspanctl.h"

static int netns_enter(const char *name)
{
	int fd = netns_open(name), err = 0;

	if (fd < 0 && errno == ENOENT) {
		report("no network namespace is named %s; list them with: ip netns",
		       name);
		return EXIT_REFUSED;
	}
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err ? refused(NULL, err, "enter network namespace %s", name) :
		     EXIT_OK;
}

/**
 * ctx_try - Connect to the kernel, in the netns the user asked for.
 * @ctx: context; its family stays 0 if there is no module
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int ctx_try(struct ctx *ctx)
{
	int err;

	if (ctx->nl.family)
		return EXIT_OK;
	if (ctx->netns && netns_enter(ctx->netns))
		return EXIT_REFUSED;
	err = nl_open(&ctx->nl);
	if (!err)
		return EXIT_OK;
	nl_close(&ctx->nl);
	if (err == -ENOENT)
		return EXIT_OK;
	return refused(&ctx->nl.genl, err, "find the vspan module");
}

/* Set the netns in which a span is looked up. */
static int netns_find(struct ctx *ctx, struct args *a, int fd)
{
	int err;

	a->is_away = !netns_is_ours(fd);
	if (!a->is_away)
		return 0;
	err = nl_open_rtnl(&ctx->nl);
	return err ? err : netns_id(&ctx->nl, fd, &a->netnsid);
}

/**
 * ctx_netns - Find the netns that the words name, for args_put_span().
 * @ctx: context, open
 * @a: the words; gets its number
 * @cmd: the command, for messages
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int ctx_netns(struct ctx *ctx, struct args *a, const char *cmd)
{
	int fd, err;

	if (!(a->has & HAS_NETNS) || !a->netns[0])
		return EXIT_OK;
	fd = netns_open(a->netns);
	if (fd < 0 && errno == ENOENT) {
		report("%s: no network namespace is named %s; list them with: ip netns",
		       cmd, a->netns);
		return EXIT_REFUSED;
	}
	err = fd < 0 ? -errno : netns_find(ctx, a, fd);
	if (fd >= 0)
		close(fd);
	return err ? refused(NULL, err, "%s: find network namespace %s", cmd,
			     a->netns) : EXIT_OK;
}

/**
 * ctx_open - Connect to the module.
 * @ctx: context
 *
 * Called by each command when its words are known to be good, so that a usage
 * error never reaches the kernel. All commands of a batch share what the first
 * has opened.
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int ctx_open(struct ctx *ctx)
{
	if (ctx_try(ctx))
		return EXIT_REFUSED;
	if (ctx->nl.family)
		return EXIT_OK;
	report("the vspan module is not loaded; load it with: modprobe vspan");
	return EXIT_REFUSED;
}
