// SPDX-License-Identifier: GPL-2.0
/* check: a tunnel as an output whose route has too small an MTU. Frames that do not fit
 * are lost or fragmented, and no counter of the span shows it.
 */
#include <string.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <linux/rtnetlink.h>

#include "check/check.h"

#define IPV4_LEN	4
#define IPV6_LEN	16
#define IPV4_HLEN	20
#define IPV6_HLEN	40
#define ENCAP_LIMIT_HLEN 8	/* IPv6 destination options */
#define GRE_HLEN	4	/* each option of GRE is as long */
#define UDP_VNI_HLEN	16	/* UDP, then VXLAN, or Geneve without options */

/**
 * struct way - The path of a tunnel's packets.
 * @remote: address of the other end
 * @local: address of this one, zero if the route decides
 * @len: length of these, 0 if the tunnel does not tell
 * @link: index of the device it is bound to, 0 for none
 * @mark: of its packets, as routing sees it
 * @headers: length of what it puts ahead of a frame
 * @oif: index of the device that sends its packets, 0 if there is none
 * @mtu: of the route, 0 if that of the device counts
 */
struct way {
	uint8_t remote[IPV6_LEN];
	uint8_t local[IPV6_LEN];
	size_t len;
	uint32_t link;
	uint32_t mark;
	uint32_t headers;
	uint32_t oif;
	uint32_t mtu;
};

static const struct nl_policy gre_policy[IFLA_GRE_MAX + 1] = {
	[IFLA_GRE_LINK]		= { .type = MNL_TYPE_U32 },
	[IFLA_GRE_OFLAGS]	= { .type = MNL_TYPE_U16 },
	[IFLA_GRE_LOCAL]	= { .type = MNL_TYPE_BINARY },
	[IFLA_GRE_REMOTE]	= { .type = MNL_TYPE_BINARY },
	[IFLA_GRE_FLAGS]	= { .type = MNL_TYPE_U32 },
	[IFLA_GRE_ENCAP_TYPE]	= { .type = MNL_TYPE_U16 },
	[IFLA_GRE_FWMARK]	= { .type = MNL_TYPE_U32 },
	[IFLA_GRE_ERSPAN_VER]	= { .type = MNL_TYPE_U8 },
};

static const struct nl_policy vxlan_policy[IFLA_VXLAN_MAX + 1] = {
	[IFLA_VXLAN_LINK]	= { .type = MNL_TYPE_U32 },
	[IFLA_VXLAN_GROUP]	= { .type = MNL_TYPE_BINARY },
	[IFLA_VXLAN_GROUP6]	= { .type = MNL_TYPE_BINARY },
	[IFLA_VXLAN_LOCAL]	= { .type = MNL_TYPE_BINARY },
	[IFLA_VXLAN_LOCAL6]	= { .type = MNL_TYPE_BINARY },
};

static const struct nl_policy geneve_policy[IFLA_GENEVE_MAX + 1] = {
	[IFLA_GENEVE_REMOTE]	= { .type = MNL_TYPE_BINARY },
	[IFLA_GENEVE_REMOTE6]	= { .type = MNL_TYPE_BINARY },
};

static uint32_t get_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

/* The remote address determines the family of the tunnel; zero is no address. */
static void set_ends(struct way *w, const struct nlattr *remote,
		     const struct nlattr *local)
{
	static const uint8_t zero[IPV6_LEN];
	size_t len = remote ? mnl_attr_get_payload_len(remote) : 0;

	if ((len != IPV4_LEN && len != IPV6_LEN) ||
	    !memcmp(mnl_attr_get_payload(remote), zero, len))
		return;
	w->len = len;
	w->headers = len == IPV4_LEN ? IPV4_HLEN : IPV6_HLEN;
	memcpy(w->remote, mnl_attr_get_payload(remote), len);
	if (local && mnl_attr_get_payload_len(local) == len)
		memcpy(w->local, mnl_attr_get_payload(local), len);
}

static uint32_t gre_options(uint16_t flags)
{
	return GRE_HLEN * (!!(flags & GRE_CSUM) + !!(flags & GRE_KEY) +
			   !!(flags & GRE_SEQ));
}

