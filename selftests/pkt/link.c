// SPDX-License-Identifier: GPL-2.0
/* Gets the state of a device from rtnetlink. */
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "pkt.h"
#include "request.h"

struct link_state {
	unsigned int flags;	/* IFF_* */
	uint8_t oper;		/* IF_OPER_* */
};

static void on_link(void *arg, const struct nlmsghdr *h)
{
	const uint8_t *p = NLMSG_DATA(h), *end = (const uint8_t *)h + h->nlmsg_len;
	struct link_state *state = arg;
	struct ifinfomsg ifi;
	struct nlattr nla;

	if (h->nlmsg_type != RTM_NEWLINK)
		return;
	memcpy(&ifi, p, sizeof(ifi));
	state->flags = ifi.ifi_flags;
	for (p += NLMSG_ALIGN(sizeof(ifi)); p + NLA_HDRLEN < end; p += NLA_ALIGN(nla.nla_len)) {
		memcpy(&nla, p, sizeof(nla));
		if (nla.nla_len < NLA_HDRLEN)
			break;
		if (nla.nla_type == IFLA_OPERSTATE)
			state->oper = p[NLA_HDRLEN];
	}
}

/* True if a device is set up, but its operational state is not "up" yet. */
bool link_starting(const char *name)
{
	struct ifinfomsg ifi = { 0 };
	struct link_state state = { 0 };
	static struct request r;
	int err;

	request_open(&r, NULL, NETLINK_ROUTE);
	request_begin(&r, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	request_string(&r, IFLA_IFNAME, name);
	err = request_dump(&r, on_link, &state);
	close(r.fd);
	return !err && state.flags & IFF_UP && state.oper != IF_OPER_UP;
}
