/* SPDX-License-Identifier: GPL-2.0 */
/* Limits for network namespaces that do not belong to the initial user namespace. */
#ifndef _VSPAN_TENANT_H
#define _VSPAN_TENANT_H

#include <linux/types.h>

struct net;
struct netlink_ext_ack;

int vspan_tenant_init(void);
void vspan_tenant_uninit(void);
bool vspan_tenant_owns(const struct net *net);
int vspan_tenant_charge(const struct net *net, struct netlink_ext_ack *extack);
void vspan_tenant_uncharge(const struct net *net);

#endif /* _VSPAN_TENANT_H */
