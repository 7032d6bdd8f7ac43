// SPDX-License-Identifier: GPL-2.0
/* Tracks which VLANs a bridge port sends untagged, for path/bridge.c. */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/switchdev.h>

#include "config/bridge.h"
#include "net.h"
#include "path/port.h"

static void vspan_bridge_count(struct vspan_port *port)
{
	unsigned int vid = find_first_bit(port->bare, VLAN_N_VID);
	bool one = vid < VLAN_N_VID &&
		   find_next_bit(port->bare, VLAN_N_VID, vid + 1) >= VLAN_N_VID;

	WRITE_ONCE(port->bare_vid, one ? vid : 0);
}

/**
 * vspan_bridge_learn - find out which VLANs a port sends untagged
 * @port: the port, not yet in use; the notifier keeps it up to date from now on
 *
 * Context: RTNL.
 */
void vspan_bridge_learn(struct vspan_port *port)
{
	struct net_device *dev = port->dev;
	struct bridge_vlan_info info;
	u16 bare = BRIDGE_VLAN_INFO_UNTAGGED;
	u16 vid;

	/* Without switchdev events the bitmap would become stale: leave it empty. */
	if (!IS_ENABLED(CONFIG_NET_SWITCHDEV) ||
	    (!netif_is_bridge_port(dev) && !netif_is_bridge_master(dev)))
		return;
	if (netif_is_bridge_master(dev))
		bare |= BRIDGE_VLAN_INFO_BRENTRY;
	for (vid = 1; vid < VLAN_VID_MASK; vid++)
		if (!br_vlan_get_info(dev, vid, &info) &&
		    (info.flags & bare) == bare)
			__set_bit(vid, port->bare);
	vspan_bridge_count(port);
}

static void vspan_bridge_change(struct net_device *dev,
				const struct switchdev_obj_port_vlan *vlan,
				bool add)
{
	bool bare = add && vlan->flags & BRIDGE_VLAN_INFO_UNTAGGED;
	enum vspan_hook hook;

	for (hook = 0; hook < VSPAN_HOOK_CNT; hook++) {
		struct vspan_port *port =
			xa_load(&vspan_net(dev_net(dev))->ports,
				vspan_port_key(dev->ifindex, hook));

		if (!port)
			continue;
		assign_bit(vlan->vid, port->bare, bare);
		vspan_bridge_count(port);
	}
}

/* A bridge sends the event for the VLANs of each port, also if no driver listens, and
 * for its own VLANs: br_switchdev_port_vlan_add() in net/bridge/br_switchdev.c. The
 * chain is called under RTNL. Listeners may veto, which this one never does.
 */
static int vspan_bridge_event(struct notifier_block *nb, unsigned long event,
			      void *ptr)
{
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	const struct switchdev_notifier_port_obj_info *info = ptr;
	bool add = event == SWITCHDEV_PORT_OBJ_ADD;

	if ((add || event == SWITCHDEV_PORT_OBJ_DEL) &&
	    info->obj->id == SWITCHDEV_OBJ_ID_PORT_VLAN)
		vspan_bridge_change(dev, SWITCHDEV_OBJ_PORT_VLAN(info->obj),
				    add);
	return NOTIFY_DONE;
}

static struct notifier_block vspan_bridge_notifier = {
	.notifier_call = vspan_bridge_event,
};

/**
 * vspan_bridge_init - start to follow the VLANs of bridges
 *
 * Return: 0 or a negative errno.
 */
int vspan_bridge_init(void)
{
	return register_switchdev_blocking_notifier(&vspan_bridge_notifier);
}

/**
 * vspan_bridge_uninit - stop following the VLANs of bridges
 */
void vspan_bridge_uninit(void)
{
	unregister_switchdev_blocking_notifier(&vspan_bridge_notifier);
}
