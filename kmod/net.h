/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_NET_H
#define _VSPAN_NET_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <uapi/linux/vspan.h>

#define VSPAN_HOOK_CNT	(VSPAN_HOOK_RX_HANDLER + 1)

struct net;
struct socket;

/**
 * struct vspan_net - state of vspan in a netns
 * @sources: sources configured here, oldest first; RTNL
 * @claims: the same, in the order in which devices are offered to them; RTNL
 * @outputs: outputs configured here, oldest first; RTNL
 * @ports: ports by vspan_port_key(); written under RTNL, read under RCU
 * @signer: socket that owns frames which outputs here have sent, see path/loop.c; created
 *	before the first output; read and written with acquire and release semantics
 * @regain: looks for receive slots that have become free
 * @configured: number of sources and outputs; RTNL
 * @generation: number of the last change in this netns, by which dumps detect that
 *	they were interrupted; RTNL
 * @net: the netns
 */
struct vspan_net {
	struct list_head sources;
	struct list_head claims;
	struct list_head outputs;
	struct xarray ports;
	struct socket *signer;
	struct work_struct regain;
	unsigned int configured;
	u32 generation;
	struct net *net;
};

/* Index of a port in &struct vspan_net.ports. */
static inline unsigned long vspan_port_key(int ifindex, enum vspan_hook hook)
{
	return (unsigned long)ifindex * VSPAN_HOOK_CNT + hook;
}

extern unsigned int vspan_net_id;

struct vspan_net *vspan_net(const struct net *net);

#endif /* _VSPAN_NET_H */
