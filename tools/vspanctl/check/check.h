/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_CHECK_H
#define VSPANCTL_CHECK_H

#include "nl/link.h"
#include "vspanctl.h"

/* How much a finding matters. Notes do not affect the exit status. */
enum severity {
	FIND_NOTE,	/* good to know, or past */
	FIND_WARNING,	/* something is missing of what arrives */
	FIND_ERROR,	/* nothing arrives */
};

#define TAG_LEN		4	/* of a VLAN */
#define QUOTES		8
#define QUOTE_LEN	(4 * (VSPAN_PATTERN_LEN + 8))

/* Names of nftables have 255 bytes, and a command may have four of them. */
#define TEXT_LEN	512
#define TAKES_LEN	320
#define FIX_LEN		1280

/**
 * struct finding - Something that check has found.
 * @severity: how much it matters
 * @key: its name, for programs
 * @span: the span it is about, or ""
 * @source: the source it is about, as on the command line, or ""
 * @dev: the device it is about, or ""
 * @text: a sentence, without a full stop
 * @takes: what @fix removes that somebody else may need, or ""
 * @fix: the command that ends it
 */
struct finding {
	enum severity severity;
	const char *key;
	char span[VSPAN_NAME_LEN + 1];
	char source[VSPAN_PATTERN_LEN + 8];
	char dev[VSPAN_NAME_LEN + 1];
	char text[TEXT_LEN];
	char takes[TAKES_LEN];
	char fix[FIX_LEN];
};

/**
 * struct check - State of a check.
 * @ctx: context, open
 * @before: the first reading of the kernel's state
 * @now: the second reading, a moment later
 * @links: the devices of the netns, array of struct link
 * @findings: array of struct finding
 * @span: the span being looked at, or NULL
 * @src: the source of it, or NULL
 * @bind: the binding of that, or NULL
 * @link: device of @bind or @output, or NULL
 * @output: the output of @span, or NULL
 * @is_blind: this user may not see all that drops frames
 * @feature: asks whether an offload of a device is on: link_feature()
 * @vfs: asks how many SR-IOV functions are beside a device: link_vfs()
 * @quotes: words of the last fix
 * @quote: number of the one to use next
 */
struct check {
	struct ctx *ctx;
	struct model before;
	struct model now;
	struct array links;
	struct array findings;
	const struct span *span;
	const struct source *src;
	const struct binding *bind;
	const struct link *link;
	const struct output *output;
	bool is_blind;
	bool (*feature)(const char *dev, const char *name);
	unsigned int (*vfs)(const struct link *link);
	char quotes[QUOTES][QUOTE_LEN];
	unsigned int quote;
};

/**
 * struct tc_filters - How many filters tc has at some place.
 * @count: all of them
 * @in_hw: those that the hardware runs
 */
struct tc_filters {
	unsigned int count;
	unsigned int in_hw;
};

/* Looks at one thing, and calls found() for what is wrong. */
typedef void (*probe_fn)(struct check *c);

/* check_find.c */
void found(struct check *c, enum severity severity, const char *key,
	   const char *fmt, ...) __printf(4, 5);
void takes(struct check *c, const char *fmt, ...) __printf(2, 3);
void fix(struct check *c, const char *fmt, ...) __printf(2, 3);
const char *quoted(struct check *c, const char *word);
const char *quoted_source(struct check *c);
const char *quoted_span(struct check *c);
int findings_print(struct check *c);

/* check_span.c, check_source.c, check_dev.c, check_offload.c, check_filters.c,
 * check_bpf.c, check_nft.c, check_overlap.c, check_output.c, check_tunnel.c
 */
extern const probe_fn span_probes[];
extern const probe_fn source_probes[];
extern const probe_fn dev_probes[];
extern const probe_fn output_probes[];
void probe_source_drops(struct check *c);
void probe_output_drops(struct check *c);
void probe_span_drops(struct check *c);
void probe_offloads(struct check *c);
void probe_tc(struct check *c);
int tc_filter_cb(const struct nlmsghdr *nlh, void *data);
void probe_tc_of_span(struct check *c);
void probe_nft(struct check *c);
void probe_tcx(struct check *c);
void probe_tcx_of_span(struct check *c);
void probe_netkit(struct check *c);
void probe_redirect_peer(struct check *c);
void probe_overlap(struct check *c);
void fix_hook(struct check *c, const char *what, const char *cmd);
void blind(struct check *c, int err);
void probe_tunnel(struct check *c);
bool is_tunnel(const struct link *link);
uint32_t frame_mtu(const struct check *c, const struct source *src);
uint32_t span_mtu(const struct check *c);
uint32_t output_mtu(const struct check *c);
const char *some_device(const struct check *c);

/* check_features.c */
bool link_feature(const char *dev, const char *name);

#endif /* VSPANCTL_CHECK_H */
