/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_NL_H
#define VSPANCTL_NL_H

#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

#define NL_TX_LEN	40960	/* the largest request has a filter of 32 KiB */
#define NL_RX_LEN	32768	/* the kernel fills dumps up to this size, as a rule */

/**
 * struct nl_sock - One netlink socket.
 * @mnl: the socket, NULL until nl_sock_open()
 * @seq: number of the last request
 * @extack: the kernel's sentence on the last request, or ""
 * @rx: what was received last, @room bytes fit
 * @room: grows with what comes
 * @refused_attr: the attribute that it is about, 0 if the kernel did not say
 * @cmd: the command of that request, if it is one of the family vspan; else 0
 * @tx: the request being built
 */
struct nl_sock {
	struct mnl_socket *mnl;
	uint32_t seq;
	char extack[256];
	char *rx;
	size_t room;
	uint16_t refused_attr;
	uint8_t cmd;
	_Alignas(struct nlmsghdr) char tx[NL_TX_LEN];
};

/**
 * struct nl - Both ways to the kernel.
 * @genl: generic netlink, for all but the life of links
 * @rtnl: rtnetlink, opened when first needed
 * @family: ID of the vspan family
 * @group: ID of its multicast group, 0 if it has none
 */
struct nl {
	struct nl_sock genl;
	struct nl_sock rtnl;
	uint16_t family;
	uint32_t group;
};

/**
 * struct nl_policy - What an attribute must look like to be read.
 * @type: type for mnl_attr_validate(); MNL_TYPE_UNSPEC is ignored
 * @len: exact length of MNL_TYPE_BINARY, else 0
 */
struct nl_policy {
	enum mnl_attr_data_type type;
	size_t len;
};

typedef int (*nl_cb)(const struct nlmsghdr *nlh, void *data);

int nl_sock_open(struct nl_sock *s, int bus);
void nl_sock_close(struct nl_sock *s);
int nl_sock_recv(struct nl_sock *s, nl_cb cb, void *data);
int nl_talk(struct nl_sock *s, struct nlmsghdr *nlh, nl_cb cb, void *data);

int nl_open(struct nl *nl);
void nl_close(struct nl *nl);
int nl_open_rtnl(struct nl *nl);
int nl_join(struct nl_sock *s, uint32_t group);

struct nlmsghdr *nl_genl_request(struct nl *nl, uint8_t cmd, uint16_t flags);
struct nlmsghdr *nl_link_request(struct nl *nl, uint16_t type, uint16_t flags,
				 uint32_t ifindex);

int nl_parse(const struct nlmsghdr *nlh, const struct nl_policy *policy,
	     uint16_t max, const struct nlattr **tb);
int nl_parse_nested(const struct nlattr *nest, const struct nl_policy *policy,
		    uint16_t max, const struct nlattr **tb);

#endif /* VSPANCTL_NL_H */
