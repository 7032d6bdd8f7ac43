/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_HOOK_H
#define _VSPAN_HOOK_H

#include <linux/netdevice.h>

int vspan_hook_tap_rcv(struct sk_buff *skb, struct net_device *dev,
		       struct packet_type *pt, struct net_device *orig_dev);
rx_handler_result_t vspan_hook_slot_rcv(struct sk_buff **pskb);

#endif /* _VSPAN_HOOK_H */
