// SPDX-License-Identifier: GPL-2.0
/* Network namespaces by their names of ip-netns(8), and by the IDs that the kernel has
 * assigned to them in our own namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

#include "nl/link.h"
#include "nl/netns.h"

/**
 * netns_can_be - Is a name valid for a network namespace?
 * @name: the name
 *
 * Return: false if it can be no name of a file in /run/netns.
 */
bool netns_can_be(const char *name)
{
	return *name && strlen(name) <= NETNS_LEN && !strchr(name, '/') &&
	       strcmp(name, ".") && strcmp(name, "..");
}

/**
 * netns_open - Open a netns by its name.
 * @name: the name
 *
 * Return: a descriptor, or -1 with errno set; ENOENT if there is none.
 */
int netns_open(const char *name)
{
	static const char *const dirs[] = { "/run/netns", "/var/run/netns" };
	char path[NETNS_LEN + 32];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			return fd;
	}
	return -1;
}

/**
 * netns_is_ours - Is a netns the one we are in?
 * @fd: from netns_open()
 *
 * Return: true if so.
 */
bool netns_is_ours(int fd)
{
	struct stat there, here;

	return !fstat(fd, &there) && !stat("/proc/self/ns/net", &here) &&
	       there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

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

static struct nlmsghdr *netnsid_request(struct nl *nl, uint16_t type, int fd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->rtnl.tx);

	nlh->nlmsg_type = type;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(nlh, NETNSA_FD, fd);
	return nlh;
}

/* -1 if it has no number here. */
static int32_t netnsid_of(struct nl *nl, int fd)
{
	struct nlmsghdr *nlh = netnsid_request(nl, RTM_GETNSID, fd);
	int32_t id = -1;

	if (nl_talk(&nl->rtnl, nlh, netnsid_cb, &id))
		return -1;
	return id;
}

/**
 * netns_id - Find the number of a netns in ours, or have it given one.
 * @nl: the connection, after nl_open_rtnl()
 * @fd: from netns_open()
 * @netnsid: gets the number
 *
 * Return: 0 or a negative errno.
 */
int netns_id(struct nl *nl, int fd, int32_t *netnsid)
{
	struct nlmsghdr *nlh;
	int err;

	*netnsid = netnsid_of(nl, fd);
	if (*netnsid >= 0)
		return 0;
	nlh = netnsid_request(nl, RTM_NEWNSID, fd);
	mnl_attr_put_u32(nlh, NETNSA_NSID, -1);
	err = nl_talk(&nl->rtnl, nlh, NULL, NULL);
	/* Another process may have assigned an ID in between. */
	*netnsid = netnsid_of(nl, fd);
	if (*netnsid >= 0)
		return 0;
	return err ? err : -EINVAL;
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
		found = entry->d_name[0] != '.' && netnsid >= 0 &&
			netnsid_of(nl, fd) == netnsid;
		if (found)
			snprintf(buf, len, "%s", entry->d_name);
		close(fd);
	}
	if (dir)
		closedir(dir);
	return found;
}
