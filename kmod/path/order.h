/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_ORDER_H
#define _VSPAN_ORDER_H

struct sk_buff;

unsigned int vspan_order_flow(const struct sk_buff *skb);

#endif /* _VSPAN_ORDER_H */
