/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_READER_H
#define _VSPAN_READER_H

#include <linux/types.h>

struct net_device;
struct vspan_dev;

bool vspan_reader_has_guide(const struct net_device *dev);
bool vspan_reader_has_others(const struct net_device *dev);
bool vspan_reader_any(const struct vspan_dev *vs);

#endif /* _VSPAN_READER_H */
