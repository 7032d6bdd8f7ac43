/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_ALTNAME_H
#define VSPANCTL_ALTNAME_H

#include <stdbool.h>
#include <linux/if.h>

#include "nl/link.h"

/**
 * struct altname - A device that a pattern misses, and an alternative name that it matches.
 * @link: the device
 * @name: the alternative name
 */
struct altname {
	struct link link;
	char name[ALTIFNAMSIZ];
};

/**
 * struct altnames - What a pattern matches by own and by alternative names.
 * @pattern: the pattern
 * @has_own: it matches the own name of a device
 * @missed: array of struct altname, one for each device that it misses
 */
struct altnames {
	const char *pattern;
	bool has_own;
	struct array missed;
};

int altnames_cb(const struct nlmsghdr *nlh, void *data);
int altnames_read(struct altnames *a, struct nl *nl);
const char *altname_to_add(const struct altname *alt);

#endif /* VSPANCTL_ALTNAME_H */
