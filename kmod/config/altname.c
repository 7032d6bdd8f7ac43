// SPDX-License-Identifier: GPL-2.0
/*
 * Alternative names of devices, for patterns. The core looks one up for anyone,
 * __dev_get_by_name(), and lists them for itself only.
 */
#include <linux/glob.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "config/altname.h"

/* The beginning of struct netdev_name_node in net/core/dev.h, as it is since
 * Linux 5.5: no header that modules are given has it. In the tree this would be
 * an #include.
 */
struct vspan_name_node {
	struct hlist_node hlist;
	struct list_head list;
	struct net_device *dev;
	const char *name;
};

static bool vspan_altname_walkable __ro_after_init;

static const struct vspan_name_node *
vspan_altname_own(const struct net_device *dev)
{
	return (const struct vspan_name_node *)dev->name_node;
}

/**
 * vspan_altname_init - find out whether alternative names are where we think
 *
 * They are if the loopback device's own name is: that is the head of the list.
 * If not, patterns are compared with own names alone.
 */
void __init vspan_altname_init(void)
{
	const struct net_device *lo = init_net.loopback_dev;
	const struct vspan_name_node *own = vspan_altname_own(lo);

	vspan_altname_walkable = own->dev == lo && own->name == lo->name;
	if (!vspan_altname_walkable)
		pr_warn("vspan: this kernel keeps alternative names elsewhere: patterns will not match them\n");
}

/**
 * vspan_altname_match - has a device an alternative name that matches?
 * @dev: a device that is listed in its netns
 * @pattern: as in glob(7)
 *
 * Context: RTNL, under which names come and go.
 * Return: true if so.
 */
bool vspan_altname_match(const struct net_device *dev, const char *pattern)
{
	const struct vspan_name_node *alt;

	ASSERT_RTNL();
	if (!vspan_altname_walkable)
		return false;
	list_for_each_entry(alt, &vspan_altname_own(dev)->list, list)
		if (glob_match(pattern, alt->name))
			return true;
	return false;
}
