/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_SNAP_H
#define _VSPAN_SNAP_H

#include <linux/types.h>

struct bpf_prog;
struct sk_buff;
struct vspan_rule;

extern struct bpf_prog *vspan_snap_poff;

unsigned int vspan_snap_l3(const struct sk_buff *skb, __be16 *type);
u32 vspan_snap_rule(const struct vspan_rule *rule);
unsigned int vspan_snap_len(struct sk_buff *skb, u32 snap);
bool vspan_snap_may_trim(const struct sk_buff *skb);
void vspan_snap_trim(struct sk_buff *skb, unsigned int len);
struct sk_buff *vspan_snap_copy(const struct sk_buff *skb, unsigned int len);

#endif /* _VSPAN_SNAP_H */
