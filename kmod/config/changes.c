// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners for changes of the configuration. Netlink and the audit log subscribe here,
 * so that the files of config/ do not depend on them.
 */
#include <linux/rtnetlink.h>

#include "config/changes.h"

/* Protected by RTNL. */
static LIST_HEAD(vspan_changes_listeners);

/**
 * vspan_changes_subscribe - add a listener
 * @ops: the functions to call
 *
 * Context: takes RTNL.
 */
void vspan_changes_subscribe(struct vspan_changes_ops *ops)
{
	rtnl_lock();
	list_add_tail(&ops->node, &vspan_changes_listeners);
	rtnl_unlock();
}

/**
 * vspan_changes_unsubscribe - remove a listener
 * @ops: the argument of vspan_changes_subscribe()
 *
 * Context: takes RTNL.
 */
void vspan_changes_unsubscribe(struct vspan_changes_ops *ops)
{
	rtnl_lock();
	list_del(&ops->node);
	rtnl_unlock();
}

/**
 * vspan_changes_span - report a change of a span
 * @vs: the span
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_changes_span(const struct vspan_dev *vs, enum vspan_change what)
{
	const struct vspan_changes_ops *ops;

	list_for_each_entry(ops, &vspan_changes_listeners, node)
		if (ops->span)
			ops->span(vs, what);
}

/**
 * vspan_changes_move - report that a span was moved to another netns
 * @vs: the span, in its new netns
 * @from: inode number of its old netns
 *
 * Context: RTNL.
 */
void vspan_changes_move(const struct vspan_dev *vs, unsigned int from)
{
	const struct vspan_changes_ops *ops;

	list_for_each_entry(ops, &vspan_changes_listeners, node)
		if (ops->move)
			ops->move(vs, from);
}

/**
 * vspan_changes_source - report a change of a source
 * @src: the source
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_changes_source(const struct vspan_source *src, enum vspan_change what)
{
	const struct vspan_changes_ops *ops;

	list_for_each_entry(ops, &vspan_changes_listeners, node)
		if (ops->source)
			ops->source(src, what);
}

/**
 * vspan_changes_binding - report a change of a binding
 * @b: the binding
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_changes_binding(const struct vspan_binding *b, enum vspan_change what)
{
	const struct vspan_changes_ops *ops;

	list_for_each_entry(ops, &vspan_changes_listeners, node)
		if (ops->binding)
			ops->binding(b, what);
}

/**
 * vspan_changes_output - report a change of an output
 * @out: the output
 * @what: what has happened
 *
 * Context: RTNL.
 */
void vspan_changes_output(const struct vspan_output *out, enum vspan_change what)
{
	const struct vspan_changes_ops *ops;

	list_for_each_entry(ops, &vspan_changes_listeners, node)
		if (ops->output)
			ops->output(out, what);
}
