/* SPDX-License-Identifier: GPL-2.0 */
/* Devices that are promiscuous for the sake of a binding. */
#ifndef _VSPAN_PROMISC_H
#define _VSPAN_PROMISC_H

#include <linux/list.h>
#include <linux/netdevice.h>

struct net;
struct vspan_binding;

/**
 * struct vspan_promisc - a binding's share in its device being promiscuous; all
 *	under RTNL
 * @dev: the device; held as long as the share is there, which may be longer than
 *	the binding and its port: what was taken is to be given back
 * @tracker: of the hold
 * @node: in the list of shares that are due, if @want and @held differ
 * @want: the binding wants the device promiscuous
 * @held: the device is, for this binding: one of its promiscuity is ours
 * @gone: the binding has ended, and is to be freed with the share
 */
struct vspan_promisc {
	struct net_device *dev;
	netdevice_tracker tracker;
	struct list_head node;
	bool want;
	bool held;
	bool gone;
};

void vspan_promisc_init(struct vspan_binding *b, struct net_device *dev);
void vspan_promisc_want(struct vspan_binding *b, bool want);
void vspan_promisc_move(struct vspan_binding *old, struct vspan_binding *b);
void vspan_promisc_end(struct vspan_binding *b);
void vspan_promisc_run(const struct net *net);
void vspan_promisc_run_dev(const struct net_device *dev);
void vspan_promisc_uninit(void);

#endif /* _VSPAN_PROMISC_H */
