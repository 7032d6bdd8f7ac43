/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_DEVICE_H
#define _VSPAN_CONFIG_DEVICE_H

#include <linux/limits.h>
#include <linux/list.h>

struct rtnl_link_ops;

/* Room for many bursts of one NAPI budget per CPU. */
#define VSPAN_QLEN_DEFAULT	4096

/* Newer kernels limit txqueuelen of all devices to S16_MAX. A queue of length 0 would
 * take no frame.
 */
#define VSPAN_QLEN_MIN		1
#define VSPAN_QLEN_MAX		S16_MAX

extern struct rtnl_link_ops vspan_link_ops;
extern struct list_head vspan_devs;

/**
 * vspan_dev_qlen_fits - is a queue length valid for a span?
 * @qlen: txqueuelen of the span
 *
 * All ways to set it use this check, so that a saved value can be restored.
 *
 * Return: true if it is.
 */
static inline bool vspan_dev_qlen_fits(unsigned int qlen)
{
	return qlen >= VSPAN_QLEN_MIN && qlen <= VSPAN_QLEN_MAX;
}

#endif /* _VSPAN_CONFIG_DEVICE_H */
