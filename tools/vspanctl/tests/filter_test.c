// SPDX-License-Identifier: GPL-2.0
/* Filters: which "vlan" means the outermost tag, and which expressions are refused. */
#include "args/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <linux/filter.h>
#include <linux/vspan.h>

#include "args/filter_words.h"
#include "ktap.h"

#define P	"ether[0xfffff030] = 1"
#define T	"ether[0xfffff02c] & 0xfff = "

/* Expressions and how they are marked; NULL if they are not. */
static const struct {
	const char *text;
	const char *want;
} marked[] = {
	{ "tcp port 80",		NULL },
	{ "vlan",			"(" P ")" },
	{ "not vlan",			"not (" P ")" },
	{ "vlan 10",			"(" P " and " T "10)" },
	{ "vlan 0xa and ip",		"(" P " and " T "0xa) and ip" },
	{ "icmp and vlan\t10",		"icmp and (" P " and " T "10)" },
	{ "vlan (10)",			"(" P " and " T "10)" },
	{ "(vlan ( (10 )))and arp",	"((" P " and " T "10))and arp" },
	{ "(vlan(10))",			"((" P " and " T "10))" },
	{ "vlan and (arp)",		"(" P ") and (arp)" },
	{ "(vlan)or(udp)",		"((" P "))or(udp)" },
	{ "vlan 1 and vlan 2",		"(" P " and " T "1) and vlan 2" },
	{ "vlan||vlan",			"(" P ")||vlan" },
	{ "host vlan-1",		NULL },
	{ "host vlan.example",		NULL },
	{ "host a.vlan and vlan",	"host a.vlan and (" P ")" },
	{ "host \\vlan",		NULL },
	{ "ether host \\vlan and vlan", "ether host \\vlan and (" P ")" },
	{ "geneve and vlan",		NULL },
	{ "vlan and geneve",		"(" P ") and geneve" },
	{ "",				NULL },
};

static void test_marked(struct ktap *t)
{
	unsigned int marks;
	char *got;
	size_t i;

	for (i = 0; i < sizeof(marked) / sizeof(*marked); i++) {
		if (filter_words_mark(marked[i].text, &got, &marks))
			ktap_ok(t, false, marked[i].text);
		else
			ktap_str(t, got ? got : "no mark",
				 marked[i].want ? marked[i].want : "no mark",
				 marked[i].text);
		free(got);
	}
}

/* Either a whole program is put into a message, or nothing. */
static int put(const char *text, struct nlmsghdr **nlh, char *err, size_t len)
{
	static char buf[65536];

	*nlh = mnl_nlmsg_put_header(buf);
	return filter_put(*nlh, VSPAN_A_SOURCE_FILTER, text, err, len);
}

static unsigned int tag_loads(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr = mnl_nlmsg_get_payload(nlh);
	const struct sock_filter *f = mnl_attr_get_payload(attr);
	size_t i, n = mnl_attr_get_payload_len(attr) / sizeof(*f);
	unsigned int count = 0;

	for (i = 0; i < n; i++)
		count += f[i].code == (BPF_LD | BPF_B | BPF_ABS) &&
			 (f[i].k == FILTER_TAG_PRESENT || f[i].k == FILTER_TAG);
	return count;
}

/* The first of the two programs begins with the branch between them. */
static void test_tag(struct ktap *t)
{
	struct nlmsghdr *nlh;
	char err[512];

	ktap_ok(t, !put("vlan 10 and udp", &nlh, err, sizeof(err)) &&
		tag_loads(nlh) == 3, "vlan N asks for the tag beside the bytes");
	ktap_ok(t, !put("icmp or not vlan", &nlh, err, sizeof(err)) &&
		tag_loads(nlh) == 2, "vlan does, wherever it stands");
	ktap_ok(t, !put("udp", &nlh, err, sizeof(err)) && tag_loads(nlh) == 1,
		"nothing else does");
}

static void test_none(struct ktap *t)
{
	static const char *const bad[] = {
		"tcp port", "host vspan.invalid", "vlan 5000", "ip and arp",
		"vlan and host vspan.invalid",
	};
	struct nlmsghdr *nlh;
	char err[512];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		*err = '\0';
		ktap_ok(t, put(bad[i], &nlh, err, sizeof(err)) == -EINVAL &&
			nlh->nlmsg_len == MNL_NLMSG_HDRLEN &&
			strstr(err, bad[i]), bad[i]);
	}
	ktap_ok(t, !put("", &nlh, err, sizeof(err)) &&
		nlh->nlmsg_len > MNL_NLMSG_HDRLEN, "no filter is a program too");
}

/* Replaces the resolver of the tool and of libpcap: "dual" has an address of each family,
 * other names have none, and addresses stand for themselves.
 */
static struct sockaddr_in in4 = { .sin_family = AF_INET };
static struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
static struct addrinfo dual[] = {
	{
		.ai_family = AF_INET,
		.ai_addr = (struct sockaddr *)&in4,
		.ai_addrlen = sizeof(in4),
		.ai_next = &dual[1],
	}, {
		.ai_family = AF_INET6,
		.ai_addr = (struct sockaddr *)&in6,
		.ai_addrlen = sizeof(in6),
	},
};

static struct sockaddr_in6 literal = { .sin6_family = AF_INET6 };
static struct addrinfo one = {
	.ai_family = AF_INET6,
	.ai_addr = (struct sockaddr *)&literal,
	.ai_addrlen = sizeof(literal),
};

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
		struct addrinfo **list)
{
	(void)service;
	(void)hints;
	if (inet_pton(AF_INET6, name, &literal.sin6_addr) == 1) {
		*list = &one;
		return 0;
	}
	if (strcmp(name, "dual"))
		return EAI_NONAME;
	inet_pton(AF_INET, "192.0.2.7", &in4.sin_addr);
	inet_pton(AF_INET6, "2001:db8::7", &in6.sin6_addr);
	*list = dual;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

/* A name is replaced by all of its addresses; other words stay. */
static void test_resolve(struct ktap *t)
{
	static const struct {
		const char *text, *want;
		int count;
	} rows[] = {
		{ "not host dual", "not host (192.0.2.7 or 2001:db8::7)", 1 },
		{ "ip host dual", "ip host 192.0.2.7", 1 },
		{ "ip6 host dual and udp", "ip6 host 2001:db8::7 and udp", 1 },
		{ "host fe80::1", "host fe80::1", 0 },
		{ "src host dead:beef::1", "src host dead:beef::1", 0 },
		{ "ip6 net fe80::/10", "ip6 net fe80::/10", 0 },
		/* An address left out would let more through. */
		{ "not host (dual or 1.2.3.4)", NULL, -EINVAL },
	};
	char text[VSPAN_FILTER_TEXT_LEN + 1], err[512];
	size_t i;
	int n;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		strcpy(text, rows[i].text);
		n = filter_resolve(text, err, sizeof(err));
		ktap_ok(t, n == rows[i].count && (n < 0 || !strcmp(text, rows[i].want)),
			rows[i].text);
	}
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	test_marked(&t);
	test_tag(&t);
	test_none(&t);
	test_resolve(&t);
	filter_close();
	return ktap_end(&t);
}
