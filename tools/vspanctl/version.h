/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_VERSION_H
#define VSPANCTL_VERSION_H

#include <stdbool.h>
#include <stddef.h>

#include "nl/nl.h"

#define VERSION_LEN	64

int version_cmp(const char *x, const char *y);
bool module_version(char *buf, size_t size);
void version_print(void);
const char *version_why(const struct nl_sock *s, int err, char *buf, size_t size);

#endif /* VSPANCTL_VERSION_H */
