// SPDX-License-Identifier: GPL-2.0
/*
 * Who hears of changes of the configuration. The configuration does not know who tells
 * user space, or writes records: they subscribe.
 */
#include <linux/rtnetlink.h>

#include "config/changes.h"

/* RTNL */
static LIST_HEAD(vspan_changes_listeners);

/**
 * vspan_changes_subscribe - be told of changes
 * @ops: how
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
 * vspan_changes_unsubscribe - be told no more
 * @ops: as it was given to vspan_changes_subscribe()
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
 * vspan_changes_span - a span has changed
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
 * vspan_changes_move - a span is in another netns, where others read it
 * @vs: the span, in its new netns
 * @from: number of the netns it was in
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
 * vspan_changes_source - a source has changed
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
 * vspan_changes_binding - a binding has changed
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
 * vspan_changes_output - an output has changed
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
