// SPDX-License-Identifier: GPL-2.0
/*
 * Filters: classic BPF programs like socket filters, checked and compiled by the
 * kernel. Several rules can share one.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/slab.h>

#include "config/filter.h"
#include "path/filter.h"

/**
 * vspan_filter_create - make a filter from a program
 * @insns: the program
 * @len: number of instructions
 * @text: the filter expression it was compiled from, or ""
 *
 * Context: process.
 * Return: a filter with one reference; ERR_PTR(-EINVAL) for a program that the
 *	kernel refuses, ERR_PTR(-ENOMEM).
 */
struct vspan_filter *vspan_filter_create(struct sock_filter *insns,
					 unsigned int len, const char *text)
{
	struct sock_fprog_kern prog = { .len = len, .filter = insns };
	struct vspan_filter *f;
	int err = -ENOMEM;

	f = kzalloc(struct_size(f, text, strlen(text) + 1),
		    GFP_KERNEL_ACCOUNT);
	if (!f)
		return ERR_PTR(-ENOMEM);
	err = bpf_prog_create(&f->prog, &prog);
	if (err) {
		kfree(f);
		return ERR_PTR(err);
	}
	refcount_set(&f->refs, 1);
	memcpy(f->text, text, strlen(text) + 1);
	return f;
}

/**
 * vspan_filter_get - take another reference
 * @f: a filter or NULL
 *
 * Return: @f.
 */
struct vspan_filter *vspan_filter_get(struct vspan_filter *f)
{
	if (f)
		refcount_inc(&f->refs);
	return f;
}

/**
 * vspan_filter_put - drop a reference
 * @f: a filter or NULL; freed with the last reference
 *
 * The packet path must no longer use the filter.
 *
 * Context: any except hard interrupts.
 */
void vspan_filter_put(struct vspan_filter *f)
{
	if (!f || !refcount_dec_and_test(&f->refs))
		return;
	bpf_prog_destroy(f->prog);
	kfree(f);
}
