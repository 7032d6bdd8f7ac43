// SPDX-License-Identifier: GPL-2.0
/* capture: a program that captures, on a span of its own, which goes with it. */
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

/* The program that signals are for; there is one in a process. */
static volatile sig_atomic_t program;

/* Those of a terminal the program has already, and it is for it to end. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	bool has = info->si_code == SI_KERNEL && (sig == SIGINT || sig == SIGQUIT);

	(void)context;
	if (program && !has)
		kill(program, sig);
}

/* What is ignored, as by nohup(1), the program ignores too. A handler ends with exec. */
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

/* Until sigprocmask() has @before back, no signal ends us. */
static void signals_hold(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

/* Everything as it was for us, with no signal lost in between. */
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

	/* Once it is waited for, its number may be another's: no signals from there on. */
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

/* It goes with our socket from here on; what it delivers is said with that. */
static int span_own(struct ctx *ctx, const struct capture *c)
{
	struct nlmsghdr *nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SPAN_SET, 0);

	mnl_attr_put_strz(nlh, VSPAN_A_SPAN_NAME, c->first->span);
	mnl_attr_put_u8(nlh, VSPAN_A_SPAN_OWNED, 1);
	args_put(nlh, c->first, HAS_FRAMES, NULL, 0);
	return request(&ctx->nl.genl, nlh);
}

/* The name that was given, or the first that nobody has. */
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

/* Ended before the span is bound to us, we would leave it behind. */
static int span_new_whole(struct ctx *ctx, struct capture *c)
{
	sigset_t before;
	int ret;

	signals_hold(&before);
	ret = span_new(ctx, c);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/* Now, not when the kernel finds that we are gone: but if another has moved or deleted
 * the span, its number may be that of a device of his.
 */
static void span_end(struct ctx *ctx, const struct capture *c)
{
	struct span now;

	if (!span_get_index(ctx, c->span.ifindex, &now) && now.owned)
		span_link_del(ctx, c->span.ifindex);
}

/* A device that is not there would be waited for, which is seldom what is meant. */
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
