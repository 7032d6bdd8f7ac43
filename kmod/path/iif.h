/* SPDX-License-Identifier: GPL-2.0 */
/* Tells whether skb_iif is the device of this netns that has received a frame. */
#ifndef _VSPAN_IIF_H
#define _VSPAN_IIF_H

#include <linux/types.h>

struct net_device;

bool vspan_iif_known(struct net_device *dev);
bool vspan_iif_is_set_by(const struct net_device *dev);

#endif /* _VSPAN_IIF_H */
