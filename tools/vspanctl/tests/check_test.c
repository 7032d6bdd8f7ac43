// SPDX-License-Identifier: GPL-2.0
/* check: findings that virtual devices cannot cause, with invented devices. */
#include "check/check.h"

#include <stdlib.h>
#include <string.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>

#include "ktap.h"
#include "nl/altname.h"

static _Alignas(struct nlmsghdr) char buf[4096];

/* A message of rtnetlink about a port of a switch chip. */
static struct nlmsghdr *msg_link(void)
{
	static const uint8_t id[4] = { 1, 2, 3, 4 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifm;
	struct nlattr *nest;

	nlh->nlmsg_type = RTM_NEWLINK;
	ifm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifm));
	ifm->ifi_index = 7;
	ifm->ifi_flags = IFF_UP;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "sw1p1");
	mnl_attr_put_u32(nlh, IFLA_MTU, 1500);
	mnl_attr_put_u32(nlh, IFLA_MASTER, 3);
	mnl_attr_put(nlh, IFLA_PHYS_SWITCH_ID, sizeof(id), id);
	mnl_attr_put_strz(nlh, IFLA_PARENT_DEV_NAME, "0000:01:00.0");
	mnl_attr_put_strz(nlh, IFLA_PARENT_DEV_BUS_NAME, "pci");
	nest = mnl_attr_nest_start(nlh, IFLA_XDP);
	mnl_attr_put_u8(nlh, IFLA_XDP_ATTACHED, XDP_ATTACHED_HW);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void test_parse(struct ktap *t, struct array *links)
{
	const struct link *link;

	ktap_ok(t, !link_cb(msg_link(), links), "link: parsed");
	link = link_by_index(links, 7);
	ktap_ok(t, link && !strcmp(link->name, "sw1p1"), "link: found");
	ktap_ok(t, link->mtu == 1500 && link->master == 3 &&
		!strcmp(link->place, "pci/devices/0000:01:00.0") &&
		link->is_switched && link->is_hardware && link->carrier &&
		link->xdp == XDP_ATTACHED_HW, "link: as the message has it");
	ktap_ok(t, !link_by_index(links, 8), "link: others are not found");
}

/* A device of two alternative names. */
static const struct nlmsghdr *msg_altnames(const char *kind, uint16_t type,
					   const char *own, const char *alt)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifm;
	struct nlattr *nest;

	nlh->nlmsg_type = RTM_NEWLINK;
	ifm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifm));
	ifm->ifi_index = 9;
	ifm->ifi_type = type;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, own);
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, IFLA_PROP_LIST);
	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, "first");
	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, alt);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static const char *altname_found(const struct nlmsghdr *nlh, bool has_own)
{
	struct altnames a = { .pattern = "en[pos]*" };
	static struct altname alt;
	bool is_found;

	if (altnames_cb(nlh, &a) || a.has_own != has_own)
		return "an error";
	is_found = a.missed.count == 1;
	if (is_found)
		alt = *(struct altname *)a.missed.items;
	free(a.missed.items);
	if (!is_found)
		return "none";
	return alt.link.ifindex == 9 && !strcmp(alt.link.name, "eth0") ?
	       altname_to_add(&alt) : "another";
}

static void test_altnames(struct ktap *t)
{
	char longest[VSPAN_PATTERN_LEN + 1] = "enp3s0", longer[VSPAN_PATTERN_LEN + 2] = "eno";

	memset(longest + 6, 'x', sizeof(longest) - 7);
	memset(longer + 3, 'x', sizeof(longer) - 4);
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_ETHER, "eth0", "enp3s0"), false),
		 "enp3s0", "alternative name");
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_ETHER, "eth0", longest), false),
		 longest, "alternative name as long as a source's");
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_ETHER, "eth0", longer), false),
		 "eth0", "alternative name too long for a source");
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_ETHER, "eth0", "enp?"), false),
		 "eth0", "alternative name that would be a pattern");
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_ETHER, "eth0", "wlp3s0"), false),
		 "none", "alternative name that does not match");
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_ETHER, "ens1", "enp3s0"), true),
		 "none", "own name that matches");
	ktap_str(t, altname_found(msg_altnames("", ARPHRD_NONE, "eth0", "enp3s0"), false),
		 "none", "alternative name of no Ethernet device");
	ktap_str(t, altname_found(msg_altnames("vspan", ARPHRD_ETHER, "eth0", "enp3s0"), false),
		 "none", "alternative name of a span");
}

static char *print(struct check *c, bool json)
{
	char *text = NULL;
	size_t len;

	c->ctx->out.json = json;
	c->ctx->out.fp = open_memstream(&text, &len);
	findings_print(c);
	fclose(c->ctx->out.fp);
	return text;
}

