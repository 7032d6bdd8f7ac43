// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink requests, without a library that would allocate memory or retry. The kernel
 * answers a request before send() returns, so no wait is needed.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/vspan.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pkt.h"
#include "request.h"

static uint8_t answer[65536];

void request_begin(struct request *r, uint16_t type, uint16_t flags,
		   const void *head, uint32_t len)
{
	memset(&r->h, 0, sizeof(r->h));
	r->h.nlmsg_type = type;
	r->h.nlmsg_flags = flags | NLM_F_REQUEST | NLM_F_ACK;
	r->h.nlmsg_seq = ++r->seq;
	memcpy(r->b + NLMSG_HDRLEN, head, len);
	r->len = NLMSG_HDRLEN + NLMSG_ALIGN(len);
}

void request_start(struct request *r, uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr g = { .cmd = cmd, .version = 1 };

	request_begin(r, type, flags, &g, sizeof(g));
}

void request_attr(struct request *r, uint16_t type, const void *data, uint32_t len)
{
	struct nlattr nla = {
		.nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + len),
	};

	if (r->len + NLA_HDRLEN + NLA_ALIGN(len) > REQUEST_MAX)
		die("the request is too long");
	memset(r->b + r->len, 0, NLA_HDRLEN + NLA_ALIGN(len));
	memcpy(r->b + r->len, &nla, sizeof(nla));
	memcpy(r->b + r->len + NLA_HDRLEN, data, len);
	r->len += NLA_HDRLEN + NLA_ALIGN(len);
}

void request_string(struct request *r, uint16_t type, const char *text)
{
	request_attr(r, type, text, (uint32_t)strlen(text) + 1);
}

void request_u32(struct request *r, uint16_t type, uint32_t value)
{
	request_attr(r, type, &value, sizeof(value));
}

uint32_t request_nest(struct request *r, uint16_t type)
{
	uint32_t nest = r->len;

	request_attr(r, type | NLA_F_NESTED, "", 0);
	return nest;
}

void request_nest_end(struct request *r, uint32_t nest)
{
	uint16_t len = (uint16_t)(r->len - nest);

	memcpy(r->b + nest, &len, sizeof(len));
}

/* Return: 0, an errno, or REQUEST_SILENT if the kernel had no memory for the answer. */
static int error_of(const struct nlmsghdr *h)
{
	int err;

	memcpy(&err, h + 1, sizeof(err));
	return -err;
}

int request_do(struct request *r)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)answer;

	r->h.nlmsg_len = r->len;
	if (send(r->fd, r->b, r->len, 0) < 0)
		return errno;
	for (;;) {
		if (recv(r->fd, answer, sizeof(answer), MSG_DONTWAIT) < 0)
			return REQUEST_SILENT;
		if (h->nlmsg_seq == r->seq && h->nlmsg_type == NLMSG_ERROR)
			return error_of(h);
	}
}

/* Parse one datagram of a dump: true if more follow. */
static bool datagram(struct request *r, uint32_t n, int *err,
		     void (*each)(void *arg, const struct nlmsghdr *h), void *arg)
{
	const struct nlmsghdr *h;
	uint32_t off;

	for (off = 0; off + sizeof(*h) <= n; off += NLMSG_ALIGN(h->nlmsg_len)) {
		h = (const struct nlmsghdr *)(answer + off);
		if (h->nlmsg_len < sizeof(*h) || off + h->nlmsg_len > n)
			die("a message longer than its datagram");
		if (h->nlmsg_seq != r->seq)
			continue;
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
			*err = error_of(h);
			return false;
		}
		each(arg, h);
	}
	return true;
}

/* Return: 0 if the dump is complete. A dump that fails ends with an error or no answer.
 */
int request_dump(struct request *r, void (*each)(void *arg, const struct nlmsghdr *h),
		 void *arg)
{
	ssize_t n;
	int err = 0;

	r->h.nlmsg_len = r->len;
	if (send(r->fd, r->b, r->len, 0) < 0)
		return errno;
	do {
		n = recv(r->fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN ? ENOBUFS : errno;
	} while (datagram(r, (uint32_t)n, &err, each, arg));
	return err;
}

static uint16_t family_in(const uint8_t *p, const uint8_t *end)
{
	struct nlattr nla;
	uint16_t id;

	for (; p + NLA_HDRLEN < end; p += NLA_ALIGN(nla.nla_len)) {
		memcpy(&nla, p, sizeof(nla));
		memcpy(&id, p + NLA_HDRLEN, sizeof(id));
		if (nla.nla_type == CTRL_ATTR_FAMILY_ID)
			return id;
		if (nla.nla_len < NLA_HDRLEN)
			break;
	}
	return 0;
}

static uint16_t resolve(struct request *r)
{
	uint16_t id = 0;
	ssize_t n;

	request_start(r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	request_string(r, CTRL_ATTR_FAMILY_NAME, VSPAN_FAMILY_NAME);
	r->h.nlmsg_len = r->len;
	if (send(r->fd, r->b, r->len, 0) < 0)
		die("netlink send: %m");
	n = recv(r->fd, answer, sizeof(answer), 0);
	if (n > 0)
		id = family_in(answer + NLMSG_HDRLEN + GENL_HDRLEN, answer + n);
	if (!id)
		die("no generic netlink family vspan");
	return id;
}

void request_open(struct request *r, const char *ns, int protocol)
{
	int home = ns_enter(ns), one = 1;

	r->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (r->fd < 0)
		die("netlink socket: %m");
	ns_leave(home);
	setsockopt(r->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(r->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	r->family = protocol == NETLINK_GENERIC ? resolve(r) : 0;
}
