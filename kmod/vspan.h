/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vspan - virtual SPAN ports: the objects and who may touch them.
 *
 * All configuration happens under RTNL. The packet path reads under RCU.
 * Documentation/networking/vspan.rst has the lock table.
 */
#ifndef _VSPAN_H
#define _VSPAN_H

#include <linux/bitmap.h>
#include <linux/if_tap.h>
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <uapi/linux/vspan.h>

#include "config/promisc.h"
#include "net.h"
#include "path/queue.h"
#include "path/seen.h"
#include "stats.h"

#define VSPAN_KIND	"vspan"

/* A burst of one NAPI budget per CPU must fit many times over. */
#define VSPAN_QLEN_DEFAULT	4096

/* What newer kernels bound txqueuelen to for every device; an empty queue takes
 * nothing.
 */
#define VSPAN_QLEN_MIN		1
#define VSPAN_QLEN_MAX		S16_MAX

struct bpf_prog;
struct netlink_ext_ack;
struct psample_group;
struct sock_filter;
struct socket;
struct vspan_dev;
struct vspan_handover;

/**
 * struct vspan_dev - a span; netdev_priv() of its netdevice
 * @dev: the netdevice
 * @queues: per-CPU queues
 * @stats: per-CPU counters of deliveries and losses
 * @frames: enum vspan_frames; READ_ONCE/WRITE_ONCE
 * @outputs: where its frames are sent too; written under RTNL, read under RCU
 * @live_outputs: how many of them have a device or a group;
 *	READ_ONCE/WRITE_ONCE
 * @samplers: how many of them are psample groups; READ_ONCE/WRITE_ONCE
 * @full_at: vspan_now() when the ring of the one reader there is was last
 *	full, or 0 if it took a frame since; READ_ONCE/WRITE_ONCE
 * @sources: sources that feed the span; RTNL
 * @changes: how many changes are under way that vspan_dedup_end() ends; RTNL
 * @unsure: and for them vspan_dedup_unsure() has been called; RTNL
 * @node: in the list of all spans; RTNL
 * @id: order of creation, the key by which dumps resume
 * @left: number of the netns it has left for another, or 0; RTNL
 * @tap: the char device; registered as rx_handler_data of @dev, where tap.ko
 *	looks for it
 * @pinned: owns large frames in the rings of @tap
 * @flow_cpu: on which CPU's queue the copies of each conversation are, by
 *	vspan_order_flow(); READ_ONCE/WRITE_ONCE, and to be relied on only under the
 *	lock of that very queue, which who changes it holds; read for each copy,
 *	written where a conversation moves
 * @seen: which frames the span has
 */
struct vspan_dev {
	struct net_device *dev;
	struct vspan_queue __percpu *queues;
	struct vspan_stats __percpu *stats;
	u32 frames;
	struct list_head outputs;
	unsigned int live_outputs;
	unsigned int samplers;
	unsigned long full_at;
	struct list_head sources;
	unsigned int changes;
	bool unsure;
	struct list_head node;
	u32 id;
	unsigned int left;
	struct tap_dev tap;
	struct socket *pinned;
	u32 flow_cpu[VSPAN_FLOWS];
	struct vspan_seen seen;
};

/**
 * struct vspan_rule - which frames a source selects; replaced, never changed
 * @dir: mask of enum vspan_dir
 * @hook: enum vspan_hook that is wanted
 * @redirect: the host is not to see the frames; with VSPAN_HOOK_RX_HANDLER
 * @promisc: the devices are promiscuous while bound
 * @dup_keep: copy a frame though the span has it from another device
 * @by_vlan: @vlans decides; else every frame passes
 * @snap_headers: copy no payload
 * @snaplen: bytes of a frame to copy, or 0 for all
 * @sample: one frame in so many is copied; 0 is like 1
 * @rate: most copies a second, or 0
 * @tag: enum vspan_tag to show
 * @filter: decides too, or NULL; shared with the rules this one came from
 * @vlans: VLANs selected, bit 0 for frames without one; behind what every frame
 *	needs, of which one cache line is to do
 * @rcu: for vspan_rule_retire()
 */
struct vspan_rule {
	u32 dir;
	u32 hook;
	bool redirect;
	bool promisc;
	bool dup_keep;
	bool by_vlan;
	bool snap_headers;
	u32 snaplen;
	u32 sample;
	u32 rate;
	u32 tag;
	struct vspan_filter *filter;
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	struct rcu_head rcu;
};

/**
 * struct vspan_filter - a program that selects frames
 * @prog: the program
 * @refs: rules that have it
 * @text: what it was made from
 */
