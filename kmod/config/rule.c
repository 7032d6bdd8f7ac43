// SPDX-License-Identifier: GPL-2.0
/* Allocates and frees rules. */
#include <linux/slab.h>

#include "config/filter.h"
#include "config/rule.h"
#include "path/rule.h"

/**
 * vspan_rule_dup - allocate a rule, to be changed before it is used
 * @old: rule to copy, or NULL for an empty rule
 *
 * Return: the rule or NULL.
 */
struct vspan_rule *vspan_rule_dup(const struct vspan_rule *old)
{
	struct vspan_rule *rule;

	if (!old)
		return kzalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);
	rule = kmemdup(old, sizeof(*old), GFP_KERNEL_ACCOUNT);
	if (rule)
		vspan_filter_get(rule->filter);
	return rule;
}

/**
 * vspan_rule_free - free a rule that the packet path does not use
 * @rule: the rule or NULL
 */
void vspan_rule_free(struct vspan_rule *rule)
{
	if (!rule)
		return;
	vspan_filter_put(rule->filter);
	kfree(rule);
}

static void vspan_rule_free_rcu(struct rcu_head *rcu)
{
	vspan_rule_free(container_of(rcu, struct vspan_rule, rcu));
}

/**
 * vspan_rule_retire - free a rule when the packet path no longer uses it
 * @rule: the rule, already replaced
 */
void vspan_rule_retire(struct vspan_rule *rule)
{
	call_rcu(&rule->rcu, vspan_rule_free_rcu);
}
