// SPDX-License-Identifier: GPL-2.0
/* Reads devices from rtnetlink. */
#include "nl/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "args/vlan.h"

static const struct nl_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME]		= { .type = MNL_TYPE_NUL_STRING },
	[IFLA_MTU]		= { .type = MNL_TYPE_U32 },
	[IFLA_LINK]		= { .type = MNL_TYPE_U32 },
	[IFLA_MASTER]		= { .type = MNL_TYPE_U32 },
	[IFLA_LINKINFO]		= { .type = MNL_TYPE_NESTED },
	[IFLA_PROMISCUITY]	= { .type = MNL_TYPE_U32 },
	[IFLA_CARRIER]		= { .type = MNL_TYPE_U8 },
	[IFLA_PHYS_SWITCH_ID]	= { .type = MNL_TYPE_BINARY },
	[IFLA_LINK_NETNSID]	= { .type = MNL_TYPE_U32 },
	[IFLA_XDP]		= { .type = MNL_TYPE_NESTED },
	[IFLA_STATS64]		= { .type = MNL_TYPE_BINARY },
	[IFLA_PARENT_DEV_NAME]	= { .type = MNL_TYPE_NUL_STRING },
	[IFLA_PARENT_DEV_BUS_NAME] = { .type = MNL_TYPE_NUL_STRING },
};

static const struct nl_policy info_policy[IFLA_INFO_MAX + 1] = {
	[IFLA_INFO_KIND]	= { .type = MNL_TYPE_NUL_STRING },
	[IFLA_INFO_DATA]	= { .type = MNL_TYPE_NESTED },
};

static const struct nl_policy bridge_policy[IFLA_BR_MAX + 1] = {
	[IFLA_BR_VLAN_FILTERING] = { .type = MNL_TYPE_U8 },
};

static const struct nl_policy xdp_policy[IFLA_XDP_MAX + 1] = {
	[IFLA_XDP_ATTACHED]	= { .type = MNL_TYPE_U8 },
	[IFLA_XDP_PROG_ID]	= { .type = MNL_TYPE_U32 },
};

static uint32_t get_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

static int parse_info(struct link *link, const struct nlattr *nest)
{
	const struct nlattr *tb[IFLA_INFO_MAX + 1], *br[IFLA_BR_MAX + 1];
	int err;

	err = nl_parse_nested(nest, info_policy, IFLA_INFO_MAX, tb);
	if (err || !tb[IFLA_INFO_KIND])
		return err;
	snprintf(link->kind, sizeof(link->kind), "%s",
		 mnl_attr_get_str(tb[IFLA_INFO_KIND]));
	if (strcmp(link->kind, "bridge"))
		return 0;
	err = nl_parse_nested(tb[IFLA_INFO_DATA], bridge_policy, IFLA_BR_MAX,
			      br);
	link->vlan_filtering = br[IFLA_BR_VLAN_FILTERING] &&
		mnl_attr_get_u8(br[IFLA_BR_VLAN_FILTERING]);
	return err;
}

static int parse_xdp(struct link *link, const struct nlattr *nest)
{
	const struct nlattr *tb[IFLA_XDP_MAX + 1];
	int err;

	err = nl_parse_nested(nest, xdp_policy, IFLA_XDP_MAX, tb);
	if (err || !tb[IFLA_XDP_ATTACHED])
		return err;
	link->xdp = mnl_attr_get_u8(tb[IFLA_XDP_ATTACHED]);
	link->xdp_id = get_u32(tb[IFLA_XDP_PROG_ID]);
	return 0;
}

/* The struct grows at its end. */
static void parse_stats(struct link *link, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t len = mnl_attr_get_payload_len(attr);

	memcpy(&stats, mnl_attr_get_payload(attr),
	       len < sizeof(stats) ? len : sizeof(stats));
	link->rx = stats.rx_packets;
	link->tx = stats.tx_packets;
}

static void parse_place(struct link *link, const struct nlattr **tb)
{
	link->master = get_u32(tb[IFLA_MASTER]);
	link->lower = get_u32(tb[IFLA_LINK]);
	link->is_lower_away = tb[IFLA_LINK_NETNSID];
	link->lower_netnsid = get_u32(tb[IFLA_LINK_NETNSID]);
	link->is_hardware = tb[IFLA_PARENT_DEV_NAME];
	link->is_switched = tb[IFLA_PHYS_SWITCH_ID];
	if (tb[IFLA_PARENT_DEV_BUS_NAME] && tb[IFLA_PARENT_DEV_NAME])
		snprintf(link->place, sizeof(link->place), "%.40s/devices/%.64s",
			 mnl_attr_get_str(tb[IFLA_PARENT_DEV_BUS_NAME]),
			 mnl_attr_get_str(tb[IFLA_PARENT_DEV_NAME]));
}

