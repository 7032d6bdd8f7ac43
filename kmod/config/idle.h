/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_IDLE_H
#define _VSPAN_CONFIG_IDLE_H

struct vspan_dev;

void vspan_idle_init(struct vspan_dev *vs);
void vspan_idle_end(struct vspan_dev *vs);
void vspan_idle_look(struct vspan_dev *vs);
void vspan_idle_wake(struct vspan_dev *vs);

#endif /* _VSPAN_CONFIG_IDLE_H */