static void expect(struct ktap *t, struct check *c, const char *want,
		   const char *name)
{
	const struct finding *f = c->findings.items;
	char got[1024] = "";
	size_t i;

	for (i = 0; i < c->findings.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 "%d %s %s\n", f[i].severity, f[i].key, f[i].fix);
	ktap_str(t, got, want, name);
	c->findings.count = 0;
}

static void run(struct check *c, const probe_fn *probe)
{
	for (; *probe; probe++)
		(*probe)(c);
}

static void test_hardware(struct ktap *t, struct check *c)
{
	struct binding b = { .dev = "sw1p1", .ifindex = 7 };
	struct source src = { .name = "sw1p1", .kind = VSPAN_KIND_NAME,
			      .dir = VSPAN_DIR_RX, .bindings = &b };
	struct span span = { .name = "span0", .sources = &src };

	c->span = &span;
	c->src = &src;
	c->bind = &b;
	c->link = link_by_index(&c->links, 7);
	run(c, dev_probes);
	expect(t, c, "0 not_promisc vspanctl set sw1p1 to span0 promisc\n"
	       "1 xdp ip link set dev sw1p1 xdpoffload off\n"
	       "1 offloaded_bridge tc filter add dev sw1p1 ingress matchall skip_sw action mirred egress mirror dev PORT\n"
	       "0 sriov ip link show sw1p1\n", "a port of a switch chip");
	src.dir = VSPAN_DIR_TX;
	run(c, dev_probes);
	expect(t, c, "1 offloaded_bridge tc filter add dev sw1p1 ingress matchall skip_sw action mirred egress mirror dev PORT\n"
	       "0 sriov ip link show sw1p1\n", "and what it sends");
	c->src = NULL;
	c->bind = NULL;
	c->link = NULL;
}

static const char *on;

static unsigned int vfs(const struct link *link)
{
	return *link->place ? 4 : 0;
}

static bool feature(const char *dev, const char *name)
{
	return !strcmp(dev, "nic0") && on && strstr(on, name);
}

/* nic0, and a macvlan device on it. */
static void test_offloads(struct ktap *t, struct check *c)
{
	struct link links[] = {
		{ .ifindex = 7, .name = "nic0", .flags = IFF_UP, .carrier = true,
		  .promiscuity = 1 },
		{ .ifindex = 8, .name = "mv0", .kind = "macvlan", .lower = 7 },
	};
	struct check here = { .ctx = c->ctx, .feature = feature, .vfs = vfs,
			      .links = { .items = links, .count = 1 } };
	struct binding b = { .dev = "nic0", .ifindex = 7 };
	struct source src = { .name = "nic0", .kind = VSPAN_KIND_NAME,
			      .dir = VSPAN_DIR_RX, .bindings = &b };
	struct span span = { .name = "span0", .sources = &src };

	here.span = &span;
	here.src = &src;
	here.bind = &b;
	here.link = links;
	on = "rx-gro-hw rx-fcs rx-all rx-lro rx-vlan-filter l2-fwd-offload";
	probe_offloads(&here);
	expect(t, &here, "1 lro ethtool -K nic0 lro off\n"
	       "0 rx_fcs ethtool -K nic0 rx-fcs off\n"
	       "0 rx_all ethtool -K nic0 rx-all off\n", "offloads");
	here.links.count = 2;
	src.redirect = true;
	links[0].promiscuity = 0;
	on = "rx-vlan-filter l2-fwd-offload";
	probe_offloads(&here);
	expect(t, &here, "1 rx_vlan_filter ethtool -K nic0 rx-vlan-filter off\n"
	       "1 l2_fwd_offload ethtool -K nic0 l2-fwd-offload off\n",
	       "offloads that keep frames back");
	src.dir = VSPAN_DIR_TX;
	probe_offloads(&here);
	expect(t, &here, "", "offloads do nothing to what it sends");
	free(here.findings.items);
}

/* A filter as tc dumps it, with flags. */
static const struct nlmsghdr *msg_filter(const char *kind, uint16_t type,
					 uint32_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *nest;

	nlh->nlmsg_type = RTM_NEWTFILTER;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct tcmsg));
	mnl_attr_put_strz(nlh, TCA_KIND, kind);
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, type, flags);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void test_filters(struct ktap *t)
{
	struct tc_filters f = { 0 };
	uint32_t in = TCA_CLS_FLAGS_IN_HW, not_in = TCA_CLS_FLAGS_NOT_IN_HW;

	tc_filter_cb(msg_filter("flower", TCA_FLOWER_FLAGS, not_in), &f);
	tc_filter_cb(msg_filter("flower", TCA_FLOWER_CLASSID, in), &f);
	tc_filter_cb(msg_filter("matchall", TCA_MATCHALL_FLAGS, in), &f);
	tc_filter_cb(msg_filter("other", TCA_FLOWER_FLAGS, in), &f);
	ktap_ok(t, f.count == 4 && !f.in_hw, "filters of the host");
	tc_filter_cb(msg_filter("flower", TCA_FLOWER_FLAGS, in), &f);
	tc_filter_cb(msg_filter("u32", TCA_U32_FLAGS, in), &f);
	tc_filter_cb(msg_filter("bpf", TCA_BPF_FLAGS_GEN, in), &f);
	ktap_ok(t, f.count == 7 && f.in_hw == 3, "filters of the hardware");
}

