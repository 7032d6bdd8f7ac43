// SPDX-License-Identifier: GPL-2.0
/* check: tc filters that may drop frames before they are copied. On RX, the tap hook is
 * ahead of tc. On TX, a frame that tc drops is neither sent nor copied.
 */
#include <errno.h>
#include <string.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "check/check.h"

/* The flags attributes of classifiers. matchall is left out, because it is used to
 * configure mirroring in a chip.
 */
static const struct classifier {
	const char *kind;
	uint16_t flags;
} classifiers[] = {
	{ "flower",	TCA_FLOWER_FLAGS },
	{ "u32",	TCA_U32_FLAGS },
	{ "bpf",	TCA_BPF_FLAGS_GEN },
};

static uint16_t flags_of(const char *kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classifiers); i++)
		if (!strcmp(classifiers[i].kind, kind))
			return classifiers[i].flags;
	return 0;
}

static bool is_in_hw(const struct nlattr *options, uint16_t flags)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, options)
		if (mnl_attr_get_type(attr) == flags &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			return mnl_attr_get_u32(attr) & TCA_CLS_FLAGS_IN_HW;
	return false;
}

/**
 * tc_filter_cb - Count a filter of tc.
 * @nlh: a message of rtnetlink
 * @data: struct tc_filters
 *
 * Return: 0.
 */
int tc_filter_cb(const struct nlmsghdr *nlh, void *data)
{
	struct tc_filters *filters = data;
	const struct nlattr *attr;
	uint16_t flags = 0;

	if (nlh->nlmsg_type != RTM_NEWTFILTER)
		return 0;
	filters->count++;
	/* The kind comes before the options. */
	mnl_attr_for_each(attr, nlh, sizeof(struct tcmsg)) {
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			flags = flags_of(mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS && flags)
			filters->in_hw += is_in_hw(attr, flags);
	}
	return 0;
}

/* Without the qdisc for it, a device has no filters. */
static struct tc_filters tc_filters(struct check *c, uint32_t ifindex,
				    uint32_t parent)
{
	struct nl *nl = &c->ctx->nl;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->rtnl.tx);
	struct tc_filters filters = { 0 };
	struct tcmsg *t;

	nlh->nlmsg_type = RTM_GETTFILTER;
	nlh->nlmsg_flags = NLM_F_DUMP;
	t = mnl_nlmsg_put_extra_header(nlh, sizeof(*t));
	t->tcm_ifindex = ifindex;
	t->tcm_parent = TC_H_MAKE(TC_H_CLSACT, parent);
	nl_talk(&nl->rtnl, nlh, tc_filter_cb, &filters);
	return filters;
}

/**
 * fix_hook - Add the fix for frames that are dropped before the rx-handler.
 * @c: the check, at a device
 * @what: what @cmd removes
 * @cmd: command that ends the dropping; redirect knows no other hook
 */
void fix_hook(struct check *c, const char *what, const char *cmd)
{
	if (c->src->redirect) {
		takes(c, "%s", what);
		fix(c, "%s", cmd);
		return;
	}
	fix(c, "vspanctl set %s to %s hook tap", quoted_source(c), quoted_span(c));
}

static void probe_tc_ingress(struct check *c, const struct tc_filters *filters)
{
	const char *dev = quoted(c, c->link->name);
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "tc filter del dev %s ingress", dev);
	if (filters->in_hw) {
		found(c, FIND_WARNING, "tc_offloaded",
		      "tc filters run in the hardware of %s, and what they drop or send on does not get to the host",
		      c->link->name);
		takes(c, "the tc filters");
		fix(c, "%s", cmd);
	}
	if (filters->count && c->bind->hook == VSPAN_HOOK_RX_HANDLER) {
		found(c, FIND_WARNING, "tc_ingress",
		      "tc filters at the ingress of %s come before the rx-handler, and what they drop or take is not copied",
		      c->link->name);
		fix_hook(c, "the tc filters", cmd);
	}
}

/**
 * probe_tc - May tc drop frames before they are copied?
 * @c: the check, at a device
 */
void probe_tc(struct check *c)
{
	struct tc_filters filters;

	if (c->src->dir & VSPAN_DIR_RX) {
		filters = tc_filters(c, c->link->ifindex, TC_H_MIN_INGRESS);
		probe_tc_ingress(c, &filters);
	}
	if (!(c->src->dir & VSPAN_DIR_TX))
		return;
	filters = tc_filters(c, c->link->ifindex, TC_H_MIN_EGRESS);
	if (!filters.count)
		return;
	found(c, FIND_NOTE, "tc_egress",
	      "what tc filters at the egress of %s drop does not leave, and is not copied",
	      c->link->name);
	fix(c, "tc -s filter show dev %s egress", quoted(c, c->link->name));
}

/**
 * probe_tc_of_span - May tc drop copies before a virtual machine gets them?
 * @c: the check, at a span
 */
void probe_tc_of_span(struct check *c)
{
	if (c->span->is_away ||
	    !tc_filters(c, c->span->ifindex, TC_H_MIN_INGRESS).count)
		return;
	found(c, FIND_NOTE, "tc_of_span",
	      "what tc filters at the ingress of %s drop does not get to a virtual machine",
	      c->span->name);
	fix(c, "tc -s filter show dev %s ingress", quoted(c, c->span->name));
}
