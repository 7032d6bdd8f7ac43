// SPDX-License-Identifier: GPL-2.0
/* Listens to the kernel's audit log, with no audit daemon, and leaves the log
 * switched on or off as it was.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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
