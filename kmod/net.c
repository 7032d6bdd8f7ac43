// SPDX-License-Identifier: GPL-2.0
/* The part of a netns that is ours, where it is found. */
#include <net/netns/generic.h>

#include "net.h"

/* What the core knows it by; set as main.c registers it. */
unsigned int vspan_net_id __read_mostly;

/**
 * vspan_net - the part of a netns that is ours
 * @net: the netns
 *
 * Return: its state, valid as long as @net.
 */
struct vspan_net *vspan_net(const struct net *net)
{
	return net_generic(net, vspan_net_id);
}
