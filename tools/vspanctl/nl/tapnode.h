/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_TAPNODE_H
#define VSPANCTL_TAPNODE_H

#include <stdint.h>

/* The state of /dev/tapN, where N is the index of a span's device. */
enum tap_node {
	TAP_NODE_UNKNOWN,	/* sysfs does not tell: a tenant's span has none */
	TAP_NODE_RIGHT,
	TAP_NODE_MISSING,
	TAP_NODE_OTHER,		/* another device's, whose reader gets that one's frames */
};

/**
 * struct tap_number - The numbers by which a device node is made.
 * @major: of the driver
 * @minor: of the device
 */
struct tap_number {
	unsigned int major;
	unsigned int minor;
};

enum tap_node tap_node(const char *span, uint32_t ifindex,
		       struct tap_number *number);

#endif /* VSPANCTL_TAPNODE_H */
