// SPDX-License-Identifier: GPL-2.0
/* Nodes of taps have the numbers of their devices, which are counted in each network
 * namespace: a node may be that of another namespace's device.
 */
#include "tapnode.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static bool sysfs_number(const char *span, uint32_t ifindex,
			 struct tap_number *number)
{
	char path[128];
	bool ok;
	FILE *fp;

	snprintf(path, sizeof(path), "/sys/class/net/%.20s/tap%u/dev", span,
		 ifindex);
	fp = fopen(path, "re");
	if (!fp)
		return false;
	ok = fscanf(fp, "%u:%u", &number->major, &number->minor) == 2;
	fclose(fp);
	return ok;
}

/**
 * tap_node - Is the node of a span's tap the span's?
 * @span: name of the span
 * @ifindex: number of its device
 * @number: gets what the node has to be, unless that is unknown
 *
 * Return: what the node is.
 */
enum tap_node tap_node(const char *span, uint32_t ifindex,
		       struct tap_number *number)
{
	char path[32];
	struct stat st;

	if (!sysfs_number(span, ifindex, number))
		return TAP_NODE_UNKNOWN;
	snprintf(path, sizeof(path), "/dev/tap%u", ifindex);
	if (stat(path, &st) < 0)
		return TAP_NODE_MISSING;
	return S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(number->major, number->minor) ?
	       TAP_NODE_RIGHT : TAP_NODE_OTHER;
}