/**
 * link_parse - Read the device of a message.
 * @nlh: the message
 * @link: filled in
 *
 * Return: 0 or a negative errno.
 */
int link_parse(const struct nlmsghdr *nlh, struct link *link)
{
	const struct nlattr *tb[IFLA_MAX + 1], *attr;
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);
	uint16_t type;
	int err;

	memset(tb, 0, sizeof(tb));
	memset(link, 0, sizeof(*link));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifm))
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, sizeof(*ifm)) {
		type = mnl_attr_get_type(attr);
		if (type > IFLA_MAX || !link_policy[type].type)
			continue;
		if (mnl_attr_validate(attr, link_policy[type].type) < 0)
			return -EBADMSG;
		tb[type] = attr;
	}
	if (!tb[IFLA_IFNAME])
		return -EBADMSG;
	link->ifindex = ifm->ifi_index;
	link->type = ifm->ifi_type;
	link->flags = ifm->ifi_flags;
	snprintf(link->name, sizeof(link->name), "%s",
		 mnl_attr_get_str(tb[IFLA_IFNAME]));
	link->carrier = !tb[IFLA_CARRIER] ||
			mnl_attr_get_u8(tb[IFLA_CARRIER]);
	link->mtu = get_u32(tb[IFLA_MTU]);
	link->promiscuity = get_u32(tb[IFLA_PROMISCUITY]);
	parse_place(link, tb);
	if (tb[IFLA_STATS64])
		parse_stats(link, tb[IFLA_STATS64]);
	err = parse_info(link, tb[IFLA_LINKINFO]);
	return err ? err : parse_xdp(link, tb[IFLA_XDP]);
}

/**
 * link_cb - Add the device of a message to an array.
 * @nlh: the message
 * @data: array of struct link
 *
 * Return: 0 or a negative errno.
 */
int link_cb(const struct nlmsghdr *nlh, void *data)
{
	struct array *links = data;
	struct link *link = array_next(links, sizeof(*link));
	int err = link ? link_parse(nlh, link) : -ENOMEM;

	links->count += !err;
	return err;
}

static int link_one_cb(const struct nlmsghdr *nlh, void *data)
{
	return link_parse(nlh, data);
}

/**
 * links_dump - Ask for all devices of the netns.
 * @nl: the connection
 * @cb: called for each device
 * @data: for @cb
 *
 * Return: 0 or a negative errno.
 */
int links_dump(struct nl *nl, nl_cb cb, void *data)
{
	struct nlmsghdr *nlh;
	int err;

	err = nl_open_rtnl(nl);
	if (err)
		return err;
	/* SR-IOV functions are not asked for: hundreds of them do not fit into a message. */
	nlh = nl_link_request(nl, RTM_GETLINK, NLM_F_DUMP, 0);
	err = nl_talk(&nl->rtnl, nlh, cb, data);
	/* To find faults, a list that a change has overtaken is good enough. */
	return err == -EINTR ? 0 : err;
}

/**
 * links_read - Read all devices of the netns.
 * @links: an empty array; free its items whatever is returned
 * @nl: the connection
 *
 * Return: 0 or a negative errno.
 */
int links_read(struct array *links, struct nl *nl)
{
	return links_dump(nl, link_cb, links);
}

/**
 * link_by_index - Find a device.
 * @links: after links_read()
 * @ifindex: its index
 *
 * Return: the device or NULL.
 */
const struct link *link_by_index(const struct array *links, uint32_t ifindex)
{
	const struct link *link = links->items;
	size_t i;

	for (i = 0; i < links->count; i++, link++)
		if (link->ifindex == ifindex)
			return link;
	return NULL;
}

/**
 * link_on - Find an upper device of a kind, such as a VLAN device.
 * @links: after links_read()
 * @ifindex: index of the lower device
 * @kind: the kind
 *
 * Return: the first such device or NULL.
 */
const struct link *link_on(const struct array *links, uint32_t ifindex,
			   const char *kind)
{
	const struct link *link = links->items;
	size_t i;

	for (i = 0; i < links->count; i++, link++)
		if (link->lower == ifindex && !link->is_lower_away &&
		    !strcmp(link->kind, kind))
			return link;
	return NULL;
}

