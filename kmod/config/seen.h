/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_SEEN_H
#define _VSPAN_CONFIG_SEEN_H

#include <linux/types.h>

struct vspan_dev;

int vspan_seen_create(struct vspan_dev *vs);
void vspan_seen_destroy(struct vspan_dev *vs);
void vspan_seen_flush(struct vspan_dev *vs);
u8 vspan_seen_mark_get(struct vspan_dev *vs);
void vspan_seen_mark_put(struct vspan_dev *vs, u8 mark);

#endif /* _VSPAN_CONFIG_SEEN_H */