struct vspan_filter {
	struct bpf_prog *prog;
	refcount_t refs;
	char text[];
};

/**
 * struct vspan_source - a rule that lives by device name
 * @vs: span the copies go to; the source does not outlive it
 * @rule: what is selected; written under RTNL, read under RCU
 * @stats: per-CPU counters
 * @bindings: live devices; RTNL
 * @net_node: in &struct vspan_net.sources; RTNL
 * @span_node: in &struct vspan_dev.sources; RTNL
 * @claim_node: in &struct vspan_net.claims; RTNL
 * @net: netns in which @name is looked up; the source does not outlive it
 * @id: order of creation, the key by which dumps resume
 * @kind: how @name is to be read
 * @due: when the next copy is due at an even rate, in ns of ktime_get_ns()
 * @followed: devices that were there before it have been looked at; RTNL
 * @name: name of a device, its own or an alternative one, present or not; or a
 *	pattern
 * @rcu: the packet path may hold the source until a grace period has passed
 */
struct vspan_source {
	struct vspan_dev *vs;
	struct vspan_rule __rcu *rule;
	struct vspan_stats __percpu *stats;

	struct list_head bindings;
	struct list_head net_node;
	struct list_head span_node;
	struct list_head claim_node;
	struct net *net;
	u32 id;
	enum vspan_kind kind;
	atomic64_t due;
	bool followed;
	char name[VSPAN_PATTERN_LEN + 1];
	struct rcu_head rcu;
};

/**
 * struct vspan_port - a device that is mirrored, by one hook
 * @bindings: who wants its frames; written under RTNL, read under RCU
 * @dev: the device; held while the port is in &struct vspan_net.ports
 * @tracker: of the hold
 * @hook: how its frames are taken
 * @redirect: frames are moved, not copied, for VSPAN_HOOK_RX_HANDLER;
 *	READ_ONCE/WRITE_ONCE
 * @unstable: what it sends is written over behind the taps
 * @bare_vid: the VLAN in @bare, if it is one only, or 0; READ_ONCE/WRITE_ONCE
 * @bare: VLANs whose frames a bridge lets out here without a tag; atomic bits,
 *	written under RTNL
 * @pt: packet tap, for VSPAN_HOOK_TAP
 * @rcu: the packet path may hold the port until a grace period has passed
 */
struct vspan_port {
	struct list_head bindings;
	struct net_device *dev;
	netdevice_tracker tracker;
	enum vspan_hook hook;
	bool redirect;
	bool unstable;
	u16 bare_vid;
	DECLARE_BITMAP(bare, VLAN_N_VID);
	struct packet_type pt;
	struct rcu_head rcu;
};

/**
 * struct vspan_binding - a source on one live device
 * @src: the source
 * @port: the device
 * @handover: set while it moves to another hook or from there, else NULL
 * @hook: that of @port, which may be gone before the last is told of the binding
 * @dirs: directions for which the source means this device
 * @mark: what tells it from others of the span, for vspan_seen()
 * @goes_on: all that is sent here is sent on by a device below, where the span
 *	copies all of it; READ_ONCE/WRITE_ONCE
 * @promisc: its share in the device being promiscuous; RTNL
 * @port_node: in &struct vspan_port.bindings; RCU
 * @src_node: in &struct vspan_source.bindings; RTNL
 * @rcu: for vspan_promisc_end()
 */
struct vspan_binding {
	struct vspan_source *src;
	struct vspan_port *port;
	struct vspan_handover __rcu *handover;
	enum vspan_hook hook;
	u32 dirs;
	u8 mark;
	bool goes_on;
	struct vspan_promisc promisc;
	struct list_head port_node;
	struct list_head src_node;
	struct rcu_head rcu;
};

/**
 * struct vspan_output - where else a span's frames go
 * @vs: the span; the output does not outlive it
 * @dev: device that transmits; written under RTNL, read under RCU
 * @psample: psample group in place of a device, or NULL
 * @vlan: VLAN ID of the tag put around each frame, or 0 for none
 * @strip: take the frame's own outer tag off first
 * @tunnel: @dev encapsulates what it sends; READ_ONCE/WRITE_ONCE
 * @stats: per-CPU counters
 * @node: in &struct vspan_dev.outputs; RCU
 * @net_node: in &struct vspan_net.outputs; RTNL
 * @net: netns of the device; the output does not outlive it
 * @tracker: of the hold on @dev
 * @id: order of creation, the key by which dumps resume
 * @name: device name, present or not; empty for a group
 * @rcu: the packet path may hold the output until a grace period has passed
 */
