// SPDX-License-Identifier: GPL-2.0
/* Decides which devices a source matches, and in which directions. */
#include <linux/glob.h>
#include <linux/netdevice.h>

#include "config/devbar.h"
#include "config/match.h"
#include "path/source.h"

#define VSPAN_BOTH	(VSPAN_DIR_RX | VSPAN_DIR_TX)

static struct net_device *vspan_match_named(const struct vspan_source *src)
{
	return __dev_get_by_name(src->net, src->name);
}

static u32 vspan_match_name(const struct vspan_source *src,
			    struct net_device *dev)
{
	return vspan_match_named(src) == dev ? VSPAN_BOTH : 0;
}

static enum vspan_dormant vspan_match_name_why(const struct vspan_source *src)
{
	return VSPAN_DORMANT_NO_DEVICE;
}

/* The core looks up an alternative name, but does not list those of a device to
 * modules: a pattern is compared with the device's own name only.
 */
static u32 vspan_match_glob(const struct vspan_source *src,
			    struct net_device *dev)
{
	return glob_match(src->name, dev->name) ? VSPAN_BOTH : 0;
}

static enum vspan_dormant vspan_match_glob_why(const struct vspan_source *src)
{
	return VSPAN_DORMANT_NO_MATCH;
}

/* The directions to copy on a master itself, so that each frame is copied once:
 *
 * - Bridge: its ports copy what they receive, so only the host's own frames, which the
 *   bridge device transmits, are left.
 * - Bond, team: both directions. A port may receive a frame that the master drops (a
 *   broadcast to a backup port), and the master may send a frame through several ports.
 * - VRF, Open vSwitch: none, since forwarded frames do not pass the master device. Both
 *   directions are copied on the ports.
 */
static u32 vspan_match_itself(const struct net_device *master)
{
	if (netif_is_lag_master(master))
		return VSPAN_BOTH;
	return netif_is_bridge_master(master) ? VSPAN_DIR_TX : 0;
}

static u32 vspan_match_port_of(const struct net_device *master)
{
	return VSPAN_BOTH & ~vspan_match_itself(master);
}

static bool vspan_match_has_ports(struct net_device *master)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(master, lower, iter)
		if (netdev_master_upper_dev_get(lower) == master)
			return true;
	return false;
}

static u32 vspan_match_master(const struct vspan_source *src,
			      struct net_device *dev)
{
	struct net_device *master = vspan_match_named(src);

	if (!master)
		return 0;
	if (dev == master)
		return vspan_match_has_ports(master) ?
		       vspan_match_itself(master) : 0;
	return netdev_master_upper_dev_get(dev) == master ?
	       vspan_match_port_of(master) : 0;
}

static enum vspan_dormant vspan_match_master_why(const struct vspan_source *src)
{
	struct net_device *master = vspan_match_named(src);

	if (!master)
		return VSPAN_DORMANT_NO_DEVICE;
	return vspan_match_has_ports(master) ? VSPAN_DORMANT_SHADOWED :
					       VSPAN_DORMANT_NO_PORTS;
}

static const struct {
	u32 (*match)(const struct vspan_source *src, struct net_device *dev);
	enum vspan_dormant (*why)(const struct vspan_source *src);
} vspan_kinds[] = {
	[VSPAN_KIND_NAME] = { vspan_match_name, vspan_match_name_why },
	[VSPAN_KIND_GLOB] = { vspan_match_glob, vspan_match_glob_why },
	[VSPAN_KIND_MASTER] = { vspan_match_master, vspan_match_master_why },
};

/**
 * vspan_match_says - vspan_match() without regard to outputs
 * @src: the source
 * @dev: a device of its netns
 *
 * Context: RTNL.
 * Return: a mask of enum vspan_dir; 0 if the source does not match the device.
 */
u32 vspan_match_says(const struct vspan_source *src, struct net_device *dev)
{
	return vspan_kinds[src->kind].match(src, dev);
}

/**
 * vspan_match - does a source match a device?
 * @src: the source
 * @dev: a device of its netns
 *
 * A pattern or master never matches a device that an output of the span names: the
 * explicit name takes precedence.
 *
 * Context: RTNL.
 * Return: directions in which it does, a mask of enum vspan_dir; 0 if it does not.
 */
u32 vspan_match(const struct vspan_source *src, struct net_device *dev)
{
	u32 dirs = vspan_match_says(src, dev);

	if (dirs && src->kind != VSPAN_KIND_NAME &&
	    vspan_devbar_awaited(src->vs, dev))
		return 0;
	return dirs;
}

/**
 * vspan_match_next - walk the devices that a source may match
 * @src: the source
 * @dev: the previous device, or NULL to begin
 *
 * For an exact name this is a lookup, not a walk of all devices.
 *
 * Context: RTNL.
 * Return: the next device to pass to vspan_match(), or NULL.
 */
struct net_device *vspan_match_next(const struct vspan_source *src,
				    struct net_device *dev)
{
	if (src->kind == VSPAN_KIND_NAME)
		return dev ? NULL : vspan_match_named(src);
	return dev ? next_net_device(dev) : first_net_device(src->net);
}

/**
 * vspan_match_none - why does a source match no device at all?
 * @src: a source for which vspan_match() returns 0 for every device
 *
 * Context: RTNL.
 * Return: the reason.
 */
enum vspan_dormant vspan_match_none(const struct vspan_source *src)
{
	return vspan_kinds[src->kind].why(src);
}

/**
 * vspan_match_beats - which of two sources gets a device that both match?
 * @a: a source
 * @b: another source of the same span
 *
 * An exact name takes precedence over a pattern, a pattern over a master, and the older
 * source over the younger one of the same kind.
 *
 * Return: true if @a gets the device.
 */
bool vspan_match_beats(const struct vspan_source *a,
		       const struct vspan_source *b)
{
	return a->kind != b->kind ? a->kind < b->kind : a->id < b->id;
}
