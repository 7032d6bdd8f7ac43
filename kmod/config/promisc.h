/* SPDX-License-Identifier: GPL-2.0 */
/* Makes devices promiscuous for bindings. */
#ifndef _VSPAN_PROMISC_H
#define _VSPAN_PROMISC_H

#include <linux/types.h>

struct net;
struct net_device;
struct vspan_binding;

void vspan_promisc_init(struct vspan_binding *b, struct net_device *dev);
void vspan_promisc_want(struct vspan_binding *b, bool want);
void vspan_promisc_move(struct vspan_binding *old, struct vspan_binding *b);
void vspan_promisc_end(struct vspan_binding *b);
void vspan_promisc_run(const struct net *net);
void vspan_promisc_run_dev(const struct net_device *dev);
void vspan_promisc_uninit(void);

#endif /* _VSPAN_PROMISC_H */
