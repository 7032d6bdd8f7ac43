/* SPDX-License-Identifier: GPL-2.0 */
/* Divides flows among several spans. */
#ifndef _VSPAN_SHARE_H
#define _VSPAN_SHARE_H

#include <linux/types.h>

struct sk_buff;
struct vspan_rule;

bool vspan_share_has(const struct vspan_rule *rule, const struct sk_buff *skb);

#endif /* _VSPAN_SHARE_H */
