/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_SELECT_H
#define _VSPAN_SELECT_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct sk_buff;
struct vspan_port;
struct vspan_rule;

u16 vspan_select_vid(const struct vspan_port *port, const struct sk_buff *skb,
		     enum vspan_dir dir);
bool vspan_select(const struct vspan_rule *rule, const struct vspan_port *port,
		  const struct sk_buff *skb, enum vspan_dir dir);

#endif /* _VSPAN_SELECT_H */
