/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_RULE_H
#define _VSPAN_CONFIG_RULE_H

struct vspan_rule;

struct vspan_rule *vspan_rule_dup(const struct vspan_rule *old);
void vspan_rule_free(struct vspan_rule *rule);
void vspan_rule_retire(struct vspan_rule *rule);

#endif /* _VSPAN_CONFIG_RULE_H */
