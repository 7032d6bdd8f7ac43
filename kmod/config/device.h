/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_DEVICE_H
#define _VSPAN_CONFIG_DEVICE_H

#include <linux/list.h>

struct rtnl_link_ops;

/* Room for many bursts of one NAPI budget per CPU. */
#define VSPAN_QLEN_DEFAULT	4096

extern struct rtnl_link_ops vspan_link_ops;
extern struct list_head vspan_devs;

#endif /* _VSPAN_CONFIG_DEVICE_H */
