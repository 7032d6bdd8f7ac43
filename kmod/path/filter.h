/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_FILTER_H
#define _VSPAN_FILTER_H

#include <linux/refcount.h>
#include <linux/types.h>

struct bpf_prog;
struct sk_buff;

/**
 * struct vspan_filter - a program that selects frames
 * @prog: the program
 * @refs: number of rules that use it
 * @text: the filter expression it was compiled from
 */
struct vspan_filter {
	struct bpf_prog *prog;
	refcount_t refs;
	char text[];
};

bool vspan_filter_run(const struct vspan_filter *f, const struct sk_buff *skb);

#endif /* _VSPAN_FILTER_H */