/* Length of the ERSPAN headers by version: none for type I; II and III also have a GRE
 * sequence number.
 */
static uint32_t erspan_headers(const struct nlattr *version)
{
	static const uint32_t len[] = { 0, GRE_HLEN + 8, GRE_HLEN + 12 };
	uint8_t v = version ? mnl_attr_get_u8(version) : 1;

	return v < ARRAY_SIZE(len) ? len[v] : 0;
}

static int gre_parse(struct way *w, const char *kind,
		     const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_GRE_MAX + 1];
	int err;

	err = nl_parse_nested(data, gre_policy, IFLA_GRE_MAX, tb);
	/* The headers of GRE in UDP depend on other flags. */
	if (err || (tb[IFLA_GRE_ENCAP_TYPE] &&
		    mnl_attr_get_u16(tb[IFLA_GRE_ENCAP_TYPE])))
		return err;
	set_ends(w, tb[IFLA_GRE_REMOTE], tb[IFLA_GRE_LOCAL]);
	w->link = get_u32(tb[IFLA_GRE_LINK]);
	w->mark = get_u32(tb[IFLA_GRE_FWMARK]);
	w->headers += GRE_HLEN;
	if (strstr(kind, "erspan")) {
		w->headers += erspan_headers(tb[IFLA_GRE_ERSPAN_VER]);
		return 0;
	}
	if (tb[IFLA_GRE_OFLAGS])
		w->headers += gre_options(mnl_attr_get_u16(tb[IFLA_GRE_OFLAGS]));
	if (w->len == IPV6_LEN &&
	    !(get_u32(tb[IFLA_GRE_FLAGS]) & IP6_TNL_F_IGN_ENCAP_LIMIT))
		w->headers += ENCAP_LIMIT_HLEN;
	return 0;
}

static int vxlan_parse(struct way *w, const char *kind,
		       const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_VXLAN_MAX + 1];
	int err;

	(void)kind;
	err = nl_parse_nested(data, vxlan_policy, IFLA_VXLAN_MAX, tb);
	if (err)
		return err;
	set_ends(w, tb[IFLA_VXLAN_GROUP], tb[IFLA_VXLAN_LOCAL]);
	set_ends(w, tb[IFLA_VXLAN_GROUP6], tb[IFLA_VXLAN_LOCAL6]);
	w->link = get_u32(tb[IFLA_VXLAN_LINK]);
	w->headers += UDP_VNI_HLEN;
	return 0;
}

static int geneve_parse(struct way *w, const char *kind,
			const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_GENEVE_MAX + 1];
	int err;

	(void)kind;
	err = nl_parse_nested(data, geneve_policy, IFLA_GENEVE_MAX, tb);
	if (err)
		return err;
	set_ends(w, tb[IFLA_GENEVE_REMOTE], NULL);
	set_ends(w, tb[IFLA_GENEVE_REMOTE6], NULL);
	w->headers += UDP_VNI_HLEN;
	return 0;
}

/**
 * struct tunnel_kind - A kind of tunnels that bear Ethernet frames.
 * @name: name of the kind
 * @parse: reads what a device of this kind says of itself
 */
struct tunnel_kind {
	const char *name;
	int (*parse)(struct way *w, const char *kind,
		     const struct nlattr *data);
};

static const struct tunnel_kind kinds[] = {
	{ "gretap",	gre_parse },
	{ "ip6gretap",	gre_parse },
	{ "erspan",	gre_parse },
	{ "ip6erspan",	gre_parse },
	{ "vxlan",	vxlan_parse },
	{ "geneve",	geneve_parse },
};

static const struct tunnel_kind *find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/**
 * is_tunnel - Is it a tunnel that bears Ethernet frames?
 * @link: the device
 *
 * Return: true if so.
 */
bool is_tunnel(const struct link *link)
{
	return find_kind(link->kind);
}

