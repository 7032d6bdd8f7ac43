/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_BINDING_H
#define _VSPAN_CONFIG_BINDING_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct net;
struct net_device;
struct vspan_binding;
struct vspan_source;

struct vspan_binding *vspan_binding_create(struct vspan_source *src,
					   struct net_device *dev, u32 dirs,
					   enum vspan_hook hook);
int vspan_binding_replace(struct vspan_binding *old, struct vspan_source *src,
			  u32 dirs, enum vspan_hook hook);
void vspan_binding_destroy(struct vspan_binding *b);
void vspan_binding_destroy_all(struct net_device *dev);
void vspan_binding_update(struct vspan_source *src, u32 dir);
int vspan_binding_rehook(struct vspan_source *src);
bool vspan_binding_stays(const struct vspan_binding *b, enum vspan_hook hook);
struct vspan_binding *vspan_binding_first(const struct net_device *dev,
					  enum vspan_hook hook);
struct vspan_binding *vspan_binding_astray(const struct net *net);

#endif /* _VSPAN_CONFIG_BINDING_H */
