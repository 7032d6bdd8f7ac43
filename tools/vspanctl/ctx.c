// SPDX-License-Identifier: GPL-2.0
/* From a good command line to a connection with the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "vspanctl.h"

static int netns_open(const char *name)
{
	static const char *const dirs[] = { "/run/netns", "/var/run/netns" };
	char path[300];
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			return fd;
	}
	return -1;
}

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
