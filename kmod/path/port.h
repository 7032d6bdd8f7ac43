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
 * struct vspan_port - a mirrored device, for one hook
 * @bindings: bindings that want its frames; written under RTNL, read under RCU
 * @dev: the device; held while the port is in &struct vspan_net.ports
 * @tracker: of the reference to @dev
 * @hook: the hook that takes its frames
 * @redirect: frames are moved, not copied, for VSPAN_HOOK_RX_HANDLER;
 *	READ_ONCE/WRITE_ONCE
 * @unstable: the stack overwrites transmitted frames after the taps have seen them
 * @bare_vid: the VLAN in @bare if there is exactly one, else 0; READ_ONCE/WRITE_ONCE
 * @bare: VLANs whose frames a bridge transmits here untagged; atomic bits, written
 *	under RTNL
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
 * struct vspan_promisc - promiscuous mode of a device for one binding; all members
 *	are protected by RTNL
 * @dev: the device; held until the last pending change, which may be after the port is
 *	gone
 * @tracker: of the reference to @dev
 * @node: in the list of pending changes, if @want and @held differ
 * @want: the binding wants the device to be promiscuous
 * @held: the binding accounts for one of the device's promiscuity counter
 * @gone: the binding has ended and is freed after the last change
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
 * struct vspan_binding - a source on one existing device
 * @src: the source
 * @port: the port of the device
 * @handover: set during a move from or to another hook, else NULL
 * @hook: hook of @port, for notifications after the port is gone
 * @dirs: directions in which the source matches the device
 * @mark: distinguishes the bindings of a span, for vspan_seen()
 * @goes_on: lower devices transmit all that this device transmits, and the span copies
 *	all of it there; READ_ONCE/WRITE_ONCE
 * @promisc: promiscuous mode of the device; RTNL
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
