/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_PORT_H
#define _VSPAN_PORT_H

#include <linux/if_vlan.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <uapi/linux/vspan.h>

struct vspan_handover;
struct vspan_source;

/**
 * struct vspan_port - a device that is mirrored, by one hook
 * @bindings: who wants its frames; written under RTNL, read under RCU
 * @dev: the device; held while the port is in &struct vspan_net.ports
 * @tracker: of the hold
 * @hook: how its frames are taken
 * @redirect: frames are moved, not copied, for VSPAN_HOOK_RX_HANDLER;
 *	READ_ONCE/WRITE_ONCE
 * @unstable: what it sends is written over behind the taps
 * @bare_vid: the VLAN in @bare, if it is one only, or 0; READ_ONCE/WRITE_ONCE
 * @bare: VLANs whose frames a bridge lets out here without a tag; atomic bits,
 *	written under RTNL
 * @pt: packet tap, for VSPAN_HOOK_TAP
 * @rcu: the packet path may hold the port until a grace period has passed
 */
struct vspan_port {
	struct list_head bindings;
	struct net_device *dev;
	netdevice_tracker tracker;
	enum vspan_hook hook;
	bool redirect;
	bool unstable;
	u16 bare_vid;
	DECLARE_BITMAP(bare, VLAN_N_VID);
	struct packet_type pt;
	struct rcu_head rcu;
};

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

/**
 * struct vspan_binding - a source on one live device
 * @src: the source
 * @port: the device
 * @handover: set while it moves to another hook or from there, else NULL
 * @hook: that of @port, which may be gone before the last is told of the binding
 * @dirs: directions for which the source means this device
 * @mark: what tells it from others of the span, for vspan_seen()
 * @goes_on: all that is sent here is sent on by a device below, where the span
 *	copies all of it; READ_ONCE/WRITE_ONCE
 * @promisc: its share in the device being promiscuous; RTNL
 * @port_node: in &struct vspan_port.bindings; RCU
 * @src_node: in &struct vspan_source.bindings; RTNL
 * @rcu: for vspan_promisc_end()
 */
struct vspan_binding {
	struct vspan_source *src;
	struct vspan_port *port;
	struct vspan_handover __rcu *handover;
	enum vspan_hook hook;
	u32 dirs;
	u8 mark;
	bool goes_on;
	struct vspan_promisc promisc;
	struct list_head port_node;
	struct list_head src_node;
	struct rcu_head rcu;
};

#endif /* _VSPAN_PORT_H */
