/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_MIRROR_H
#define _VSPAN_MIRROR_H

#include <uapi/linux/vspan.h>

struct sk_buff;
struct vspan_port;

void vspan_mirror(struct vspan_port *port, struct sk_buff *skb,
		  enum vspan_dir dir);

#endif /* _VSPAN_MIRROR_H */
