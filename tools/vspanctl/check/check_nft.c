// SPDX-License-Identifier: GPL-2.0
/* check: chains of nftables that may drop frames before they are copied: families netdev
 * and inet at the ingress of a device, family netdev at its egress.
 */
#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "check/check.h"

/* As of Linux 5.10, 5.16 and 6.16; the headers at hand may be older. */
#define INET_INGRESS	5
#define NETDEV_EGRESS	1
#define DEVICE_PREFIX	2	/* in place of a name: of all that begin so */

/* Characters of a name that nft(8) reads without quotes. */
#define NFT_NAME	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
			"0123456789_/\\.-"

/**
 * struct chain - A base chain of nftables.
 * @dev: the device asked about
 * @egress: the question is about egress, not ingress
 * @family: "netdev" or "inet"
 * @table: its table
 * @name: its name, "" if there is none on @dev
 */
struct chain {
	const char *dev;
	bool egress;
	const char *family;
	char table[NFT_TABLE_MAXNAMELEN];
	char name[NFT_CHAIN_MAXNAMELEN];
};

static const struct nl_policy chain_policy[NFTA_CHAIN_MAX + 1] = {
	[NFTA_CHAIN_TABLE]	= { .type = MNL_TYPE_NUL_STRING },
	[NFTA_CHAIN_NAME]	= { .type = MNL_TYPE_NUL_STRING },
	[NFTA_CHAIN_HOOK]	= { .type = MNL_TYPE_NESTED },
};

static const struct nl_policy hook_policy[NFTA_HOOK_MAX + 1] = {
	[NFTA_HOOK_HOOKNUM]	= { .type = MNL_TYPE_U32 },
	[NFTA_HOOK_DEV]		= { .type = MNL_TYPE_NUL_STRING },
	[NFTA_HOOK_DEVS]	= { .type = MNL_TYPE_NESTED },
};

static bool names(const struct nlattr *attr, const char *dev)
{
	const char *name = mnl_attr_get_str(attr);

	if (mnl_attr_get_type(attr) == DEVICE_PREFIX)
		return !strncmp(dev, name, strlen(name));
	return !strcmp(dev, name);
}

static bool hook_has(const struct nlattr **tb, const char *dev)
{
	const struct nlattr *attr;

	if (tb[NFTA_HOOK_DEV] &&
	    !strcmp(mnl_attr_get_str(tb[NFTA_HOOK_DEV]), dev))
		return true;
	if (!tb[NFTA_HOOK_DEVS])
		return false;
	mnl_attr_for_each_nested(attr, tb[NFTA_HOOK_DEVS])
		if (!mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) &&
		    names(attr, dev))
			return true;
	return false;
}

/* The name of the family if the hook is the one in question, else NULL. */
static const char *hook_family(const struct chain *chain, uint8_t family,
			       uint32_t hook)
{
	if (family == NFPROTO_NETDEV &&
	    hook == (chain->egress ? NETDEV_EGRESS : NF_NETDEV_INGRESS))
		return "netdev";
	return family == NFPROTO_INET && hook == INET_INGRESS &&
	       !chain->egress ? "inet" : NULL;
}

/* struct nfgenmsg has the length of struct genlmsghdr, which nl_parse() skips. */
static int chain_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct chain *chain = data;
	const char *family;
	int err;

	err = nl_parse(nlh, chain_policy, NFTA_CHAIN_MAX, tb);
	if (!err)
		err = nl_parse_nested(tb[NFTA_CHAIN_HOOK], hook_policy,
				      NFTA_HOOK_MAX, hook);
	if (err || !tb[NFTA_CHAIN_TABLE] || !tb[NFTA_CHAIN_NAME] ||
	    !hook[NFTA_HOOK_HOOKNUM])
		return err;
	family = hook_family(chain, nfg->nfgen_family,
			     ntohl(mnl_attr_get_u32(hook[NFTA_HOOK_HOOKNUM])));
	if (!family || !hook_has(hook, chain->dev))
		return 0;
	chain->family = family;
	snprintf(chain->table, sizeof(chain->table), "%s",
		 mnl_attr_get_str(tb[NFTA_CHAIN_TABLE]));
	snprintf(chain->name, sizeof(chain->name), "%s",
		 mnl_attr_get_str(tb[NFTA_CHAIN_NAME]));
	return 0;
}

static bool find_chain(struct check *c, struct chain *chain)
{
	static struct nl_sock s;
	struct nlmsghdr *nlh;
	struct nfgenmsg *nfg;

	/* A kernel without nftables has no chains. */
	if (nl_sock_open(&s, NETLINK_NETFILTER))
		return false;
	nlh = mnl_nlmsg_put_header(s.tx);
	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN;
	nlh->nlmsg_flags = NLM_F_DUMP;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = NFPROTO_UNSPEC;
	nfg->version = NFNETLINK_V0;
	blind(c, nl_talk(&s, nlh, chain_cb, chain));
	nl_sock_close(&s);
	return *chain->name;
}

/* Can the names be printed in a command? A container can choose names that nft(8) would
 * not read as names.
 */
static bool is_plain(const struct chain *chain)
{
	return !chain->table[strspn(chain->table, NFT_NAME)] &&
	       !chain->name[strspn(chain->name, NFT_NAME)];
}

static void fix_ingress(struct check *c, const struct chain *chain)
{
	char cmd[FIX_LEN] = "", what[TAKES_LEN];

	snprintf(what, sizeof(what), "the chain %s and all of its rules",
		 chain->name);
	if (is_plain(chain))
		snprintf(cmd, sizeof(cmd),
			 "nft 'flush chain %s %s %s; delete chain %s %s %s'",
			 chain->family, chain->table, chain->name,
			 chain->family, chain->table, chain->name);
	if (is_plain(chain) || !c->src->redirect)
		fix_hook(c, what, cmd);
	else
		fix(c, "nft -a list ruleset %s", chain->family);
}

/**
 * probe_nft - May nftables drop frames before they are copied?
 * @c: the check, at a device
 */
void probe_nft(struct check *c)
{
	struct chain in = { .dev = c->link->name };
	struct chain out = { .dev = c->link->name, .egress = true };

	if (c->bind->hook == VSPAN_HOOK_RX_HANDLER && find_chain(c, &in)) {
		found(c, FIND_WARNING, "nft_ingress",
		      "the nftables chain %s at the ingress of %s comes before the rx-handler, and what it drops is not copied",
		      in.name, c->link->name);
		fix_ingress(c, &in);
	}
	if (c->src->dir & VSPAN_DIR_TX && find_chain(c, &out)) {
		found(c, FIND_NOTE, "nft_egress",
		      "what the nftables chain %s at the egress of %s drops does not leave, and is not copied",
		      out.name, c->link->name);
		fix(c, "nft list ruleset %s", out.family);
	}
}
