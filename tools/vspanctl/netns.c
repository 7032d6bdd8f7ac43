// SPDX-License-Identifier: GPL-2.0
/* The name by which ip-netns(8) knows a network namespace of which the kernel
 * tells a number.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

#include "link.h"

static int netnsid_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	int32_t *id = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtgenmsg))
		if (mnl_attr_get_type(attr) == NETNSA_NSID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			*id = mnl_attr_get_u32(attr);
	return 0;
}

/* -1 if it has no number here. */
static int32_t netnsid_of(struct nl *nl, int fd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->rtnl.tx);
	int32_t id = -1;

	nlh->nlmsg_type = RTM_GETNSID;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(nlh, NETNSA_FD, fd);
	if (nl_talk(&nl->rtnl, nlh, netnsid_cb, &id))
		return -1;
	return id;
}

/**
 * netns_name - Find the name of a netns.
 * @nl: the connection, after nl_open_rtnl()
 * @netnsid: its number in ours
 * @buf: gets the name
 * @len: size of @buf
 *
 * Return: whether it has one.
 */
bool netns_name(struct nl *nl, int32_t netnsid, char *buf, size_t len)
{
	DIR *dir = opendir("/run/netns");
	struct dirent *entry;
	bool found = false;
	int fd;

	while (dir && !found && (entry = readdir(dir))) {
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		found = entry->d_name[0] != '.' &&
			netnsid_of(nl, fd) == netnsid;
		if (found)
			snprintf(buf, len, "%s", entry->d_name);
		close(fd);
	}
	if (dir)
		closedir(dir);
	return found;
}
