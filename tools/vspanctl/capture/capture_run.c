// SPDX-License-Identifier: GPL-2.0
/* The program of a capture: starts it, passes signals on, and waits for its end. */
#include "capture/capture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vspanctl.h"

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

/* Start the program with the original signal mask. No signal is lost in between. */
static int program_spawn(char **argv)
{
	posix_spawnattr_t attr;
	sigset_t all, before;
	pid_t pid;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
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

static bool is_pipe(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISFIFO(st.st_mode);
}

/* Wait until the program ends. If the reader of a pipe that we print to is gone first, as
 * with ssh whose connection is cut, the program ends: it would notice only when it
 * writes, and if no frames come, never.
 */
static void program_watch(void)
{
	struct pollfd fds[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, program, 0), .events = POLLIN },
		{ .fd = is_pipe(STDOUT_FILENO) ? STDOUT_FILENO : -1 },
	};

	while (fds[0].fd >= 0 && !fds[0].revents) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[1].fd >= 0 && fds[1].revents) {
			kill(program, SIGTERM);
			fds[1].fd = -1;
		}
	}
	if (fds[0].fd >= 0)
		close(fds[0].fd);
}

static int program_wait(void)
{
	siginfo_t info;
	int status;
	pid_t pid = program;

	program_watch();
	/* After the final wait another process may have its ID: send no more signals. */
	while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0)
		if (errno != EINTR)
			return refused(NULL, -errno, "capture: wait for the program");
	program = 0;
	if (waitpid(pid, &status, 0) < 0)
		return refused(NULL, -errno, "capture: wait for the program");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/**
 * capture_run - Run PROGRAM -i SPAN ARGS..., and wait until it ends.
 * @c: the words, and the span that was made for them
 *
 * Return: exit code of the program (128 plus the signal that ended it), or why it was
 * not run.
 */
int capture_run(const struct capture *c)
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
