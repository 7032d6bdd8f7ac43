/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_NETNS_H
#define VSPANCTL_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nl/nl.h"

#define NETNS_LEN	255	/* of a file name */

bool netns_can_be(const char *name);
int netns_open(const char *name);
bool netns_is_ours(int fd);
int netns_id(struct nl *nl, int fd, int32_t *netnsid);
bool netns_name(struct nl *nl, int32_t netnsid, char *buf, size_t len);

#endif /* VSPANCTL_NETNS_H */
