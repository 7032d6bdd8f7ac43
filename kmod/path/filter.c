// SPDX-License-Identifier: GPL-2.0
/* Runs a filter of config/filter.c on a frame. */
#include <linux/filter.h>

#include "path/filter.h"

/**
 * vspan_filter_run - does a filter select a frame?
 * @f: the filter
 * @skb: the frame; data at the MAC header
 *
 * Context: BH off, RCU.
 * Return: true if so.
 */
bool vspan_filter_run(const struct vspan_filter *f, const struct sk_buff *skb)
{
	return bpf_prog_run_pin_on_cpu(f->prog, skb);
}
