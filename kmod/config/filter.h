/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_FILTER_H
#define _VSPAN_CONFIG_FILTER_H

struct sock_filter;
struct vspan_filter;

struct vspan_filter *vspan_filter_create(struct sock_filter *insns,
					 unsigned int len, const char *text);
struct vspan_filter *vspan_filter_get(struct vspan_filter *f);
void vspan_filter_put(struct vspan_filter *f);

#endif /* _VSPAN_CONFIG_FILTER_H */
