// SPDX-License-Identifier: GPL-2.0
/*
 * Sends a file from one netns to another over TCP, UDP or SCTP, using offloads. The
 * receiver compares every byte. Words: proto=tcp|udp|sctp from=NS to=NS addr=IP file=FILE
 * port=N; seg=N length of UDP datagrams, which are sent as GSO packets, or of SCTP
 * messages; zerocopy=1 the kernel sends from the memory of this process.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sctp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkt.h"

#define TIMEOUT		30000
#define UDP_SEGS	40
#define MOST		65536	/* bytes of a stream or message per call */
#define BURST		40	/* SCTP packets that may be sent at once */

struct talk {
	const char *from, *to, *addr, *file;
	uint16_t port, seg;
	int proto;
	bool zerocopy;
	const uint8_t *data;
	size_t size, sent, got;
	int tx, rx;
	uint32_t copied;	/* zerocopy sends that the kernel copied nevertheless */
	uint32_t notified;
};

static socklen_t address(const struct talk *t, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (strchr(t->addr, ':')) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(t->port);
		if (inet_pton(AF_INET6, t->addr, &sin6->sin6_addr) == 1)
			return sizeof(*sin6);
	}
	sin->sin_family = AF_INET;
	sin->sin_port = htons(t->port);
	if (inet_pton(AF_INET, t->addr, &sin->sin_addr) != 1)
		die("talk: bad address %s", t->addr);
	return sizeof(*sin);
}

/* Disable delayed acknowledgements, and allow long GSO packets. */
static void hurry(int fd)
{
	struct sctp_sack_info sack = { .sack_freq = 1 };
	struct sctp_assoc_value burst = { .assoc_value = BURST };

	if (setsockopt(fd, IPPROTO_SCTP, SCTP_DELAYED_SACK, &sack, sizeof(sack)) ||
	    setsockopt(fd, IPPROTO_SCTP, SCTP_MAX_BURST, &burst, sizeof(burst)))
		die("talk: SCTP: %m");
}