static int tunnel_cb(const struct nlmsghdr *nlh, void *data)
{
	static const struct nl_policy policy[IFLA_INFO_MAX + 1] = {
		[IFLA_INFO_KIND]	= { .type = MNL_TYPE_NUL_STRING },
		[IFLA_INFO_DATA]	= { .type = MNL_TYPE_NESTED },
	};
	const struct nlattr *tb[IFLA_INFO_MAX + 1], *attr;
	const struct tunnel_kind *kind;
	int err;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) != IFLA_LINKINFO)
			continue;
		err = nl_parse_nested(attr, policy, IFLA_INFO_MAX, tb);
		if (err || !tb[IFLA_INFO_KIND])
			return err;
		kind = find_kind(mnl_attr_get_str(tb[IFLA_INFO_KIND]));
		return kind ? kind->parse(data, kind->name, tb[IFLA_INFO_DATA]) :
			      0;
	}
	return 0;
}

static uint32_t mtu_of(const struct nlattr *metrics)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, metrics)
		if (mnl_attr_get_type(attr) == RTAX_MTU &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			return mnl_attr_get_u32(attr);
	return 0;
}

static int route_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct way *w = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg)) {
		if (mnl_attr_get_type(attr) == RTA_OIF &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			w->oif = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_METRICS)
			w->mtu = mtu_of(attr);
	}
	return 0;
}

/* Looks up the route that the tunnel uses. */
static int route_read(struct nl *nl, struct way *w)
{
	static const uint8_t zero[IPV6_LEN];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->rtnl.tx);
	struct rtmsg *rtm;

	nlh->nlmsg_type = RTM_GETROUTE;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = w->len == IPV4_LEN ? AF_INET : AF_INET6;
	rtm->rtm_dst_len = 8 * w->len;
	mnl_attr_put(nlh, RTA_DST, w->len, w->remote);
	if (memcmp(w->local, zero, w->len)) {
		rtm->rtm_src_len = 8 * w->len;
		mnl_attr_put(nlh, RTA_SRC, w->len, w->local);
	}
	if (w->link)
		mnl_attr_put_u32(nlh, RTA_OIF, w->link);
	if (w->mark)
		mnl_attr_put_u32(nlh, RTA_MARK, w->mark);
	return nl_talk(&nl->rtnl, nlh, route_cb, w);
}

/* Returns false if the path is unknown, or if there is no route. */
static bool way_read(const struct check *c, struct way *w)
{
	struct nl *nl = &c->ctx->nl;
	struct nlmsghdr *nlh;

	if (!c->link || !is_tunnel(c->link) || c->link->is_lower_away)
		return false;
	nlh = nl_link_request(nl, RTM_GETLINK, 0, c->link->ifindex);
	return !nl_talk(&nl->rtnl, nlh, tunnel_cb, w) && w->len &&
	       !route_read(nl, w);
}

/* Others use the route as well, so the fix is to copy less of each frame. */
static void fix_snaplen(struct check *c, uint32_t mtu, uint32_t headers)
{
	const struct source *src = c->span->sources;

	while (src->next && frame_mtu(c, src) + headers <= mtu)
		src = src->next;
	c->src = src;
	fix(c, "vspanctl set %s to %s snaplen %u", quoted_source(c),
	    quoted_span(c),
	    mtu + ETH_HLEN - headers);
	c->src = NULL;
}

/**
 * probe_tunnel - Is there room for the tunnel's headers on its way?
 * @c: the check, at an output
 */
void probe_tunnel(struct check *c)
{
	const struct link *out;
	struct way w = { 0 };
	uint32_t need, most;

	if (!way_read(c, &w))
		return;
	out = link_by_index(&c->links, w.oif);
	most = output_mtu(c);
	need = most + ETH_HLEN + w.headers;
	if (!out)
		return;
	if (out->mtu < need) {
		found(c, FIND_WARNING, "tunnel_mtu",
		      "%s sends by %s, whose MTU of %u has no room for the largest frames of %s and its own headers: they need %u",
		      c->link->name, out->name, out->mtu, c->span->name, need);
		fix(c, "ip link set %s mtu %u", quoted(c, out->name), need);
	} else if (w.mtu && w.mtu < need) {
		found(c, FIND_WARNING, "tunnel_route",
		      "the route of %s takes %u bytes, which is no room for the largest frames of %s and its own headers: they need %u",
		      c->link->name, w.mtu, c->span->name, need);
		fix_snaplen(c, w.mtu, need - most + TAG_LEN);
	}
}
