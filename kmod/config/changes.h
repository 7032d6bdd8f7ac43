/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CHANGES_H
#define _VSPAN_CHANGES_H

#include <linux/list.h>

struct vspan_binding;
struct vspan_dev;
struct vspan_output;
struct vspan_source;

/**
 * enum vspan_change - what has happened to an object
 * @VSPAN_CHANGE_NEW: it was created
 * @VSPAN_CHANGE_SET: it was changed
 * @VSPAN_CHANGE_DEL: it is about to be deleted
 */
enum vspan_change {
	VSPAN_CHANGE_NEW,
	VSPAN_CHANGE_SET,
	VSPAN_CHANGE_DEL,
};

/**
 * struct vspan_changes_ops - a listener for changes of the configuration
 * @node: entry in the list of listeners; RTNL
 * @span: a span has changed
 * @move: a span was moved to another netns; @from is the inode number of the old one
 * @source: a source has changed
 * @binding: a binding has changed
 * @output: an output has changed
 *
 * All functions are called under RTNL. A function that is not needed is NULL.
 */
struct vspan_changes_ops {
	struct list_head node;
	void (*span)(const struct vspan_dev *vs, enum vspan_change what);
	void (*move)(const struct vspan_dev *vs, unsigned int from);
	void (*source)(const struct vspan_source *src, enum vspan_change what);
	void (*binding)(const struct vspan_binding *b, enum vspan_change what);
	void (*output)(const struct vspan_output *out, enum vspan_change what);
};

void vspan_changes_subscribe(struct vspan_changes_ops *ops);
void vspan_changes_unsubscribe(struct vspan_changes_ops *ops);
void vspan_changes_span(const struct vspan_dev *vs, enum vspan_change what);
void vspan_changes_move(const struct vspan_dev *vs, unsigned int from);
void vspan_changes_source(const struct vspan_source *src, enum vspan_change what);
void vspan_changes_binding(const struct vspan_binding *b, enum vspan_change what);
void vspan_changes_output(const struct vspan_output *out, enum vspan_change what);

#endif /* _VSPAN_CHANGES_H */
