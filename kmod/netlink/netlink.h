/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_NETLINK_H
#define _VSPAN_NETLINK_H

int vspan_netlink_init(void);
void vspan_netlink_uninit(void);

#endif /* _VSPAN_NETLINK_H */
