/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_TAPDEV_H
#define _VSPAN_TAPDEV_H

#include <linux/limits.h>
#include <linux/types.h>

struct vspan_dev;

/* Newer kernels limit txqueuelen of all devices to S16_MAX. A queue of length 0 would
 * take no frame.
 */
#define VSPAN_QLEN_MIN		1
#define VSPAN_QLEN_MAX		S16_MAX

int vspan_tapdev_init(void);
void vspan_tapdev_uninit(void);
int vspan_tapdev_setup(struct vspan_dev *vs);
void vspan_tapdev_unset(struct vspan_dev *vs);
int vspan_tapdev_event(struct vspan_dev *vs, unsigned long event);

/**
 * vspan_tapdev_qlen_fits - is a queue length valid for a span?
 * @qlen: txqueuelen of the span
 *
 * All ways to set it use this check, so that a saved value can be restored.
 *
 * Return: true if it is.
 */
static inline bool vspan_tapdev_qlen_fits(unsigned int qlen)
{
	return qlen >= VSPAN_QLEN_MIN && qlen <= VSPAN_QLEN_MAX;
}

#endif /* _VSPAN_TAPDEV_H */
