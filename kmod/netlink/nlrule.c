// SPDX-License-Identifier: GPL-2.0
/* Makes a rule from the attributes of a request. */
#include <linux/filter.h>
#include <net/genetlink.h>

#include "config/filter.h"
#include "config/rule.h"
#include "netlink/nl.h"
#include "path/rule.h"
#include "vspan.h"

static int vspan_nl_parse_dir(struct genl_info *info, struct vspan_rule *rule)
{
	struct nlattr *attr = info->attrs[VSPAN_A_SOURCE_DIR];

	if (!attr)
		return 0;
	rule->dir = nla_get_u32(attr);
	if (rule->dir)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "no direction is selected; select rx, tx or both");
	return -EINVAL;
}

static int vspan_nl_parse_vlans(struct genl_info *info, struct vspan_rule *rule)
{
	struct nlattr *attr = info->attrs[VSPAN_A_SOURCE_VLANS];
	const u8 *bits;
	int vid;

	if (!attr)
		return 0;
	bits = nla_data(attr);
	for (vid = 0; vid < VLAN_N_VID; vid++)
		__assign_bit(vid, rule->vlans, bits[vid / 8] & BIT(vid % 8));
	if (test_bit(VLAN_VID_MASK, rule->vlans)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "VLAN 4095 is reserved by IEEE 802.1Q; VLANs are 1 to 4094");
		return -EINVAL;
	}
	if (bitmap_empty(rule->vlans, VLAN_N_VID)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the VLAN list is empty and would select nothing");
		return -EINVAL;
	}
	rule->by_vlan = bitmap_weight(rule->vlans, VLAN_N_VID) < VLAN_VID_MASK;
	return 0;
}

static struct vspan_filter *vspan_nl_new_filter(struct genl_info *info,
						struct nlattr *attr)
{
	struct nlattr *text = info->attrs[VSPAN_A_SOURCE_FILTER_TEXT];
	unsigned int len = nla_len(attr) / sizeof(struct sock_filter);
	struct vspan_filter *f;

	if (nla_len(attr) % sizeof(struct sock_filter) || len > BPF_MAXINSNS) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the filter is no program of 1 to 4096 instructions");
		return ERR_PTR(-EINVAL);
	}
	f = vspan_filter_create(nla_data(attr), len,
				text ? nla_data(text) : "");
	if (f == ERR_PTR(-EINVAL))
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the kernel refuses the filter's program");
	return f;
}

/* Refuse a filter's text without its program: without a filter, all frames would be
 * copied.
 */
static int vspan_nl_check_text(struct genl_info *info, struct nlattr *prog)
{
	struct nlattr *text = info->attrs[VSPAN_A_SOURCE_FILTER_TEXT];

	if (!text || (prog && (nla_len(prog) || !*(char *)nla_data(text))))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, text,
			    "a filter's text came without its program; send both");
	return -EINVAL;
}

/* An empty program is no filter. */
static int vspan_nl_parse_filter(struct genl_info *info,
				 struct vspan_rule *rule)
{
	struct nlattr *attr = info->attrs[VSPAN_A_SOURCE_FILTER];
	struct vspan_filter *f;
	int err;

	err = vspan_nl_check_text(info, attr);
	if (err || !attr)
		return err;
	f = nla_len(attr) ? vspan_nl_new_filter(info, attr) : NULL;
	if (IS_ERR(f))
		return PTR_ERR(f);
	vspan_filter_put(rule->filter);
	rule->filter = f;
	return 0;
}

static void vspan_nl_parse_u32(struct genl_info *info, int attr, u32 *val)
{
	if (info->attrs[attr])
		*val = nla_get_u32(info->attrs[attr]);
}

/* Share and number of shares must be given together. */
static int vspan_nl_parse_share(struct genl_info *info, struct vspan_rule *rule)
{
	struct nlattr *shares = info->attrs[VSPAN_A_SOURCE_SHARES];
	struct nlattr *share = info->attrs[VSPAN_A_SOURCE_SHARE];
	u32 k = share ? nla_get_u32(share) : 0;
	u32 n = shares ? nla_get_u32(shares) : 0;

	if (n > VSPAN_SHARES_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, shares,
				    "flows are divided among 256 shares at most");
		return -EINVAL;
	}
	/* With n 0 this refuses any k. */
	if ((share && (k < 1 || k > n)) || (!share && n)) {
		NL_SET_ERR_MSG_ATTR(info->extack, share ?: shares,
				    "a share is a number from 1 to how many shares there are; send both");
		return -EINVAL;
	}
	if (!shares)
		return 0;
	rule->share = k;
	rule->shares = n;
	return 0;
}

