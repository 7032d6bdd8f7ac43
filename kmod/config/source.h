/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_SOURCE_H
#define _VSPAN_CONFIG_SOURCE_H

#include <linux/list.h>
#include <uapi/linux/vspan.h>

struct net;
struct netlink_ext_ack;
struct vspan_dev;
struct vspan_rule;
struct vspan_source;

/**
 * struct vspan_source_key - identifies a source within a netns
 * @vs: the span; not its name, which another span can take over
 * @name: name of the source
 * @kind: whether @name is a device, a pattern or a master
 */
struct vspan_source_key {
	struct vspan_dev *vs;
	const char *name;
	enum vspan_kind kind;
};

struct vspan_source *vspan_source_find(struct net *net,
				       const struct vspan_source_key *key);
int vspan_source_create(struct net *net, const struct vspan_source_key *key,
			struct vspan_rule *rule,
			struct netlink_ext_ack *extack);
int vspan_source_change(struct vspan_source *src, struct vspan_rule *rule,
			struct netlink_ext_ack *extack);
void vspan_source_doom(struct vspan_source *src, struct list_head *doomed);
void vspan_source_destroy_all(struct list_head *doomed);
void vspan_source_destroy(struct vspan_source *src);
bool vspan_source_dormant(const struct vspan_source *src,
			  enum vspan_dormant *why);

#endif /* _VSPAN_CONFIG_SOURCE_H */
