/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_ORDER_H
#define _VSPAN_ORDER_H

#include <linux/types.h>

struct sk_buff;

int vspan_order_l3(const struct sk_buff *skb, __be16 *proto);
unsigned int vspan_order_flow(const struct sk_buff *skb);

#endif /* _VSPAN_ORDER_H */
