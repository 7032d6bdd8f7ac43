// SPDX-License-Identifier: GPL-2.0
/* Listens to the kernel's audit log, with no audit daemon, or is one that is stuck; and
 * leaves the log switched on or off as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pkt.h"

struct record {
	struct nlmsghdr h;
	union {
		char text[9000];
		struct audit_status status;
		struct nlmsgerr error;
	};
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Without SA_RESTART, so that a signal ends the wait for a record. */
static void catch_signal(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGTERM, &sa, NULL);
}

static int audit_open(uint32_t groups)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("audit socket: %m");
	return fd;
}

/* Ask for the status, or set it; the answer to the former in @status. */
static bool audit_status(int fd, uint16_t type, struct audit_status *status)
{
	struct record r = {
		.h.nlmsg_len = NLMSG_LENGTH(sizeof(*status)),
		.h.nlmsg_type = type,
		.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};

	r.status = *status;
	if (send(fd, &r, r.h.nlmsg_len, 0) < 0)
		die("audit: send: %m");
	while (recv(fd, &r, sizeof(r), 0) > 0) {
		if (r.h.nlmsg_type == AUDIT_GET)
			*status = r.status;
		if (r.h.nlmsg_type == NLMSG_ERROR)
			return !r.error.error;
	}
	die("audit: no answer: %m");
}

static void audit_enable(int fd, uint32_t enabled)
{
	struct audit_status status = {
		.mask = AUDIT_STATUS_ENABLED,
		.enabled = enabled,
	};

	if (!audit_status(fd, AUDIT_SET, &status))
		die("audit: cannot be switched");
}

static void print_records(int fd)
{
	struct record r;
	ssize_t n;

	while (!stopped) {
		n = recv(fd, &r, sizeof(r) - 1, 0);
		if (n < 0 && errno != EINTR)
			die("audit: receive: %m");
		if (n < (ssize_t)sizeof(r.h))
			continue;
		((char *)&r)[n] = 0;
		if (!strstr(r.text, "op=vspan-"))
			continue;
		printf("type=%u %s\n", r.h.nlmsg_type, r.text);
		fflush(stdout);
	}
}

int audit_main(void)
{
	int control = audit_open(0), log = audit_open(1u << (AUDIT_NLGRP_READLOG - 1));
	struct audit_status before = { 0 };

	catch_signal();
	if (!audit_status(control, AUDIT_GET, &before))
		die("audit: no status");
	if (!before.enabled)
		audit_enable(control, 1);
	puts("ready");
	fflush(stdout);
	print_records(log);
	if (!before.enabled)
		audit_enable(control, 0);
	return 0;
}

/* --- an audit daemon that reads nothing --------------------------------- */

#define BACKLOG		4	/* records that may wait for it */
#define FLOOD		64	/* records */
#define FLOOD_LEN	900
#define WAIT_TIME	6000	/* ticks; at most, then the sender goes on */
#define ROUNDS		10	/* a busy machine may take too long for some */

/* As it was when we came, to be put back however we go. */
static struct audit_status auditd_before;

static void auditd_restore(void)
{
	auditd_before.mask = AUDIT_STATUS_ENABLED | AUDIT_STATUS_BACKLOG_LIMIT |
			     AUDIT_STATUS_BACKLOG_WAIT_TIME;
	audit_status(audit_open(0), AUDIT_SET, &auditd_before);
}

static void auditd_register(int fd)
{
	struct audit_status status = {
		.mask = AUDIT_STATUS_PID | AUDIT_STATUS_ENABLED | AUDIT_STATUS_BACKLOG_LIMIT |
			AUDIT_STATUS_BACKLOG_WAIT_TIME,
		.pid = (uint32_t)getpid(),
		.enabled = 1,
		.backlog_limit = BACKLOG,
		.backlog_wait_time = WAIT_TIME,
	};
	int least = 1;

	if (!audit_status(fd, AUDIT_SET, &status))
		die("auditd: there is another one, or none may be");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)))
		die("auditd: SO_RCVBUF: %m");
}

/* Records of a user, in one datagram: the kernel takes all of them, and lets the sender
 * wait for as long as the backlog is too long.
 */
static pid_t auditd_flood(void)
{
	static char flood[FLOOD * NLMSG_SPACE(FLOOD_LEN)];
	struct nlmsghdr h = {
		.nlmsg_len = NLMSG_LENGTH(FLOOD_LEN),
		.nlmsg_type = AUDIT_USER,
		.nlmsg_flags = NLM_F_REQUEST,
	};
	pid_t pid = fork();
	int i;

	if (pid < 0)
		die("fork: %m");
	if (pid)
		return pid;
	memset(flood, 'x', sizeof(flood));
	for (i = 0; i < FLOOD; i++)
		memcpy(flood + i * NLMSG_SPACE(FLOOD_LEN), &h, sizeof(h));
	_exit(send(audit_open(0), flood, sizeof(flood), 0) < 0);
}

/* R, S, D and so on: proc_pid_stat(5). */
static char state_of(pid_t pid)
{
	char path[64], text[256] = "", *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die("%s: %m", path);
	close(fd);
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : '?';
}

static bool wait_for_backlog(pid_t flood)
{
	char state;

	do
		state = state_of(flood);
	while (state != 'D' && state != 'Z');
	return state == 'D';
}

static void run_command(char **argv)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("auditd: %s has failed", argv[0]);
}

/* One try: has the command ended while another still waits for the daemon? The kernel
 * gives up a daemon that does not read, after half a second.
 */
static bool auditd_round(char **argv)
{
	int daemon = audit_open(0);
	bool unheeded = false;
	pid_t flood;

	auditd_register(daemon);
	flood = auditd_flood();
	if (wait_for_backlog(flood)) {
		run_command(argv);
		unheeded = state_of(flood) == 'D';
	}
	waitpid(flood, NULL, 0);
	close(daemon);
	return unheeded;
}

/* pkt auditd COMMAND...: a command that does not wait for an audit daemon that does not
 * read. Prints in which round that was seen, or "busy" where a daemon runs.
 */
int auditd_main(int argc, char **argv)
{
	int i = 1;

	if (argc < 1)
		die("auditd: what is to be done?");
	if (!audit_status(audit_open(0), AUDIT_GET, &auditd_before))
		die("audit: no status");
	if (auditd_before.pid) {
		puts("busy");
		return 0;
	}
	atexit(auditd_restore);
	while (!auditd_round(argv))
		if (++i > ROUNDS)
			die("auditd: in %d rounds, the command has never ended ahead of the daemon",
			    ROUNDS);
	printf("rounds=%d\n", i);
	return 0;
}
