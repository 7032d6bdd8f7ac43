/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_ALTNAME_H
#define _VSPAN_ALTNAME_H

#include <linux/types.h>

struct net_device;

void vspan_altname_init(void);
bool vspan_altname_match(const struct net_device *dev, const char *pattern);

#endif /* _VSPAN_ALTNAME_H */