/**
 * link_in_netns - Ask for a device of another netns.
 * @nl: the connection, after nl_open_rtnl()
 * @netnsid: that netns
 * @ifindex: index of the device there
 * @link: filled in
 *
 * Return: 0 or a negative errno.
 */
int link_in_netns(struct nl *nl, int32_t netnsid, uint32_t ifindex,
		  struct link *link)
{
	struct nlmsghdr *nlh = nl_link_request(nl, RTM_GETLINK, 0, ifindex);

	mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, netnsid);
	return nl_talk(&nl->rtnl, nlh, link_one_cb, link);
}

/**
 * link_now - Read a device again.
 * @nl: the connection, after nl_open_rtnl()
 * @ifindex: its index
 * @link: filled in
 *
 * Return: 0 or a negative errno.
 */
int link_now(struct nl *nl, uint32_t ifindex, struct link *link)
{
	return nl_talk(&nl->rtnl, nl_link_request(nl, RTM_GETLINK, 0, ifindex),
		       link_one_cb, link);
}

/**
 * link_named - Check whether a device of a name exists.
 * @nl: the connection
 * @name: own or alternative name
 *
 * Return: 0 or a negative errno; -ENODEV if there is none.
 */
int link_named(struct nl *nl, const char *name)
{
	int err = nl_open_rtnl(nl);
	struct nlmsghdr *nlh;

	if (err)
		return err;
	nlh = nl_link_request(nl, RTM_GETLINK, 0, 0);
	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, name);
	return nl_talk(&nl->rtnl, nlh, NULL, NULL);
}

/**
 * link_vfs - Get the number of SR-IOV functions of a device.
 * @link: the device, in any netns; sysfs of its bus is the same in all
 *
 * Return: how many.
 */
unsigned int link_vfs(const struct link *link)
{
	unsigned int vfs = 0;
	char path[160];
	FILE *fp;

	if (!*link->place)
		return 0;
	snprintf(path, sizeof(path), "/sys/bus/%s/sriov_numvfs", link->place);
	fp = fopen(path, "re");
	if (!fp)
		return 0;
	if (fscanf(fp, "%u", &vfs) != 1)
		vfs = 0;
	fclose(fp);
	return vfs;
}

/* The VLANs of a port, and state of reading a range. */
struct port_vlans {
	int ifindex;
	uint8_t *bitmap;
	unsigned int first;
};

/* Untagged frames belong to the VLAN of the PVID; without one, to none. */
static void add_vlan(struct port_vlans *p, const struct nlattr *attr)
{
	const struct bridge_vlan_info *info = mnl_attr_get_payload(attr);
	unsigned int vid;

	if (mnl_attr_get_type(attr) != IFLA_BRIDGE_VLAN_INFO ||
	    mnl_attr_get_payload_len(attr) < sizeof(*info))
		return;
	if (info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
		p->first = info->vid;
		return;
	}
	vid = info->flags & BRIDGE_VLAN_INFO_RANGE_END ? p->first : info->vid;
	for (; vid <= info->vid; vid++)
		vlan_set(p->bitmap, vid);
}

static int port_vlans_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *inner;
	struct port_vlans *p = data;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifm))
		return -EBADMSG;
	if (ifm->ifi_index != p->ifindex)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(*ifm)) {
		if (mnl_attr_get_type(attr) != IFLA_AF_SPEC)
			continue;
		mnl_attr_for_each_nested(inner, attr)
			add_vlan(p, inner);
	}
	return 0;
}

/**
 * link_vlans - Ask which VLANs a port of a bridge is in.
 * @nl: the connection, after nl_open_rtnl()
 * @ifindex: the port
 * @bitmap: VSPAN_VLAN_BITMAP_LEN bytes, filled in
 *
 * Return: 0 or a negative errno.
 */
int link_vlans(struct nl *nl, uint32_t ifindex, uint8_t *bitmap)
{
	struct port_vlans p = { .ifindex = ifindex, .bitmap = bitmap };
	struct nlmsghdr *nlh = nl_link_request(nl, RTM_GETLINK, NLM_F_DUMP, 0);
	struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);

	memset(bitmap, 0, VSPAN_VLAN_BITMAP_LEN);
	ifm->ifi_family = AF_BRIDGE;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
	return nl_talk(&nl->rtnl, nlh, port_vlans_cb, &p);
}
