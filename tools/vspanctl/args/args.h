/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_ARGS_H
#define VSPANCTL_ARGS_H

#include <stdbool.h>
#include <stdint.h>
#include <libmnl/libmnl.h>
#include <linux/vspan.h>

#include "nl/netns.h"

#define QLEN_MIN	1
#define QLEN_MAX	32767	/* of IFLA_TXQLEN, in the kernel */
#define MTU_MAX		2147483647
#define QUEUES_MIN	1
#define QUEUES_MAX	256	/* of a tap, in the kernel */

#define ARGS_ERR_LEN	320

/* "master " and a name */
#define SOURCE_TEXT_LEN	(VSPAN_PATTERN_LEN + 8)

/* A span, " netns " and a name */
#define SPAN_TEXT_LEN	(VSPAN_NAME_LEN + NETNS_LEN + 9)

/* Which words were given; each has a row in the table of args.c. */
enum {
	HAS_SPAN	= 1 << 0,
	HAS_DIR		= 1 << 1,
	HAS_VLANS	= 1 << 2,
	HAS_FRAMES	= 1 << 3,
	HAS_QLEN	= 1 << 4,
	HAS_HOOK	= 1 << 5,
	HAS_REDIRECT	= 1 << 6,
	HAS_PROMISC	= 1 << 7,
	HAS_DUP		= 1 << 8,
	HAS_TARGET	= 1 << 9,
	HAS_VID		= 1 << 10,
	HAS_STRIP	= 1 << 11,
	HAS_QUEUES	= 1 << 12,
	HAS_FILTER	= 1 << 13,
	HAS_SNAPLEN	= 1 << 14,
	HAS_SAMPLE	= 1 << 15,
	HAS_RATE	= 1 << 16,
	HAS_TAG		= 1 << 17,
	HAS_MTU		= 1 << 18,
	HAS_STATE	= 1 << 19,
	HAS_NETNS	= 1 << 20,
	HAS_SHARE	= 1 << 21,
};

/* Words that select the span of a source, words for options of a source, of a span, of
 * the span's device, and of an output.
 */
#define ARGS_SOURCE	(HAS_DIR | HAS_VLANS | HAS_HOOK | HAS_REDIRECT | \
			 HAS_PROMISC | HAS_DUP | HAS_FILTER | HAS_SNAPLEN | \
			 HAS_SHARE | HAS_SAMPLE | HAS_RATE | HAS_TAG)
#define ARGS_WHERE	(HAS_SPAN | HAS_NETNS)
#define ARGS_SPAN	(HAS_FRAMES | ARGS_LINK)
#define ARGS_LINK	(HAS_QLEN | HAS_MTU | HAS_STATE)
#define ARGS_OUTPUT	(HAS_TARGET | HAS_VID | HAS_STRIP)

/**
 * struct args - A parsed command line.
 * @has: HAS_* of the words given
 * @kind: VSPAN_KIND_*, whether @source is a device, a pattern or a master
 * @source: name of the source device, pattern, or name of the master
 * @text: the source as the command line has it, for messages
 * @span: name of the span
 * @netns: name of the netns the span is in, "" if it is given by number
 * @is_away: the span is looked up in another netns
 * @netnsid: number of that netns here, if @is_away
 * @ifindex: index of the span there, 0 if it is looked up by its name
 * @dir: VSPAN_DIR_* bits
 * @vlans: VLANs to copy
 * @frames: VSPAN_FRAMES_*
 * @qlen: frames in a queue
 * @mtu: MTU of the span's device
 * @down: that device is down
 * @hook: VSPAN_HOOK_*
 * @redirect: frames are moved, not copied
 * @promisc: the device is promiscuous while it is bound
 * @dup_keep: second copies of a frame are kept
 * @filter: expression of a filter, "" for none
 * @snaplen: bytes of a frame to copy, 0 for all
 * @snap_headers: copy no payload; instead of @snaplen
 * @share: which share of the flows is copied, 1 to @shares
 * @shares: number of shares, 0 for all flows
 * @sample: one in so many frames is copied
 * @rate: most copies per second, 0 for no limit
 * @tag: VSPAN_TAG_*
 * @dev: name of the device of an output, "" if it is a psample group
 * @group: number of that group
 * @vid: VLAN of the tag of an output
 * @queues: queues of the virtual machine's device
 * @err: a sentence if parsing failed
 */
struct args {
	unsigned int has;
	uint32_t kind;
	char source[VSPAN_PATTERN_LEN + 1];
	char text[SOURCE_TEXT_LEN];
	char span[VSPAN_NAME_LEN + 1];
	char netns[NETNS_LEN + 1];
	bool is_away;
	int32_t netnsid;
	uint32_t ifindex;
	uint32_t dir;
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN];
	uint32_t frames;
	uint32_t qlen;
	uint32_t mtu;
	bool down;
	uint32_t hook;
	bool redirect;
	bool promisc;
	bool dup_keep;
	char filter[VSPAN_FILTER_TEXT_LEN + 1];
	uint32_t snaplen;
	bool snap_headers;
	uint32_t share;
	uint32_t shares;
	uint32_t sample;
	uint32_t rate;
	uint32_t tag;
	char dev[VSPAN_NAME_LEN + 1];
	uint32_t group;
	uint16_t vid;
	uint32_t queues;
	char err[ARGS_ERR_LEN];
};

int args_source(struct args *a, const char *cmd, unsigned int allowed,
		int argc, char **argv);
int args_span(struct args *a, const char *cmd, unsigned int allowed,
	      int argc, char **argv);
int args_output(struct args *a, const char *cmd, unsigned int allowed,
		int argc, char **argv);
bool args_knows(const char *word, unsigned int allowed);
int args_optional_span(struct args *a, const char *cmd, int argc, char **argv);
const char *args_source_text(uint32_t kind, const char *name, char *buf,
			     size_t size);
const char *args_span_text(const struct args *a, char *buf, size_t size);
void args_put_span(struct nlmsghdr *nlh, const struct args *a, uint16_t name,
		   uint16_t ifindex, uint16_t netnsid);
int args_put(struct nlmsghdr *nlh, const struct args *a, unsigned int which,
	     char *err, size_t len);

#endif /* VSPANCTL_ARGS_H */
