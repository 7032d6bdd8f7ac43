/* SPDX-License-Identifier: GPL-2.0 */
/* Recognizes frames that must not be copied again. */
#ifndef _VSPAN_LOOP_H
#define _VSPAN_LOOP_H

#include <linux/types.h>

struct net;
struct net_device;
struct packet_type;
struct sk_buff;
struct sock;
struct vspan_dev;

bool vspan_loop_stamp(struct sk_buff *skb, const struct net *net);
bool vspan_loop_sent(struct packet_type *pt, struct sock *sk);
bool vspan_loop(const struct vspan_dev *vs, const struct sk_buff *skb,
		struct net_device *dev);

#endif /* _VSPAN_LOOP_H */
