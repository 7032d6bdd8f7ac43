// SPDX-License-Identifier: GPL-2.0
/* Who reads a span, or leads its frames elsewhere. */
#include <linux/netdevice.h>

#include "path/reader.h"
#include "vspan.h"

/**
 * vspan_reader_has_guide - may anybody lead what a device receives elsewhere?
 * @dev: a span, or a port of a bridge
 *
 * Context: RCU.
 * Return: true if it has an XDP program, tc, or netfilter's ingress.
 */
bool vspan_reader_has_guide(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->xdp_prog) || vspan_dev_has_tc(dev, ingress))
		return true;
#ifdef CONFIG_NETFILTER_INGRESS
	return rcu_access_pointer(dev->nf_hooks_ingress);
#else
	return false;
#endif
}

/**
 * vspan_reader_has_others - would the core find a reader?
 * @dev: a span
 *
 * Those, and packet sockets of the span or of all devices.
 *
 * Context: RCU.
 * Return: true if so.
 */
bool vspan_reader_has_others(const struct net_device *dev)
{
	return dev_nit_active_rcu(dev) || !list_empty(&dev->ptype_specific) ||
	       vspan_reader_has_guide(dev);
}

/**
 * vspan_reader_any - does anybody read the span?
 * @vs: the span
 *
 * Packet sockets of the span or of all devices, open queues of its tap,
 * outputs, an XDP program, tc, and netfilter's ingress count as readers.
 *
 * Context: RCU; the answer may be old when it arrives.
 * Return: true if a copy would get anywhere.
 */
bool vspan_reader_any(const struct vspan_dev *vs)
{
	return READ_ONCE(vs->tap.numvtaps) || READ_ONCE(vs->live_outputs) ||
	       vspan_reader_has_others(vs->dev);
}
