/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_OUTPUT_H
#define _VSPAN_CONFIG_OUTPUT_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct net;
struct net_device;
struct netlink_ext_ack;
struct vspan_dev;
struct vspan_output;

/**
 * struct vspan_output_key - identifies an output within a netns
 * @vs: the span; not its name, which another span can take over
 * @dev: name of the device, or NULL for a group
 * @group: number of the psample group
 */
struct vspan_output_key {
	struct vspan_dev *vs;
	const char *dev;
	u32 group;
};

struct vspan_output *vspan_output_find(struct net *net,
				       const struct vspan_output_key *key);
int vspan_output_create(struct net *net, const struct vspan_output_key *key,
			u16 vlan, bool strip, struct netlink_ext_ack *extack);
void vspan_output_destroy(struct vspan_output *out);
void vspan_output_reconcile(struct net_device *dev);
void vspan_output_retry(struct vspan_dev *vs);
void vspan_output_retry_above(struct net_device *lower);
void vspan_output_unbind_all(struct net_device *dev);
bool vspan_output_dormant(const struct vspan_output *out,
			  enum vspan_dormant *why);

#endif /* _VSPAN_CONFIG_OUTPUT_H */
