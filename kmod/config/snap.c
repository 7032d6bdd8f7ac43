// SPDX-License-Identifier: GPL-2.0
/* The BPF program with which path/snap.c finds the payload. */
#include <linux/filter.h>

#include "config/snap.h"
#include "path/snap.h"

/**
 * vspan_snap_init - create the program that calls the flow dissector
 *
 * Return: 0 or a negative errno.
 */
int vspan_snap_init(void)
{
	static struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 SKF_AD_OFF + SKF_AD_PAY_OFFSET),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	struct sock_fprog_kern prog = {
		.len = ARRAY_SIZE(insns), .filter = insns,
	};

	return bpf_prog_create(&vspan_snap_poff, &prog);
}

/**
 * vspan_snap_uninit - free the program
 */
void vspan_snap_uninit(void)
{
	bpf_prog_destroy(vspan_snap_poff);
}
