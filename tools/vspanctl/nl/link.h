/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_LINK_H
#define VSPANCTL_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/if.h>

#include "nl/model.h"
#include "nl/netns.h"

/**
 * struct link - Attributes of a device.
 * @ifindex: its index
 * @name: its name
 * @type: ARPHRD_*
 * @flags: IFF_*
 * @carrier: it has a carrier
 * @mtu: its MTU
 * @promiscuity: number of users that want it promiscuous
 * @master: index of its master, 0 for none
 * @lower: index of its lower device, or of the other end of a veth
 * @is_lower_away: @lower is in another netns
 * @lower_netnsid: that netns, if @is_lower_away
 * @kind: kind of a virtual device, or ""
 * @is_hardware: it belongs to a device on a bus
 * @is_switched: a switch chip can forward between it and others
 * @place: its path below /sys/bus, or ""
 * @vlan_filtering: it is a VLAN-aware bridge
 * @xdp: XDP_ATTACHED_*
 * @xdp_id: number of the XDP program, if the kernel tells one
 * @rx: frames it received
 * @tx: frames it transmitted
 */
struct link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint16_t type;
	uint32_t flags;
	bool carrier;
	uint32_t mtu;
	uint32_t promiscuity;
	uint32_t master;
	uint32_t lower;
	bool is_lower_away;
	int32_t lower_netnsid;
	char kind[16];
	bool is_hardware;
	bool is_switched;
	char place[120];
	bool vlan_filtering;
	uint8_t xdp;
	uint32_t xdp_id;
	uint64_t rx;
	uint64_t tx;
};

int link_parse(const struct nlmsghdr *nlh, struct link *link);
int link_cb(const struct nlmsghdr *nlh, void *data);
int links_dump(struct nl *nl, nl_cb cb, void *data);
int links_read(struct array *links, struct nl *nl);
const struct link *link_by_index(const struct array *links, uint32_t ifindex);
const struct link *link_on(const struct array *links, uint32_t ifindex,
			   const char *kind);
int link_in_netns(struct nl *nl, int32_t netnsid, uint32_t ifindex,
		  struct link *link);
int link_vlans(struct nl *nl, uint32_t ifindex, uint8_t *bitmap);
int link_now(struct nl *nl, uint32_t ifindex, struct link *link);
int link_named(struct nl *nl, const char *name);
unsigned int link_vfs(const struct link *link);

#endif /* VSPANCTL_LINK_H */
