/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_LIMIT_H
#define _VSPAN_LIMIT_H

#include <linux/types.h>

struct vspan_rule;
struct vspan_source;

bool vspan_limit_sample(const struct vspan_rule *rule);
bool vspan_limit_rate(struct vspan_source *src, const struct vspan_rule *rule,
		      unsigned int n);

#endif /* _VSPAN_LIMIT_H */
