// SPDX-License-Identifier: GPL-2.0
/* Finds out whether a span has readers. */
#include <linux/netdevice.h>

#include "path/reader.h"
#include "vspan.h"

/**
 * vspan_reader_has_guide - can received frames be redirected before the stack?
 * @dev: a span, or a port of a bridge
 *
 * Context: RCU.
 * Return: true if the device has an XDP program, tc or netfilter hooks at its ingress.
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
 * vspan_reader_has_others - does a span have a reader besides tap and outputs?
 * @dev: a span
 *
 * These are packet sockets of the span or of all devices, and what
 * vspan_reader_has_guide() finds.
 *
 * Context: RCU.
 * Return: true if it does.
 */
bool vspan_reader_has_others(const struct net_device *dev)
{
	return dev_nit_active_rcu(dev) || !list_empty(&dev->ptype_specific) ||
	       vspan_reader_has_guide(dev);
}

/**
 * vspan_reader_any - does a span have a reader?
 * @vs: the span
 *
 * Open queues of its tap, outputs with a device or group, packet sockets of the span or
 * of all devices, an XDP program, tc and netfilter hooks count as readers.
 *
 * Context: RCU; the result may be outdated.
 * Return: true if it has any.
 */
bool vspan_reader_any(const struct vspan_dev *vs)
{
	return READ_ONCE(vs->tap.numvtaps) || READ_ONCE(vs->live_outputs) ||
	       vspan_reader_has_others(vs->dev);
}
