// SPDX-License-Identifier: GPL-2.0
/* The state of vspan in a netns. */
#include <net/netns/generic.h>

#include "net.h"

/* For net_generic(); set when main.c registers vspan_net_ops. */
unsigned int vspan_net_id __read_mostly;

/**
 * vspan_net - get the state of vspan in a netns
 * @net: the netns
 *
 * Return: its state, valid as long as @net.
 */
struct vspan_net *vspan_net(const struct net *net)
{
	return net_generic(net, vspan_net_id);
}
