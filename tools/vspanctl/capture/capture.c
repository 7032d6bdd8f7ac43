// SPDX-License-Identifier: GPL-2.0
/* capture: runs a capture program on a span of its own, which is deleted with it. */
#include "capture/capture.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args/args.h"
#include "nl/link.h"
#include "nl/model.h"
#include "vspanctl.h"

#define CAPTURE_NAMES	1000	/* of spans to try, cap0 on */

/* The process ID of the program, to which signals are passed on. */
static volatile sig_atomic_t program;

/* Pass a signal on to the program, which decides whether to end. Signals from the
 * terminal have reached it already.
 */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	bool has = info->si_code == SI_KERNEL && (sig == SIGINT || sig == SIGQUIT);

	(void)context;
	if (program && !has)
		kill(program, sig);
}

/* A signal that is ignored, as by nohup(1), is ignored by the program, too. exec resets
 * handlers.
 */
static void signals_set(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	struct sigaction pass = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_RESTART,
	};
	struct sigaction before;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaction(signals[i], NULL, &before);
		if (before.sa_handler != SIG_IGN)
			sigaction(signals[i], &pass, NULL);
	}
}

/* Block the signals that would end vspanctl, until sigprocmask() restores @before. */
static void signals_hold(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

/* Start the program with the original signal mask. No signal is lost in between. */
static int program_spawn(char **argv)
{
	posix_spawnattr_t attr;
	sigset_t before;
	pid_t pid;
	int err;

	signals_hold(&before);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &before);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	signals_set();
	err = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
	if (!err)
		program = pid;
	posix_spawnattr_destroy(&attr);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static int program_wait(void)
{
	siginfo_t info;
	int status;
	pid_t pid = program;

	/* After the final wait another process may have its ID: send no more signals. */
	while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0)
		if (errno != EINTR)
			return refused(NULL, -errno, "capture: wait for the program");
	program = 0;
	if (waitpid(pid, &status, 0) < 0)
		return refused(NULL, -errno, "capture: wait for the program");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* PROGRAM -i SPAN ARGS... */
static int program_run(const struct capture *c)
{
	char **argv = calloc(c->argc + 4, sizeof(*argv));
	int err, ret;

	if (!argv)
		return refused(NULL, -ENOMEM, "capture");
	argv[0] = (char *)c->program;
	argv[1] = "-i";
	argv[2] = (char *)c->span.name;
	if (c->argc)
		memcpy(argv + 3, c->argv, c->argc * sizeof(*argv));
	err = program_spawn(argv);
	if (err)
		ret = refused(NULL, err, "capture: run %s, which \"with PROGRAM\" names",
			      c->program);
	else
		ret = program_wait();
	free(argv);
	return ret;
}

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
	sigset_t before;
	int ret;

	signals_hold(&before);
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
		ret = program_run(c);
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