/* The options that limit the number or length of copies. */
static int vspan_nl_parse_amount(struct genl_info *info,
				 struct vspan_rule *rule)
{
	struct nlattr *headers = info->attrs[VSPAN_A_SOURCE_SNAP_HEADERS];
	struct nlattr *snaplen = info->attrs[VSPAN_A_SOURCE_SNAPLEN];

	vspan_nl_parse_u32(info, VSPAN_A_SOURCE_SAMPLE, &rule->sample);
	vspan_nl_parse_u32(info, VSPAN_A_SOURCE_RATE, &rule->rate);
	vspan_nl_parse_u32(info, VSPAN_A_SOURCE_TAG, &rule->tag);
	vspan_nl_parse_u32(info, VSPAN_A_SOURCE_SNAPLEN, &rule->snaplen);
	/* Each of the two replaces the other. */
	if (snaplen)
		rule->snap_headers = false;
	if (headers) {
		rule->snap_headers = nla_get_u8(headers);
		if (rule->snap_headers)
			rule->snaplen = 0;
	}
	if (!rule->snaplen || (rule->snaplen >= VSPAN_SNAPLEN_MIN &&
			       rule->snaplen <= VSPAN_SNAPLEN_MAX))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, snaplen,
			    "a truncated copy has 14 to 65535 bytes; 0 means whole frames");
	return -EINVAL;
}

static void vspan_nl_parse_options(struct genl_info *info,
				   struct vspan_rule *rule)
{
	struct nlattr *redirect = info->attrs[VSPAN_A_SOURCE_REDIRECT];
	struct nlattr *promisc = info->attrs[VSPAN_A_SOURCE_PROMISC];
	struct nlattr *keep = info->attrs[VSPAN_A_SOURCE_DUP_KEEP];
	struct nlattr *hook = info->attrs[VSPAN_A_SOURCE_HOOK];

	if (hook)
		rule->hook = nla_get_u32(hook);
	if (redirect) {
		rule->redirect = nla_get_u8(redirect);
		if (!hook)
			rule->hook = rule->redirect ? VSPAN_HOOK_RX_HANDLER :
						      VSPAN_HOOK_TAP;
	}
	if (promisc)
		rule->promisc = nla_get_u8(promisc);
	if (keep)
		rule->dup_keep = nla_get_u8(keep);
}

/* Check combinations of options. */
static int vspan_nl_check_rule(struct genl_info *info,
			       const struct vspan_rule *rule)
{
	if (rule->redirect && rule->hook != VSPAN_HOOK_RX_HANDLER) {
		NL_SET_ERR_MSG(info->extack,
			       "redirect takes frames at the rx-handler hook; leave the hook out");
		return -EINVAL;
	}
	if (rule->hook == VSPAN_HOOK_RX_HANDLER && rule->dir != VSPAN_DIR_RX) {
		NL_SET_ERR_MSG(info->extack,
			       "redirect and the rx-handler hook see received frames only; select rx");
		return -EINVAL;
	}
	return 0;
}

/**
 * vspan_nl_parse_rule - make the rule that a request asks for
 * @info: the request
 * @old: the rule to change, or NULL for a new source
 *
 * Return: a new rule, to be freed with vspan_rule_free(), or an ERR_PTR() with a
 *	sentence in extack.
 */
struct vspan_rule *vspan_nl_parse_rule(struct genl_info *info,
				       const struct vspan_rule *old)
{
	struct vspan_rule *rule = vspan_rule_dup(old);
	int err;

	if (!rule)
		return ERR_PTR(-ENOMEM);
	vspan_nl_parse_options(info, rule);
	/* By default, all directions that the hook can see. */
	if (!old)
		rule->dir = rule->hook == VSPAN_HOOK_RX_HANDLER ?
			    VSPAN_DIR_RX : VSPAN_DIR_RX | VSPAN_DIR_TX;
	err = vspan_nl_parse_dir(info, rule);
	if (!err)
		err = vspan_nl_parse_vlans(info, rule);
	if (!err)
		err = vspan_nl_parse_filter(info, rule);
	if (!err)
		err = vspan_nl_parse_share(info, rule);
	if (!err)
		err = vspan_nl_parse_amount(info, rule);
	if (!err)
		err = vspan_nl_check_rule(info, rule);
	if (!err)
		return rule;
	vspan_rule_free(rule);
	return ERR_PTR(err);
}
