/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_MODEL_H
#define VSPANCTL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vspan.h>

#include "nl/netns.h"
#include "nl/nl.h"

/**
 * struct span_id - Identifies a span, even if it was renamed.
 * @ifindex: index of its device in its own netns; 0 if an older module does not say
 * @is_away: it was moved to another netns
 * @netnsid: that netns, if @is_away
 * @is_told: the kernel has told this; else it was derived from the name
 */
struct span_id {
	uint32_t ifindex;
	bool is_away;
	int32_t netnsid;
	bool is_told;
};

/**
 * struct binding - A source on one device.
 * @span: span of the source
 * @of: the same span
 * @name: name of the source
 * @kind: VSPAN_KIND_* of the source
 * @dev: name of the device
 * @ifindex: its index
 * @hook: VSPAN_HOOK_*
 * @has_promisc: the source asks for promiscuous devices
 * @promisc: this device is promiscuous for the source
 * @next: next of the same source, after model_link()
 */
struct binding {
	char span[VSPAN_NAME_LEN + 1];
	struct span_id of;
	char name[VSPAN_PATTERN_LEN + 1];
	uint32_t kind;
	char dev[VSPAN_NAME_LEN + 1];
	uint32_t ifindex;
	uint32_t hook;
	bool has_promisc;
	bool promisc;
	struct binding *next;
};

/**
 * struct dir_stats - Frames of one direction.
 * @packets: frames
 * @bytes: bytes
 */
struct dir_stats {
	uint64_t packets;
	uint64_t bytes;
};

/**
 * struct source - A rule.
 * @span: span the copies go to
 * @of: the same span
 * @name: name of the device, pattern, or name of the master
 * @kind: VSPAN_KIND_*
 * @dir: VSPAN_DIR_* bits
 * @hook: VSPAN_HOOK_* asked for
 * @redirect: frames are moved, not copied
 * @promisc: the devices should be promiscuous
 * @dup_keep: second copies are kept
 * @is_filtered: it has a filter
 * @filter: text of the filter; "" if another program has set none
 * @snaplen: bytes of a frame to copy, 0 for all
 * @snap_headers: copy no payload
 * @share: which share of the flows is copied, 1 to @shares
 * @shares: number of shares, 0 for all flows
 * @sample: one in so many frames is copied, 0 or 1 for all
 * @rate: most copies per second, 0 for no limit
 * @tag: VSPAN_TAG_*
 * @vlans: bitmap, NULL if all VLANs are copied
 * @is_dormant: bound to no device
 * @dormant: VSPAN_DORMANT_*, if @is_dormant
 * @rx: copies of received frames
 * @tx: copies of transmitted frames
 * @filtered: frames the VLAN list or the filter refused
 * @dup: frames of which the span had a copy already
 * @sampled_out: frames that were not sampled
 * @off_cable: received frames that no cable has carried
 * @other_shares: frames of flows that are in another share
 * @drops: lost frames by VSPAN_A_DROP_*
 * @bindings: first binding, after model_link()
 * @last: where to hang the next binding
 * @next: next source of the same span, after model_link()
 */
struct source {
	char span[VSPAN_NAME_LEN + 1];
	struct span_id of;
	char name[VSPAN_PATTERN_LEN + 1];
	uint32_t kind;
	uint32_t dir;
	uint32_t hook;
	bool redirect;
	bool promisc;
	bool dup_keep;
	bool is_filtered;
	char filter[VSPAN_FILTER_TEXT_LEN + 1];
	uint32_t snaplen;
	bool snap_headers;
	uint32_t share;
	uint32_t shares;
	uint32_t sample;
	uint32_t rate;
	uint32_t tag;
	uint8_t *vlans;
	bool is_dormant;
	uint32_t dormant;
	struct dir_stats rx;
	struct dir_stats tx;
	uint64_t filtered;
	uint64_t dup;
	uint64_t sampled_out;
	uint64_t off_cable;
	uint64_t other_shares;
	uint64_t drops[VSPAN_A_DROP_MAX + 1];
	struct binding *bindings;
	struct binding **last;
	struct source *next;
};

