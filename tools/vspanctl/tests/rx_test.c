// SPDX-License-Identifier: GPL-2.0
/* Messages longer than the receive buffer: a fake kernel, in place of libmnl's socket
 * calls, sends a NIC with a thousand functions.
 */
#include "nl/nl.h"

#include <errno.h>
#include <stdlib.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "fakesock.h"
#include "ktap.h"
#include "nl/link.h"

#define ATTR_LEN	65000	/* as long as an attribute can be */

static struct {
	char sock;	/* its address stands for the socket */
	_Alignas(struct nlmsghdr) char tx[4 * ATTR_LEN];
	size_t len;
	bool is_huge;
} kernel;

static struct nlmsghdr *reply(uint16_t type, uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(kernel.tx + kernel.len);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_MULTI;
	nlh->nlmsg_seq = seq;
	return nlh;
}

static void reply_link(uint32_t seq)
{
	static const char junk[ATTR_LEN];
	struct nlmsghdr *nlh = reply(RTM_NEWLINK, seq);
	int i;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "nic0");
	for (i = 0; i < 3; i++)
		mnl_attr_put(nlh, IFLA_VFINFO_LIST, sizeof(junk), junk);
	mnl_attr_put_u32(nlh, IFLA_MTU, 9000);
	kernel.len += MNL_ALIGN(nlh->nlmsg_len);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
			  size_t len)
{
	const struct nlmsghdr *req = buf;
	struct nlmsghdr *nlh;

	(void)nl;
	kernel.len = 0;
	if (kernel.is_huge)
		reply_link(req->nlmsg_seq);
	nlh = reply(NLMSG_DONE, req->nlmsg_seq);
	mnl_nlmsg_put_extra_header(nlh, sizeof(int));
	kernel.len += MNL_ALIGN(nlh->nlmsg_len);
	return len;
}

static size_t fake_waiting(void)
{
	return kernel.len;
}

/* Like libmnl, returns ENOSPC for a message that does not fit, which is then lost. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t len = kernel.len;

	(void)nl;
	kernel.len = 0;
	if (len > size) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(buf, kernel.tx, len);
	return len;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (void *)&kernel.sock;
}

int main(void)
{
	struct array links = { 0 };
	const struct link *link;
	struct ktap t = { 0 };
	struct nl nl = { 0 };
	int err;

	ktap_start();
	kernel.is_huge = true;
	err = links_read(&links, &nl);
	link = links.items;
	ktap_ok(&t, !err && links.count == 1 && link->mtu == 9000,
		"a message of 200 KiB");
	kernel.is_huge = false;
	ktap_ok(&t, !links_read(&links, &nl) && links.count == 1,
		"and what follows it");
	free(links.items);
	nl_close(&nl);
	return ktap_end(&t);
}
