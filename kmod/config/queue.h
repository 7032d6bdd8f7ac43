/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_QUEUE_H
#define _VSPAN_CONFIG_QUEUE_H

struct vspan_dev;

int vspan_queue_init(void);
void vspan_queue_uninit(void);
int vspan_queue_create(struct vspan_dev *vs);
void vspan_queue_open(struct vspan_dev *vs);
void vspan_queue_close(struct vspan_dev *vs);
void vspan_queue_unlink(struct vspan_dev *vs);
void vspan_queue_destroy(struct vspan_dev *vs);

#endif /* _VSPAN_CONFIG_QUEUE_H */