/**
 * struct output - A device or psample group to which a span's frames are sent as well.
 * @span: the span
 * @of: the same span
 * @dev: name of the device, "" of a psample group
 * @is_psample: it is a psample group
 * @group: number of that group
 * @vlan: VLAN of the tag that is added to each frame, 0 for none
 * @strip: the frame's own tag is removed first
 * @ifindex: index of the device, 0 if there is none
 * @is_dormant: nothing is sent
 * @dormant: VSPAN_DORMANT_*, if @is_dormant
 * @sent: frames and bytes sent
 * @drops: frames that did not leave by VSPAN_A_DROP_*
 * @next: next output of the same span, after model_link()
 */
struct output {
	char span[VSPAN_NAME_LEN + 1];
	struct span_id of;
	char dev[VSPAN_NAME_LEN + 1];
	bool is_psample;
	uint32_t group;
	uint16_t vlan;
	bool strip;
	uint32_t ifindex;
	bool is_dormant;
	uint32_t dormant;
	struct dir_stats sent;
	uint64_t drops[VSPAN_A_DROP_MAX + 1];
	struct output *next;
};

/**
 * struct span - A virtual SPAN port.
 * @name: name of its device
 * @ifindex: index of its device, in its own netns
 * @is_away: it was moved to another netns
 * @netnsid: that netns, if @is_away
 * @netns: its name in ip-netns(8), if model_name_netns() found one
 * @up: administratively up
 * @reader: it has a reader
 * @idle: transmitted frames of its sources are ignored
 * @owned: it is deleted with a program's socket, and is never saved
 * @frames: VSPAN_FRAMES_*
 * @qlen: frames in each queue
 * @mtu: MTU of its device, if it was asked for by span_mtus()
 * @pins: most bytes that a stopped reader can hold; 0 if the module does not say
 * @delivered: frames and bytes delivered
 * @monitor_tx_dropped: frames the monitor tried to send
 * @drops: lost frames by VSPAN_A_DROP_*
 * @sources: first source, after model_link()
 * @last: where to hang the next source
 * @outputs: first output, after model_link()
 * @last_output: where to hang the next output
 */
struct span {
	char name[VSPAN_NAME_LEN + 1];
	uint32_t ifindex;
	bool is_away;
	int32_t netnsid;
	char netns[NETNS_LEN + 1];
	bool up;
	bool reader;
	bool idle;
	bool owned;
	uint32_t frames;
	uint32_t qlen;
	uint32_t mtu;
	uint64_t pins;
	struct dir_stats delivered;
	uint64_t monitor_tx_dropped;
	uint64_t drops[VSPAN_A_DROP_MAX + 1];
	struct source *sources;
	struct source **last;
	struct output *outputs;
	struct output **last_output;
};

/**
 * struct array - A growing array.
 * @items: the items
 * @count: how many
 * @room: how many fit
 */
struct array {
	void *items;
	size_t count;
	size_t room;
};

/**
 * struct model - The state of the kernel.
 * @spans: of struct span, by name after model_link()
 * @sources: of struct source, in kernel order
 * @bindings: of struct binding, in kernel order
 * @outputs: of struct output, in kernel order
 */
struct model {
	struct array spans;
	struct array sources;
	struct array bindings;
	struct array outputs;
};

/* What to read besides the spans. */
enum {
	MODEL_SOURCES	= 1 << 0,	/* and their bindings */
	MODEL_OUTPUTS	= 1 << 1,
};

/* model_parse.c */
int model_parse_span(const struct nlmsghdr *nlh, struct span *span);
int model_parse_source(const struct nlmsghdr *nlh, struct source *src);
int model_parse_binding(const struct nlmsghdr *nlh, struct binding *b);
int model_parse_output(const struct nlmsghdr *nlh, struct output *out);

/* model.c */
int model_span_cb(const struct nlmsghdr *nlh, void *data);
int model_source_cb(const struct nlmsghdr *nlh, void *data);
int model_binding_cb(const struct nlmsghdr *nlh, void *data);
int model_output_cb(const struct nlmsghdr *nlh, void *data);

void *array_next(struct array *a, size_t size);
int model_link(struct model *m);
size_t model_span_parts(const struct span *span);
int model_name_netns(struct model *m, struct nl *nl);
int model_read(struct model *m, struct nl *nl, unsigned int what);
void model_free(struct model *m);

#endif /* VSPANCTL_MODEL_H */
