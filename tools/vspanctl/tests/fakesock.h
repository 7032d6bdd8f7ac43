/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_FAKESOCK_H
#define VSPANCTL_FAKESOCK_H

/* Replacements for libmnl's socket calls, common to all tests with a fake kernel. */
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <sys/socket.h>

#define FAKE_FD		1000

/* Length of what can be received; the test has it. */
static size_t fake_waiting(void);

/* The tool only looks how much there is. */
ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	(void)buf;
	(void)size;
	if (fd != FAKE_FD || flags != (MSG_PEEK | MSG_TRUNC))
		abort();
	return fake_waiting();
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return FAKE_FD;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf,
			  socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

#endif /* VSPANCTL_FAKESOCK_H */