struct vspan_output {
	struct vspan_dev *vs;
	struct net_device __rcu *dev;
	struct psample_group *psample;
	u16 vlan;
	bool strip;
	bool tunnel;
	struct vspan_stats __percpu *stats;

	struct list_head node;
	struct list_head net_node;
	struct net *net;
	netdevice_tracker tracker;
	u32 id;
	char name[IFNAMSIZ];
	struct rcu_head rcu;
};

/**
 * struct vspan_output_key - what names an output within a netns
 * @vs: the span; a name can pass from one to another
 * @dev: name of the device, or NULL for a group
 * @group: number of the psample group
 */
struct vspan_output_key {
	struct vspan_dev *vs;
	const char *dev;
	u32 group;
};

/**
 * struct vspan_cb - what a copy carries from hook to outputs, in skb->cb
 * @in_ifindex: device that received the frame, or 0
 * @out_ifindex: device that transmitted it, or 0
 * @rate: one frame in so many was taken
 * @snap: bytes of each frame to deliver, VSPAN_SNAP_HEADERS or VSPAN_SNAP_NONE
 * @note: how the copy is noted in &struct vspan_dev.seen, or 0
 * @form: lower half of vspan_seen_form(), if the copy is noted; @snap is the other
 * @frames: how many it is on the wire, as its source has counted it: production may
 *	write another number to memory that both have, gso_segs
 * @kept_at: lower bits of jiffies, for a clone that is kept for its note
 */
struct vspan_cb {
	int in_ifindex;
	int out_ifindex;
	u32 rate;
	u32 snap;
	u64 note;
	u32 form;
	union {
		u32 frames;
		u32 kept_at;
	};
};

#define VSPAN_SNAP_HEADERS	0	/* no payload */
#define VSPAN_SNAP_NONE		U32_MAX	/* whole frames */

/* Time in two ticks of the clock; never 0. */
static inline unsigned long vspan_now(void)
{
	return jiffies | 1;
}

static inline struct vspan_cb *vspan_cb(struct sk_buff *skb)
{
	/* Segmentation keeps its own notes from byte 32 on. */
	BUILD_BUG_ON(sizeof(struct vspan_cb) > 32);
	return (struct vspan_cb *)skb->cb;
}

/**
 * struct vspan_source_key - what names a source within a netns
 * @vs: the span; a name can pass from one to another
 * @name: name of the source
 * @kind: how @name is to be read
 */
struct vspan_source_key {
	struct vspan_dev *vs;
	const char *name;
	enum vspan_kind kind;
};

/* device.c */
extern struct rtnl_link_ops vspan_link_ops;
extern struct list_head vspan_devs;

/**
 * vspan_dev_qlen_fits - may a span have queues of that length?
 * @qlen: its txqueuelen
 *
 * Return: true if so. What is saved of a span can so be restored.
 */
static inline bool vspan_dev_qlen_fits(unsigned int qlen)
{
	return qlen >= VSPAN_QLEN_MIN && qlen <= VSPAN_QLEN_MAX;
}

/* path/device.c */
netdev_tx_t vspan_dev_xmit(struct sk_buff *skb, struct net_device *dev);
bool vspan_dev_is_span(const struct net_device *dev);

/* ethtool.c */
extern const struct ethtool_ops vspan_ethtool_ops;

/* tapdev.c */
int vspan_tapdev_init(void);
void vspan_tapdev_uninit(void);
int vspan_tapdev_setup(struct vspan_dev *vs);
void vspan_tapdev_unset(struct vspan_dev *vs);
int vspan_tapdev_event(struct vspan_dev *vs, unsigned long event);

/* order.c */
unsigned int vspan_order_flow(const struct sk_buff *skb);

/* wire.c */
bool vspan_wire_is_long(struct vspan_dev *vs, struct sk_buff *skb);
struct sk_buff *vspan_wire_form(struct vspan_dev *vs, struct sk_buff *skb);
bool vspan_wire_adds_up(struct sk_buff *skb, struct sk_buff *segs,
			struct vspan_stats __percpu *stats);
unsigned int vspan_wire_frames(const struct sk_buff *skb);
unsigned int vspan_wire_len(const struct sk_buff *skb);

/* The same, for where every frame passes: no call for most. */
static inline unsigned int vspan_wire_frames_fast(const struct sk_buff *skb)
{
	return likely(!skb_is_gso(skb)) ? 1 : vspan_wire_frames(skb);
}

static inline unsigned int vspan_wire_len_fast(const struct sk_buff *skb)
{
	return likely(!skb_vlan_tag_present(skb)) ? skb->len :
						    vspan_wire_len(skb);
}

/* source.c */
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

/* output.c */
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