static void set_spans(struct model *m, uint64_t n)
{
	struct span *span = array_next(&m->spans, sizeof(*span));

	memset(span, 0, sizeof(*span));
	strcpy(span->name, "span 0");
	span->up = true;
	span->reader = true;
	span->qlen = 64;
	span->drops[VSPAN_A_DROP_QUEUE_FULL] = n;
	span->drops[VSPAN_A_DROP_NO_MEMORY] = 1;
	span->drops[VSPAN_A_DROP_CHECKSUM] = n;
	m->spans.count = 1;
}

static void test_losses(struct ktap *t, struct check *c)
{
	set_spans(&c->before, 2);
	set_spans(&c->now, 5);
	c->span = c->now.spans.items;
	probe_span_drops(c);
	expect(t, c, "0 no_memory sysctl -w vm.min_free_kbytes=131072\n"
	       "1 queue_full vspanctl span set 'span 0' qlen 128\n"
	       "1 checksum vspanctl span set 'span 0' frames asis\n",
	       "losses that go on, and past ones");
	((struct span *)c->before.spans.items)->ifindex = 9;
	probe_span_drops(c);
	expect(t, c, "0 no_memory sysctl -w vm.min_free_kbytes=131072\n"
	       "0 queue_full vspanctl span set 'span 0' qlen 128\n"
	       "0 checksum vspanctl span set 'span 0' frames asis\n",
	       "a span made anew has lost nothing since");
}

static void test_dormant(struct ktap *t, struct check *c)
{
	struct output output = { .dev = "up0" };
	struct source src = { .name = "eth'0", .kind = VSPAN_KIND_NAME,
			      .is_dormant = true,
			      .dormant = VSPAN_DORMANT_IS_OUTPUT };
	struct span span = { .name = "span0", .sources = &src,
			     .outputs = &output };

	c->span = &span;
	c->src = &src;
	run(c, source_probes);
	expect(t, c, "2 is_output vspanctl output del span0 dev up0\n",
	       "a source that an output sends through");
	src.dormant = VSPAN_DORMANT_NOT_ETHERNET;
	run(c, source_probes);
	expect(t, c, "2 not_ethernet vspanctl del 'eth'\\''0' to span0\n",
	       "a source that is no Ethernet device");
	src.dormant = 99;
	run(c, source_probes);
	expect(t, c, "2 dormant vspanctl del 'eth'\\''0' to span0\n",
	       "a reason of a newer kernel");
	c->src = NULL;
}

static void test_print(struct ktap *t, struct check *c)
{
	struct span span = { .name = "span0" };
	char *text;

	c->span = &span;
	found(c, FIND_NOTE, "a_note", "one thing is so");
	fix(c, "do this");
	text = print(c, false);
	ktap_str(t, text, "note (a_note): one thing is so\n        do this\nall is well\n",
		 "a note is no fault");
	free(text);
	c->ctx->netns = "blue";
	found(c, FIND_ERROR, "an_error", "another is");
	fix(c, "do %s", "that");
	found(c, FIND_ERROR, "an_error", "another is");
	fix(c, "do %s", "that");
	text = print(c, true);
	ktap_str(t, text, "[{\"severity\":\"error\",\"span\":\"span0\",\"finding\":\"an_error\",\"text\":\"another is\",\"fix\":\"ip netns exec blue do that\"},"
		 "{\"severity\":\"note\",\"span\":\"span0\",\"finding\":\"a_note\",\"text\":\"one thing is so\",\"fix\":\"do this\"}]\n",
		 "JSON, what matters most first, and once");
	free(text);
}

int main(void)
{
	static struct ctx ctx;
	struct check c = { .ctx = &ctx, .feature = feature, .vfs = vfs };
	struct ktap t = { 0 };

	ktap_start();
	if (nl_open_rtnl(&ctx.nl))
		return 1;
	test_parse(&t, &c.links);
	test_altnames(&t);
	test_hardware(&t, &c);
	test_offloads(&t, &c);
	test_filters(&t);
	test_losses(&t, &c);
	test_dormant(&t, &c);
	test_print(&t, &c);
	nl_close(&ctx.nl);
	model_free(&c.before);
	model_free(&c.now);
	free(c.links.items);
	free(c.findings.items);
	return ktap_end(&t);
}
