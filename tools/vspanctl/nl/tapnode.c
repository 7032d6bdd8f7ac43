// SPDX-License-Identifier: GPL-2.0
/* A node /dev/tapN is named after the interface index of its device. Each network
 * namespace has its own indexes, so the node may belong to a device of another one.
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

/* Open a sysfs of the current netns. The one at /sys shows the netns of the process that
 * has mounted it, which is another one after -n or nsenter(1), and may have a device with
 * the span's name and index. The new sysfs is not attached to a path and ends with its
 * descriptor. Returns -1 without the right to mount, or on kernels before 5.2.
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

/* Without the right to mount, -n is not possible either, so /sys is right. */
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
