// SPDX-License-Identifier: GPL-2.0
/*
 * A psample listener: each sample is one frame. Its metadata is compared with the words
 * of the reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/psample.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pkt.h"

#define RCVBUF	(64 << 20)

struct attrs {
	const uint8_t *data;
	uint32_t len;
};

/* The value of attribute @type, and its length. */
static const uint8_t *attr_find(const struct attrs *in, uint16_t type, uint32_t *len)
{
	struct nlattr nla;
	uint32_t off;

	for (off = 0; off + NLA_HDRLEN <= in->len; off += NLA_ALIGN(nla.nla_len)) {
		memcpy(&nla, in->data + off, sizeof(nla));
		if (nla.nla_len < NLA_HDRLEN || off + nla.nla_len > in->len)
			break;
		if ((nla.nla_type & NLA_TYPE_MASK) != type)
			continue;
		*len = nla.nla_len - NLA_HDRLEN;
		return in->data + off + NLA_HDRLEN;
	}
	return NULL;
}

/* A value of 16 or 32 bits in host order; 0 if it is missing. */
static uint32_t attr_number(const struct attrs *in, uint16_t type)
{
	uint16_t half = 0;
	uint32_t len, full = 0;
	const uint8_t *p = attr_find(in, type, &len);

	if (p && len == sizeof(half))
		memcpy(&half, p, len);
	else if (p && len == sizeof(full))
		memcpy(&full, p, len);
	return half | full;
}

static struct attrs attrs_of(const uint8_t *msg, ssize_t n)
{
	const uint32_t skip = NLMSG_HDRLEN + GENL_HDRLEN;
	struct attrs in = { .data = msg + skip };

	in.len = n < (ssize_t)skip ? 0 : (uint32_t)n - skip;
	return in;
}

static void ask_family(int fd)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		struct nlattr a;
		char name[8];
	} m = {
		.h = { .nlmsg_len = sizeof(m), .nlmsg_type = GENL_ID_CTRL,
		       .nlmsg_flags = NLM_F_REQUEST },
		.g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.a = { .nla_len = NLA_HDRLEN + sizeof(m.name),
		       .nla_type = CTRL_ATTR_FAMILY_NAME },
		.name = PSAMPLE_GENL_NAME,
	};

	if (send(fd, &m, sizeof(m), 0) < 0)
		die("netlink send: %m");
}

/* Get the number of the multicast group for all samples of the netns. */
static uint32_t mcast_id(int fd)
{
	static const char want[] = PSAMPLE_NL_MCGRP_SAMPLE_NAME;
	uint8_t r[8192];
	struct attrs in, group;
	uint32_t len, off;
	const uint8_t *p;

	ask_family(fd);
	in = attrs_of(r, recv(fd, r, sizeof(r), 0));
	p = attr_find(&in, CTRL_ATTR_MCAST_GROUPS, &len);
	if (!p)
		die("no generic netlink family psample");
	in = (struct attrs){ .data = p, .len = len };
	for (off = 1; (group.data = attr_find(&in, (uint16_t)off, &group.len)); off++) {
		p = attr_find(&group, CTRL_ATTR_MCAST_GRP_NAME, &len);
		if (p && len == sizeof(want) && !memcmp(p, want, len))
			return attr_number(&group, CTRL_ATTR_MCAST_GRP_ID);
	}
	die("psample has no multicast group %s", want);
}

static void set_opt(int fd, int level, int opt, uint32_t value)
{
	if (setsockopt(fd, level, opt, &value, sizeof(value)))
		die("socket option %d: %m", opt);
}

/* Open the socket; called in the netns to listen to. */
void psample_open(struct flow *f, const char *group)
{
	f->kind = PORT_PSAMPLE;
	f->want.group = opt_number(f->dev, group, 0xffffffff);
	f->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (f->fd < 0)
		die("netlink socket: %m");
	set_opt(f->fd, SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF);
	set_opt(f->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, mcast_id(f->fd));
	if (fcntl(f->fd, F_SETFL, O_NONBLOCK))
		die("O_NONBLOCK: %m");
}

static void check_number(struct flow *f, const struct attrs *in, uint16_t type,
			 const char *what, uint32_t want)
{
	uint32_t got = attr_number(in, type);

	if (got != want && !f->t.corrupt++)
		fprintf(stderr, "pkt: %s: %s of a sample is %u, expected %u\n", f->dev,
			what, got, want);
}

/* Skip samples of other groups, since all groups arrive on one socket. */
int psample_read(struct flow *f, uint8_t *buf, struct frame *fr)
{
	struct attrs in;
	ssize_t n;

	do {
		n = recv(f->fd, buf, PKT_BUF, 0);
		if (n < 0 && errno == ENOBUFS)
			f->t.sockdrop++;
		else if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		else if (n < 0)
			die("receive from psample: %m");
		in = attrs_of(buf, n);
	} while (n < 0 || attr_number(&in, PSAMPLE_ATTR_SAMPLE_GROUP) != f->want.group);

	fr->data = (uint8_t *)attr_find(&in, PSAMPLE_ATTR_DATA, &fr->len);
	if (!fr->data)
		die("a sample without data");
	check_number(f, &in, PSAMPLE_ATTR_SAMPLE_RATE, "rate", f->want.rate);
	check_number(f, &in, PSAMPLE_ATTR_IIFINDEX, "in-interface", f->want.iif);
	check_number(f, &in, PSAMPLE_ATTR_OIFINDEX, "out-interface", f->want.oif);
	check_number(f, &in, PSAMPLE_ATTR_ORIGSIZE, "original size",
		     f->want.orig ? f->want.orig : fr->len);
	return 1;
}