static int open_socket(const struct talk *t, const char *ns, int domain)
{
	int type = (t->proto == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
	int home = ns_enter(ns), big = 16 << 20;
	int fd = socket(domain, type, t->proto);

	if (fd < 0)
		die("talk: socket: %m");
	ns_leave(home);
	if (t->proto != IPPROTO_TCP)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	if (t->proto == IPPROTO_SCTP)
		hurry(fd);
	return fd;
}

static void set_up_sender(struct talk *t)
{
	int seg = t->seg, one = 1;

	if (t->proto == IPPROTO_UDP &&
	    setsockopt(t->tx, SOL_UDP, UDP_SEGMENT, &seg, sizeof(seg)))
		die("talk: UDP_SEGMENT: %m");
	if (t->zerocopy && setsockopt(t->tx, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		die("talk: SO_ZEROCOPY: %m");
	if (fcntl(t->tx, F_SETFL, O_NONBLOCK) || fcntl(t->rx, F_SETFL, O_NONBLOCK))
		die("talk: O_NONBLOCK: %m");
}

static void talk_connect(struct talk *t)
{
	struct sockaddr_storage ss;
	socklen_t len = address(t, &ss);
	int server = open_socket(t, t->to, ss.ss_family), one = 1;
	bool udp = t->proto == IPPROTO_UDP;

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(server, (struct sockaddr *)&ss, len) || (!udp && listen(server, 1)))
		die("talk: listen on %s: %m", t->addr);
	t->tx = open_socket(t, t->from, ss.ss_family);
	if (connect(t->tx, (struct sockaddr *)&ss, len))
		die("talk: connect to %s: %m", t->addr);
	t->rx = udp ? server : accept(server, NULL, NULL);
	if (t->rx < 0)
		die("talk: accept: %m");
	if (!udp)
		close(server);
	set_up_sender(t);
}

/* Bytes per send: a GSO packet for UDP, a message for SCTP. */
static size_t talk_most(const struct talk *t)
{
	if (t->proto == IPPROTO_UDP)
		return (size_t)t->seg * UDP_SEGS;
	return t->proto == IPPROTO_SCTP && t->seg ? t->seg : MOST;
}

/* Let short SCTP messages wait until they fill a frame. */
static int talk_flags(const struct talk *t, size_t len)
{
	bool more = t->proto == IPPROTO_SCTP && t->seg && t->sent + len < t->size;

	return MSG_NOSIGNAL | (t->zerocopy ? MSG_ZEROCOPY : 0) | (more ? MSG_MORE : 0);
}

static void push(struct talk *t)
{
	size_t most = talk_most(t);
	size_t len = t->size - t->sent < most ? t->size - t->sent : most;
	ssize_t n = send(t->tx, t->data + t->sent, len, talk_flags(t, len));

	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		die("talk: send: %m");
	t->sent += n > 0 ? (size_t)n : 0;
}

static bool pull(struct talk *t)
{
	static uint8_t in[MOST];
	ssize_t n = recv(t->rx, in, sizeof(in), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0)
		die("talk: receive after %zu bytes: %m", t->got);
	if (t->got + (size_t)n > t->size || memcmp(t->data + t->got, in, (size_t)n))
		die("talk: what arrived differs within %zd bytes from %zu on", n, t->got);
	t->got += (size_t)n;
	return true;
}

/* Read the completions of zerocopy sends. */
static void reap(struct talk *t)
{
	struct {
		struct cmsghdr h;
		struct {
			uint32_t no;
			uint8_t origin, type, code, pad;
			uint32_t info, data;
		} err;
		char rest[64];
	} c;
	struct msghdr msg = { .msg_control = &c };

	for (;;) {
		msg.msg_controllen = sizeof(c);
		if (recvmsg(t->tx, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		t->notified += c.err.data - c.err.info + 1;
		t->copied += c.err.code & 1 ? c.err.data - c.err.info + 1 : 0;
	}
}

static void transfer(struct talk *t)
{
	uint64_t last = now_ms();
	struct pollfd pfd[2];

	while (t->got < t->size) {
		pfd[0] = (struct pollfd){ .fd = t->sent < t->size ? t->tx : -1,
			.events = POLLOUT };
		pfd[1] = (struct pollfd){ .fd = t->rx, .events = POLLIN };
		poll(pfd, 2, 1000);
		if (t->sent < t->size)
			push(t);
		while (t->got < t->size && pull(t))
			last = now_ms();
		if (t->zerocopy)
			reap(t);
		if (now_ms() - last > TIMEOUT)
			die("talk: it stands still at %zu bytes", t->got);
	}
}

static void load(struct talk *t)
{
	int fd = open(t->file, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %m", t->file);
	t->size = (size_t)st.st_size;
	t->data = mmap(NULL, t->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (t->data == MAP_FAILED)
		die("%s: %m", t->file);
	close(fd);
}

static int parse_proto(const char *text)
{
	if (!strcmp(text, "tcp"))
		return IPPROTO_TCP;
	if (!strcmp(text, "udp"))
		return IPPROTO_UDP;
	if (!strcmp(text, "sctp"))
		return IPPROTO_SCTP;
	die("talk: unknown protocol '%s'", text);
}

static void talk_parse(struct talk *t, const char *word)
{
	const char *v;

	if ((v = opt_value(word, "proto")))
		t->proto = parse_proto(v);
	else if ((v = opt_value(word, "from")))
		t->from = v;
	else if ((v = opt_value(word, "to")))
		t->to = v;
	else if ((v = opt_value(word, "addr")))
		t->addr = v;
	else if ((v = opt_value(word, "file")))
		t->file = v;
	else if ((v = opt_value(word, "port")))
		t->port = (uint16_t)opt_number("port", v, 65535);
	else if ((v = opt_value(word, "seg")))
		t->seg = (uint16_t)opt_number("seg", v, 1472);
	else if ((v = opt_value(word, "zerocopy")))
		t->zerocopy = opt_number("zerocopy", v, 1);
	else
		die("talk: unknown word '%s'", word);
}

int talk_main(int argc, char **argv)
{
	struct talk t = { .port = 5001, .proto = IPPROTO_TCP };
	int i;

	for (i = 0; i < argc; i++)
		talk_parse(&t, argv[i]);
	if (!t.addr || !t.file)
		die("talk: addr= and file= are needed");
	if (t.proto == IPPROTO_UDP && !t.seg)
		t.seg = 1400;
	load(&t);
	talk_connect(&t);
	transfer(&t);
	printf("bytes=%zu notified=%u copied=%u\n", t.got, t.notified, t.copied);
	return 0;
}