/* outsend.c */
void vspan_output_samples(struct vspan_dev *vs, struct sk_buff *skb);
void vspan_output_send(struct vspan_dev *vs, struct sk_buff *skb);
void vspan_output_miss(const struct vspan_dev *vs, const struct sk_buff *skb);

/* devbar.c */
int vspan_devbar_check_name(const char *name, struct netlink_ext_ack *extack);
const char *vspan_devbar_source(const struct vspan_dev *vs, struct net_device *dev,
				enum vspan_dormant *why);
const char *vspan_devbar_output(const struct vspan_dev *vs, struct net_device *dev,
				enum vspan_dormant *why);
bool vspan_devbar_awaited(const struct vspan_dev *vs, const struct net_device *dev);
void vspan_devbar_refuse(struct netlink_ext_ack *extack, const char *sentence);

/* rule.c */
struct vspan_rule *vspan_rule_dup(const struct vspan_rule *old);
void vspan_rule_free(struct vspan_rule *rule);
void vspan_rule_retire(struct vspan_rule *rule);

/* filter.c */
struct vspan_filter *vspan_filter_create(struct sock_filter *insns,
					 unsigned int len, const char *text);
struct vspan_filter *vspan_filter_get(struct vspan_filter *f);
void vspan_filter_put(struct vspan_filter *f);
bool vspan_filter_run(const struct vspan_filter *f, const struct sk_buff *skb);

/* limit.c */
bool vspan_limit_sample(const struct vspan_rule *rule);
bool vspan_limit_rate(struct vspan_source *src, const struct vspan_rule *rule,
		      unsigned int n);

/* bridge.c */
int vspan_bridge_init(void);
void vspan_bridge_uninit(void);
void vspan_bridge_learn(struct vspan_port *port);
u16 vspan_bridge_vid(const struct vspan_port *port, const struct sk_buff *skb,
		     enum vspan_dir dir);
bool vspan_bridge_tag(struct sk_buff *skb, const struct vspan_port *port,
		      enum vspan_dir dir);

/* snap.c */
extern struct bpf_prog *vspan_snap_poff;
int vspan_snap_init(void);
void vspan_snap_uninit(void);
unsigned int vspan_snap_l3(const struct sk_buff *skb, __be16 *type);
u32 vspan_snap_rule(const struct vspan_rule *rule);
unsigned int vspan_snap_len(struct sk_buff *skb, u32 snap);
bool vspan_snap_may_trim(const struct sk_buff *skb);
void vspan_snap_trim(struct sk_buff *skb, unsigned int len);
struct sk_buff *vspan_snap_copy(const struct sk_buff *skb, unsigned int len);

/* altname.c */
void vspan_altname_init(void);
bool vspan_altname_match(const struct net_device *dev, const char *pattern);

/* match.c */
u32 vspan_match_says(const struct vspan_source *src, struct net_device *dev);
u32 vspan_match(const struct vspan_source *src, struct net_device *dev);
struct net_device *vspan_match_next(const struct vspan_source *src,
				    struct net_device *dev);
enum vspan_dormant vspan_match_none(const struct vspan_source *src);
bool vspan_match_beats(const struct vspan_source *a,
		       const struct vspan_source *b);

/* follow.c */
int vspan_follow_source(struct vspan_source *src);
void vspan_follow_dev(struct net_device *dev);
void vspan_follow_below(struct net_device *dev);
void vspan_follow_retry(struct vspan_dev *vs, struct net *net);
void vspan_follow_ports(struct net_device *master);
void vspan_follow_freed(struct vspan_dev *vs, struct net_device *dev);
void vspan_follow_lost(struct list_head *lost);
void vspan_follow_yield(struct net_device *dev);
void vspan_follow_later(const struct net_device *dev);
void vspan_follow_regain(struct work_struct *work);

/* binding.c */
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

/* hook.c */
bool vspan_hook_free(const struct net_device *dev, enum vspan_hook hook);
int vspan_hook_attach(struct vspan_port *port);
void vspan_hook_detach(struct vspan_port *port);
void vspan_hook_want(struct vspan_port *port, u32 dir);

/* mirror.c */
void vspan_mirror(struct vspan_port *port, struct sk_buff *skb,
		  enum vspan_dir dir);

/* select.c */
u16 vspan_select_vid(const struct vspan_port *port, const struct sk_buff *skb,
		     enum vspan_dir dir);
bool vspan_select(const struct vspan_rule *rule, const struct vspan_port *port,
		  const struct sk_buff *skb, enum vspan_dir dir);

/* notifier.c */
int vspan_notifier_init(void);
void vspan_notifier_uninit(void);

#endif /* _VSPAN_H */
