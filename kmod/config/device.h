/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_DEVICE_H
#define _VSPAN_CONFIG_DEVICE_H

#include <linux/limits.h>
#include <linux/list.h>

struct rtnl_link_ops;

/* A burst of one NAPI budget per CPU must fit many times over. */
#define VSPAN_QLEN_DEFAULT	4096

/* What newer kernels bound txqueuelen to for every device; an empty queue takes
 * nothing.
 */
#define VSPAN_QLEN_MIN		1
#define VSPAN_QLEN_MAX		S16_MAX

extern struct rtnl_link_ops vspan_link_ops;
extern struct list_head vspan_devs;

/**
 * vspan_dev_qlen_fits - may a span have queues of that length?
 * @qlen: its txqueuelen
 *
 * Return: true if so. What is saved of a span can so be restored.
 */
static inline bool vspan_dev_qlen_fits(unsigned int qlen)
{
	return qlen >= VSPAN_QLEN_MIN && qlen <= VSPAN_QLEN_MAX;
}

#endif /* _VSPAN_CONFIG_DEVICE_H */
