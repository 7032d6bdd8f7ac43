// SPDX-License-Identifier: GPL-2.0
/* Netlink transport on libmnl: sockets, requests, answers, attribute tables. */
#include "nl/nl.h"

#include <errno.h>
#include <string.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <linux/vspan.h>

/* State of one pass over an answer. */
struct answer {
	nl_cb cb;
	void *data;
	bool interrupted;
	bool done;
};

static int nl_rx_grow(struct nl_sock *s, size_t room)
{
	char *rx;

	if (room <= s->room)
		return 0;
	rx = realloc(s->rx, room);
	if (!rx)
		return -ENOMEM;
	s->rx = rx;
	s->room = room;
	return 0;
}

/**
 * nl_sock_open - Open a netlink socket that asks for extended acks.
 * @s: the socket
 * @bus: NETLINK_GENERIC or NETLINK_ROUTE
 *
 * Return: 0 or a negative errno.
 */
int nl_sock_open(struct nl_sock *s, int bus)
{
	int one = 1, err;

	s->mnl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!s->mnl)
		return -errno;
	err = nl_rx_grow(s, NL_RX_LEN);
	if (err) {
		nl_sock_close(s);
		return err;
	}
	mnl_socket_setsockopt(s->mnl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(s->mnl, NETLINK_CAP_ACK, &one, sizeof(one));
	if (mnl_socket_bind(s->mnl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		nl_sock_close(s);
		return err;
	}
	return 0;
}

/**
 * nl_sock_close - Close a socket, if it is open.
 * @s: the socket
 */
void nl_sock_close(struct nl_sock *s)
{
	if (s->mnl)
		mnl_socket_close(s->mnl);
	free(s->rx);
	s->mnl = NULL;
	s->rx = NULL;
	s->room = 0;
}

static void nl_extack_save(struct nl_sock *s, const struct nlmsghdr *nlh,
			   size_t off)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (off > mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(attr, nlh, off) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			continue;
		snprintf(s->extack, sizeof(s->extack), "%s",
			 mnl_attr_get_str(attr));
	}
}

/* The attribute of the request that the kernel has refused. */
static uint16_t nl_refused_attr(const struct nl_sock *s,
				const struct nlmsghdr *nlh, size_t off)
{
	const struct nlmsghdr *tx = (const void *)s->tx;
	const struct nlattr *attr;
	uint32_t at;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    off > mnl_nlmsg_get_payload_len(nlh))
		return 0;
	mnl_attr_for_each(attr, nlh, off) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_OFFS ||
		    mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			continue;
		at = mnl_attr_get_u32(attr);
		if (at % MNL_ALIGNTO || at < sizeof(*tx) ||
		    at + sizeof(*attr) > tx->nlmsg_len)
			return 0;
		return mnl_attr_get_type((const void *)(s->tx + at));
	}
	return 0;
}

static int nl_recv_error(struct nl_sock *s, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t off = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return -EBADMSG;
	/* An ack that is not capped repeats the whole request first. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    e->msg.nlmsg_len >= sizeof(e->msg))
		off += MNL_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	nl_extack_save(s, nlh, off);
	s->refused_attr = nl_refused_attr(s, nlh, off);
	return e->error > 0 ? -e->error : e->error;
}

/* A dump that failed midway says so in its NLMSG_DONE. */
static int nl_recv_done(struct nl_sock *s, const struct nlmsghdr *nlh)
{
	const int *err = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
		return 0;
	nl_extack_save(s, nlh, sizeof(*err));
	return *err > 0 ? -*err : *err;
}

static int nl_recv_one(struct nl_sock *s, const struct nlmsghdr *nlh,
		       struct answer *a)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		a->interrupted = true;

	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
		a->done = true;
		return nl_recv_error(s, nlh);
	case NLMSG_DONE:
		a->done = true;
		return nl_recv_done(s, nlh);
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	default:
		return a->cb ? a->cb(nlh, a->data) : 0;
	}
}

/* Length of the next datagram; libmnl would lose what does not fit. */
static ssize_t nl_peek(struct nl_sock *s)
{
	return recv(mnl_socket_get_fd(s->mnl), NULL, 0, MSG_PEEK | MSG_TRUNC);
}

