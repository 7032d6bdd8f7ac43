// SPDX-License-Identifier: GPL-2.0
/* A TCP transfer between two netns in one process; every byte is checked. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pkt.h"

#define CHUNK	65536
#define TIMEOUT	30000

struct bulk {
	const char *from;
	const char *to;
	const char *addr;
	uint32_t bytes;
	uint16_t port;
};

static uint8_t pattern(uint64_t off)
{
	return (uint8_t)(off * 31 + (off >> 11));
}

static void bulk_parse(struct bulk *b, int argc, char **argv)
{
	const char *v;
	int i;

	*b = (struct bulk){ .bytes = 1 << 20, .port = 5001 };
	for (i = 0; i < argc; i++) {
		if ((v = opt_value(argv[i], "from")))
			b->from = v;
		else if ((v = opt_value(argv[i], "to")))
			b->to = v;
		else if ((v = opt_value(argv[i], "addr")))
			b->addr = v;
		else if ((v = opt_value(argv[i], "bytes")))
			b->bytes = opt_number("bytes", v, 1u << 30);
		else if ((v = opt_value(argv[i], "port")))
			b->port = (uint16_t)opt_number("port", v, 65535);
		else
			die("bulk: unknown word %s", argv[i]);
	}
	if (!b->addr)
		die("bulk: no addr=");
}

static int tcp_socket(const char *ns)
{
	int home = ns_enter(ns);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("TCP socket: %m");
	ns_leave(home);
	return fd;
}

static void nonblock(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		die("O_NONBLOCK: %m");
}

static void bulk_connect(const struct bulk *b, int *tx, int *rx)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(b->port) };
	int listener = tcp_socket(b->to), one = 1;

	if (inet_pton(AF_INET, b->addr, &sin.sin_addr) != 1)
		die("bulk: bad address %s", b->addr);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&sin, sizeof(sin)) || listen(listener, 1))
		die("listen on %s: %m", b->addr);
	*tx = tcp_socket(b->from);
	if (connect(*tx, (struct sockaddr *)&sin, sizeof(sin)))
		die("connect to %s: %m", b->addr);
	*rx = accept(listener, NULL, NULL);
	if (*rx < 0)
		die("accept: %m");
	close(listener);
	nonblock(*tx);
	nonblock(*rx);
}

static uint64_t push(int fd, uint64_t sent, uint64_t total)
{
	static uint8_t out[CHUNK];
	uint64_t len = total - sent < CHUNK ? total - sent : CHUNK;
	uint64_t i;
	ssize_t n;

	for (i = 0; i < len; i++)
		out[i] = pattern(sent + i);
	n = send(fd, out, len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		die("TCP send: %m");
	return n > 0 ? (uint64_t)n : 0;
}

static uint64_t pull(int fd, uint64_t got)
{
	static uint8_t in[CHUNK];
	ssize_t n = recv(fd, in, sizeof(in), 0);
	ssize_t i;

	if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
		die("TCP receive after %llu bytes: %m", (unsigned long long)got);
	for (i = 0; i < n; i++)
		if (in[i] != pattern(got + (uint64_t)i))
			die("TCP stream differs at byte %llu",
			    (unsigned long long)got + (unsigned long long)i);
	return n > 0 ? (uint64_t)n : 0;
}

/* Has the other end finished sending? */
static void wait_eof(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint8_t byte;

	if (poll(&pfd, 1, TIMEOUT) != 1 || recv(fd, &byte, 1, 0))
		die("the end of the TCP stream does not come");
}

static uint8_t tcp_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO: %m");
	return info.tcpi_state;
}

/*
 * End the connection here and not in the background, so that tests can count frames: the
 * last frame is the acknowledgement that closes @rx.
 */
static void bulk_end(int tx, int rx)
{
	struct timespec brief = { .tv_nsec = 1000000 };
	uint64_t start = now_ms();

	if (shutdown(tx, SHUT_WR))
		die("TCP shutdown: %m");
	wait_eof(rx);
	if (shutdown(rx, SHUT_WR))
		die("TCP shutdown: %m");
	wait_eof(tx);
	while (tcp_state(rx) != TCP_CLOSE) {
		if (now_ms() - start > TIMEOUT)
			die("the TCP connection is not closed");
		nanosleep(&brief, NULL);
	}
}

int bulk_main(int argc, char **argv)
{
	uint64_t sent = 0, got = 0, more, last = now_ms();
	struct pollfd pfd[2];
	struct bulk b;
	int tx, rx;

	bulk_parse(&b, argc, argv);
	bulk_connect(&b, &tx, &rx);
	while (got < b.bytes) {
		pfd[0] = (struct pollfd){ .fd = sent < b.bytes ? tx : -1, .events = POLLOUT };
		pfd[1] = (struct pollfd){ .fd = rx, .events = POLLIN };
		poll(pfd, 2, 1000);
		if (pfd[0].revents)
			sent += push(tx, sent, b.bytes);
		more = pfd[1].revents ? pull(rx, got) : 0;
		got += more;
		if (more)
			last = now_ms();
		else if (now_ms() - last > TIMEOUT)
			die("TCP transfer stands still at %llu bytes", (unsigned long long)got);
	}
	bulk_end(tx, rx);
	printf("bytes=%llu\n", (unsigned long long)got);
	return 0;
}
