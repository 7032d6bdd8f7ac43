/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_TAPDEV_H
#define _VSPAN_TAPDEV_H

struct vspan_dev;

int vspan_tapdev_init(void);
void vspan_tapdev_uninit(void);
int vspan_tapdev_setup(struct vspan_dev *vs);
void vspan_tapdev_unset(struct vspan_dev *vs);
int vspan_tapdev_event(struct vspan_dev *vs, unsigned long event);

#endif /* _VSPAN_TAPDEV_H */