static ssize_t nl_recv_raw(struct nl_sock *s)
{
	ssize_t len;
	int err;

	do {
		len = nl_peek(s);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	err = nl_rx_grow(s, len);
	if (err)
		return err;
	do {
		len = mnl_socket_recvfrom(s->mnl, s->rx, s->room);
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : len;
}

/* One answer: all messages of one request, over as many reads as it takes.
 * An error of the callback does not end it, or the rest would be taken for
 * the answer to the next request.
 */
static int nl_recv_answer(struct nl_sock *s, struct answer *a)
{
	const struct nlmsghdr *nlh;
	int err = 0, ret;
	ssize_t len;
	int rest;

	while (!a->done) {
		len = nl_recv_raw(s);
		if (len < 0)
			return len;
		rest = len;
		for (nlh = (void *)s->rx; mnl_nlmsg_ok(nlh, rest);
		     nlh = mnl_nlmsg_next(nlh, &rest)) {
			if (nlh->nlmsg_seq != s->seq)
				continue;
			ret = nl_recv_one(s, nlh, a);
			if (!err)
				err = ret;
		}
	}
	if (!err && a->interrupted)
		err = -EINTR;
	return err;
}

/**
 * nl_talk - Send a request and read its answer to the end.
 * @s: the socket
 * @nlh: the request, from nl_genl_request() or nl_link_request()
 * @cb: called for each message that carries data, or NULL
 * @data: for @cb
 *
 * Return: 0, or a negative errno with the kernel's words in @s->extack;
 * -EINTR if a dump was overtaken by a change and is worth repeating.
 */
int nl_talk(struct nl_sock *s, struct nlmsghdr *nlh, nl_cb cb, void *data)
{
	struct answer a = { .cb = cb, .data = data };

	nlh->nlmsg_seq = ++s->seq;
	nlh->nlmsg_flags |= NLM_F_REQUEST;
	if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	s->extack[0] = '\0';
	s->refused_attr = 0;
	if (mnl_socket_sendto(s->mnl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return nl_recv_answer(s, &a);
}

/**
 * nl_sock_recv - Wait for events and hand over each message.
 * @s: a socket that joined a group
 * @cb: called for each message
 * @data: for @cb
 *
 * Return: 0, the first nonzero result of @cb, or a negative errno;
 * -ENOBUFS if events were lost.
 */
int nl_sock_recv(struct nl_sock *s, nl_cb cb, void *data)
{
	const struct nlmsghdr *nlh;
	ssize_t len = nl_recv_raw(s);
	int rest = len, err;

	if (len < 0)
		return len;
	for (nlh = (void *)s->rx; mnl_nlmsg_ok(nlh, rest);
	     nlh = mnl_nlmsg_next(nlh, &rest)) {
		err = cb(nlh, data);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nl_join - Join a multicast group.
 * @s: the socket
 * @group: ID of the group
 *
 * Return: 0 or a negative errno.
 */
int nl_join(struct nl_sock *s, uint32_t group)
{
	if (mnl_socket_setsockopt(s->mnl, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return -errno;
	return 0;
}

static int nl_parse_attr(const struct nlattr *attr,
			 const struct nl_policy *policy, uint16_t max,
			 const struct nlattr **tb)
{
	uint16_t type = mnl_attr_get_type(attr);

	/* A newer kernel may say more than we know. */
	if (type > max || policy[type].type == MNL_TYPE_UNSPEC)
		return 0;
	if (mnl_attr_validate(attr, policy[type].type) < 0)
		return -EBADMSG;
	if (policy[type].len && mnl_attr_get_payload_len(attr) != policy[type].len)
		return -EBADMSG;
	tb[type] = attr;
	return 0;
}

/**
 * nl_parse - Sort the attributes of a generic netlink message into a table.
 * @nlh: the message
 * @policy: what to accept, @max + 1 entries
 * @max: highest type known; higher ones are ignored
 * @tb: @max + 1 entries, set to the attribute or NULL
 *
 * Return: 0 or -EBADMSG.
 */
int nl_parse(const struct nlmsghdr *nlh, const struct nl_policy *policy,
	     uint16_t max, const struct nlattr **tb)
{
	const struct nlattr *attr;
	int err;

	memset(tb, 0, sizeof(*tb) * (max + 1));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		err = nl_parse_attr(attr, policy, max, tb);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nl_parse_nested - Sort the attributes inside another into a table.
 * @nest: the outer attribute; NULL gives an empty table
 * @policy: as for nl_parse()
 * @max: as for nl_parse()
 * @tb: as for nl_parse()
 *
 * Return: 0 or -EBADMSG.
 */
int nl_parse_nested(const struct nlattr *nest, const struct nl_policy *policy,
		    uint16_t max, const struct nlattr **tb)
{
	const struct nlattr *attr;
	int err;

	memset(tb, 0, sizeof(*tb) * (max + 1));
	if (!nest)
		return 0;
	mnl_attr_for_each_nested(attr, nest) {
		err = nl_parse_attr(attr, policy, max, tb);
		if (err)
			return err;
	}
	return 0;
}

static struct nlmsghdr *nl_genl_header(struct nl_sock *s, uint16_t family,
				       uint8_t version, uint8_t cmd,
				       uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(s->tx);
	struct genlmsghdr *genl;

	s->cmd = family == GENL_ID_CTRL ? 0 : cmd;
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

/**
 * nl_genl_request - Begin a request to the vspan family.
 * @nl: an open connection
 * @cmd: VSPAN_CMD_*
 * @flags: NLM_F_DUMP or 0
 *
 * Return: the message, in @nl->genl.tx; attributes can be put at once.
 */
struct nlmsghdr *nl_genl_request(struct nl *nl, uint8_t cmd, uint16_t flags)
{
	return nl_genl_header(&nl->genl, nl->family, VSPAN_FAMILY_VERSION, cmd,
			      flags);
}

/**
 * nl_link_request - Begin a link request to rtnetlink.
 * @nl: an open connection, after nl_open_rtnl()
 * @type: RTM_NEWLINK and the like
 * @flags: NLM_F_CREATE and the like
 * @ifindex: the device that is meant, 0 for none or one that is named
 *
 * Return: the message with an ifinfomsg, in @nl->rtnl.tx.
 */
struct nlmsghdr *nl_link_request(struct nl *nl, uint16_t type, uint16_t flags,
				 uint32_t ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->rtnl.tx);
	struct ifinfomsg *ifm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	ifm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifm));
	ifm->ifi_index = ifindex;
	return nlh;
}

static const struct nl_policy ctrl_policy[CTRL_ATTR_MCAST_GROUPS + 1] = {
	[CTRL_ATTR_FAMILY_ID]		= { .type = MNL_TYPE_U16 },
	[CTRL_ATTR_MCAST_GROUPS]	= { .type = MNL_TYPE_NESTED },
};

static const struct nl_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME]	= { .type = MNL_TYPE_NUL_STRING },
	[CTRL_ATTR_MCAST_GRP_ID]	= { .type = MNL_TYPE_U32 },
};

static int nl_group_cb(const struct nlattr *grp, struct nl *nl)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	int err;

	err = nl_parse_nested(grp, group_policy, CTRL_ATTR_MCAST_GRP_MAX, tb);
	if (err)
		return err;
	if (tb[CTRL_ATTR_MCAST_GRP_NAME] && tb[CTRL_ATTR_MCAST_GRP_ID] &&
	    !strcmp(mnl_attr_get_str(tb[CTRL_ATTR_MCAST_GRP_NAME]),
		    VSPAN_MCGRP_CONFIG))
		nl->group = mnl_attr_get_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	return 0;
}

static int nl_family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GROUPS + 1], *grp;
	struct nl *nl = data;
	int err;

	err = nl_parse(nlh, ctrl_policy, CTRL_ATTR_MCAST_GROUPS, tb);
	if (err)
		return err;
	if (!tb[CTRL_ATTR_FAMILY_ID])
		return -EBADMSG;
	nl->family = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	mnl_attr_for_each_nested(grp, tb[CTRL_ATTR_MCAST_GROUPS]) {
		err = nl_group_cb(grp, nl);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nl_open - Connect to the vspan family in the netns we are in.
 * @nl: the connection, zeroed before the first call
 *
 * Asking for the family by name makes the kernel load the module by its alias.
 *
 * Return: 0 or a negative errno; -ENOENT if there is no such family.
 */
int nl_open(struct nl *nl)
{
	struct nlmsghdr *nlh;
	int err;

	err = nl_sock_open(&nl->genl, NETLINK_GENERIC);
	if (err)
		return err;
	nlh = nl_genl_header(&nl->genl, GENL_ID_CTRL, 1, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VSPAN_FAMILY_NAME);
	err = nl_talk(&nl->genl, nlh, nl_family_cb, nl);
	if (!err && !nl->family)
		err = -EBADMSG;
	return err;
}

/**
 * nl_open_rtnl - Open the rtnetlink socket, unless it is open.
 * @nl: the connection
 *
 * Return: 0 or a negative errno.
 */
int nl_open_rtnl(struct nl *nl)
{
	return nl->rtnl.mnl ? 0 : nl_sock_open(&nl->rtnl, NETLINK_ROUTE);
}

/**
 * nl_close - Close what is open.
 * @nl: the connection
 */
void nl_close(struct nl *nl)
{
	nl_sock_close(&nl->genl);
	nl_sock_close(&nl->rtnl);
}
