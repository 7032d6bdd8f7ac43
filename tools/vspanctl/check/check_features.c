// SPDX-License-Identifier: GPL-2.0
/* check: offloads of a device. The ioctl also works on kernels without ethtool netlink,
 * and for virtual devices.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "check/check.h"

#define FEATURES_MAX	256

static int ethtool(int fd, const char *dev, void *cmd)
{
	struct ifreq ifr = { .ifr_data = cmd };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	return ioctl(fd, SIOCETHTOOL, &ifr);
}

/* The number of a feature differs among kernels. */
static int feature_number(int fd, const char *dev, const char *name)
{
	struct ethtool_gstrings *s;
	int i, number = -1;

	s = calloc(1, sizeof(*s) + FEATURES_MAX * ETH_GSTRING_LEN);
	if (!s)
		return -1;
	s->cmd = ETHTOOL_GSTRINGS;
	s->string_set = ETH_SS_FEATURES;
	/* 0 is for all there are: another number must be right. */
	if (!ethtool(fd, dev, s))
		for (i = 0; i < (int)s->len && i < FEATURES_MAX; i++)
			if (!strncmp((char *)s->data + i * ETH_GSTRING_LEN,
				     name, ETH_GSTRING_LEN))
				number = i;
	free(s);
	return number;
}

static bool feature_is_on(int fd, const char *dev, int number)
{
	struct ethtool_gfeatures *f;
	bool on = false;

	f = calloc(1, sizeof(*f) + FEATURES_MAX / 32 * sizeof(f->features[0]));
	if (!f)
		return false;
	f->cmd = ETHTOOL_GFEATURES;
	f->size = FEATURES_MAX / 32;
	if (!ethtool(fd, dev, f) && number / 32 < (int)f->size)
		on = f->features[number / 32].active & 1U << number % 32;
	free(f);
	return on;
}

/**
 * link_feature - Is an offload of a device on?
 * @dev: name of the device
 * @name: name of the offload, as ethtool's netlink has it
 *
 * Return: true if it is; false if it is not, or is not known.
 */
bool link_feature(const char *dev, const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool on = false;
	int number;

	if (fd < 0)
		return false;
	number = feature_number(fd, dev, name);
	if (number >= 0)
		on = feature_is_on(fd, dev, number);
	close(fd);
	return on;
}
