/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_ARGS_H
#define VSPANCTL_ARGS_H

#include <stdint.h>
#include <libmnl/libmnl.h>
#include <linux/vspan.h>

#define QLEN_MIN	1
#define QLEN_MAX	1048576
#define QUEUES_MIN	1
#define QUEUES_MAX	256	/* of a tap, in the kernel */

/* Which words were given; each has a row in the table of args.c. */
enum {
	HAS_SPAN	= 1 << 0,
	HAS_DIR		= 1 << 1,
	HAS_VLANS	= 1 << 2,
	HAS_FRAMES	= 1 << 3,
	HAS_QLEN	= 1 << 4,
	HAS_TARGET	= 1 << 5,
	HAS_VID		= 1 << 6,
	HAS_STRIP	= 1 << 7,
	HAS_QUEUES	= 1 << 8,
};

/* What can be changed at a source, at a span; what an output can have. */
#define ARGS_SOURCE	(HAS_DIR | HAS_VLANS)
#define ARGS_SPAN	(HAS_FRAMES | HAS_QLEN)
#define ARGS_OUTPUT	(HAS_TARGET | HAS_VID | HAS_STRIP)

/**
 * struct args - A parsed command line.
 * @has: HAS_* of the words given
 * @source: name of the source device
 * @span: name of the span
 * @dir: VSPAN_DIR_* bits
 * @vlans: VLANs to copy
 * @frames: VSPAN_FRAMES_*
 * @qlen: frames in a queue
 * @dev: name of the device of an output, "" if it is a psample group
 * @group: number of that group
 * @vid: VLAN of the tag of an output
 * @queues: queues of the virtual machine's device
 * @err: a sentence if parsing failed
 */
struct args {
	unsigned int has;
	char source[VSPAN_NAME_LEN + 1];
	char span[VSPAN_NAME_LEN + 1];
	uint32_t dir;
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN];
	uint32_t frames;
	uint32_t qlen;
	char dev[VSPAN_NAME_LEN + 1];
	uint32_t group;
	uint16_t vid;
	uint32_t queues;
	char err[320];
};

int args_source(struct args *a, const char *cmd, unsigned int allowed,
		int argc, char **argv);
int args_span(struct args *a, const char *cmd, unsigned int allowed,
	      int argc, char **argv);
int args_output(struct args *a, const char *cmd, unsigned int allowed,
		int argc, char **argv);
int args_optional_span(struct args *a, const char *cmd, int argc, char **argv);
void args_put(struct nlmsghdr *nlh, const struct args *a, unsigned int which);

#endif /* VSPANCTL_ARGS_H */
