/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_BRIDGE_H
#define _VSPAN_BRIDGE_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct sk_buff;
struct vspan_port;

u16 vspan_bridge_vid(const struct vspan_port *port, const struct sk_buff *skb,
		     enum vspan_dir dir);
bool vspan_bridge_tag(struct sk_buff *skb, const struct vspan_port *port,
		      enum vspan_dir dir);

#endif /* _VSPAN_BRIDGE_H */
