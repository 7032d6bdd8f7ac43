/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_FILTER_H
#define VSPANCTL_FILTER_H

#include <stddef.h>
#include <libmnl/libmnl.h>

int filter_check(const char *text, char *err, size_t len);
const char *filter_says(const char *text);
int filter_put(struct nlmsghdr *nlh, uint16_t type, const char *text,
	       char *err, size_t len);
void filter_close(void);

/* filter_names.c */
int filter_resolve(char *text, char *err, size_t len);

#endif /* VSPANCTL_FILTER_H */
