// SPDX-License-Identifier: GPL-2.0
/* Sends notifications of changes: to listeners, and to the sender of a request. */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "config/promisc.h"
#include "net.h"
#include "netlink/netlink-gen.h"
#include "netlink/nl.h"
#include "vspan.h"

/* The request that is being served, if its sender asked for NLM_F_ECHO, or NULL; RTNL. */
static struct genl_info *vspan_nl_echo;

/**
 * vspan_nl_lock - take RTNL for a request for a change
 * @info: the request
 *
 * With NLM_F_ECHO, notifications of changes up to vspan_nl_unlock() are also sent to the
 * sender of the request.
 */
void vspan_nl_lock(struct genl_info *info)
{
	rtnl_lock();
	if (nlmsg_report(info->nlhdr))
		vspan_nl_echo = info;
}

/**
 * vspan_nl_unlock - release RTNL at the end of a request for a change
 * @info: the request
 *
 * Promiscuous mode is changed here and not in the work, so that it is in effect when the
 * request returns, and so that the audit log names the user of the request. Devices of
 * other netns are left to the work.
 */
void vspan_nl_unlock(struct genl_info *info)
{
	vspan_promisc_run(genl_info_net(info));
	vspan_nl_echo = NULL;
	rtnl_unlock();
}

/* That request, if it came from @net: the sender is not told of changes elsewhere. */
static struct genl_info *vspan_nl_echo_in(const struct net *net)
{
	return vspan_nl_echo && net_eq(genl_info_net(vspan_nl_echo), net) ?
	       vspan_nl_echo : NULL;
}

static void vspan_nl_send(struct net *net, struct sk_buff *msg,
			  struct genl_info *echo)
{
	if (echo)
		genl_notify(&vspan_nl_family, msg, echo,
			    VSPAN_NLGRP_CONFIG, GFP_KERNEL);
	else
		genlmsg_multicast_netns(&vspan_nl_family, net, msg, 0,
					VSPAN_NLGRP_CONFIG, GFP_KERNEL);
}

/**
 * vspan_nl_notify - notify the listeners in a netns of a change
 * @net: the netns
 * @cmd: VSPAN_CMD_*_NTF
 * @fill: function that puts the attributes of @obj into the message
 * @obj: the object
 *
 * If there is no memory for the message, listeners get the error ENOBUFS, which tells
 * them that they have missed a change.
 *
 * Context: RTNL.
 */
void vspan_nl_notify(struct net *net, u8 cmd, vspan_nl_fill_fn *fill,
		     union vspan_nl_object obj)
{
	struct genl_info *echo = vspan_nl_echo_in(net);
	struct vspan_net *vn = vspan_net(net);
	struct sk_buff *msg;
	void *hdr;

	ASSERT_RTNL();
	/* A dump with sequence number 0 is never marked as interrupted. */
	if (!++vn->generation)
		vn->generation++;
	if (!echo && !genl_has_listeners(&vspan_nl_family, net, VSPAN_NLGRP_CONFIG))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	hdr = msg ? genlmsg_put(msg, echo ? echo->snd_portid : 0,
				echo ? echo->snd_seq : 0, &vspan_nl_family, 0, cmd) : NULL;
	if (!hdr || fill(msg, net, obj)) {
		nlmsg_free(msg);
		genl_set_err(&vspan_nl_family, net, 0, VSPAN_NLGRP_CONFIG,
			     -ENOBUFS);
		return;
	}
	genlmsg_end(msg, hdr);
	vspan_nl_send(net, msg, echo);
}
