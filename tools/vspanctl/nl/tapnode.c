// SPDX-License-Identifier: GPL-2.0
/* Nodes of taps have the numbers of their devices, which are counted in each network
 * namespace: a node may be that of another namespace's device.
 */
#include "nl/tapnode.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

/* What is mounted at /sys is the sysfs of the netns that its mounter was in, and -n or
 * nsenter(1) have led elsewhere: a device there may have the span's name and number. One
 * of our own is mounted nowhere, and ends with its descriptor. -1 if that is not ours
 * to do, or the kernel is older than 5.2.
 */
static int sysfs_open(void)
{
	int fs, fd = -1;

	fs = syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	return fd;
}

/* Who cannot mount has not come here by -n either. */
static int sysfs_open_span(const char *span, uint32_t ifindex)
{
	char path[64];
	int sysfs = sysfs_open(), fd;

	snprintf(path, sizeof(path), "class/net/%.20s/tap%u/dev", span, ifindex);
	if (sysfs < 0)
		sysfs = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = openat(sysfs, path, O_RDONLY | O_CLOEXEC);
	if (sysfs >= 0)
		close(sysfs);
	return fd;
}

static bool sysfs_number(const char *span, uint32_t ifindex,
			 struct tap_number *number)
{
	int fd = sysfs_open_span(span, ifindex);
	FILE *fp = fd < 0 ? NULL : fdopen(fd, "r");
	bool ok;

	if (!fp) {
		if (fd >= 0)
			close(fd);
		return false;
	}
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
