// SPDX-License-Identifier: GPL-2.0
/* Command lines to struct args and on to messages. */
#include "args/args.h"

#include "ktap.h"
#include "vspanctl.h"

#define MAX_WORDS	10
#define ADD		(HAS_SPAN | ARGS_SOURCE)

static const struct {
	const char *line;
	unsigned int has;
	const char *span;
	uint32_t dir;
} good[] = {
	{ "eth0",			0,			"span0", 0 },
	{ "eth0 rx",			HAS_DIR,		"span0", 1 },
	{ "eth0 tx",			HAS_DIR,		"span0", 2 },
	{ "eth0 rx,tx",			HAS_DIR,		"span0", 3 },
	{ "eth0 tx,rx",			HAS_DIR,		"span0", 3 },
	{ "eth0 to mon",		HAS_SPAN,		"mon",	 0 },
	{ "eth0 to mon rx",		HAS_SPAN | HAS_DIR,	"mon",	 1 },
	{ "eth0 vlan 10 rx to mon",	HAS_SPAN | HAS_DIR | HAS_VLANS, "mon", 1 },
	{ "eth0 hook rx-handler rx",	HAS_HOOK | HAS_DIR,	"span0", 1 },
	{ "eth0 redirect promisc",	HAS_REDIRECT | HAS_PROMISC, "span0", 0 },
	{ "eth0 redirect off to mon",	HAS_REDIRECT | HAS_SPAN, "mon",	 0 },
	{ "eth0 dup keep",		HAS_DUP,		"span0", 0 },
	{ "eth0 filter tcp rx",		HAS_FILTER | HAS_DIR,	"span0", 1 },
	{ "eth0 snaplen 64",		HAS_SNAPLEN,		"span0", 0 },
	{ "eth0 snaplen headers",	HAS_SNAPLEN,		"span0", 0 },
	{ "eth0 snaplen 0",		HAS_SNAPLEN,		"span0", 0 },
	{ "eth0 share 2/3",		HAS_SHARE,		"span0", 0 },
	{ "eth0 share 256/256 rx",	HAS_SHARE | HAS_DIR,	"span0", 1 },
	{ "eth0 share all",		HAS_SHARE,		"span0", 0 },
	{ "eth0 sample 4294967295",	HAS_SAMPLE,		"span0", 0 },
	{ "eth0 rate 0 to mon",		HAS_RATE | HAS_SPAN,	"mon",	 0 },
	{ "eth0 tag bridge",		HAS_TAG,		"span0", 0 },
	{ "eth0 vlan all",		HAS_VLANS,		"span0", 0 },
	{ "eth0 to to",			HAS_SPAN,		"to",	 0 },
	{ "eth0 to 123456789012345",	HAS_SPAN,	"123456789012345", 0 },
};

static const struct {
	const char *line;
	const char *says;
} bad[] = {
	{ "",				"needs a SOURCE" },
	{ "eth0 rxtx",			"what is \"rxtx\"? see: vspanctl add help" },
	{ "eth0 r",			"what is \"r\"?" },
	{ "eth0 RX",			"what is \"RX\"?" },
	{ "eth0 rx tx",			"write rx,tx for both" },
	{ "eth0 rx rx",			"write rx,tx for both" },
	{ "eth0 to",			"\"to\" needs a value, SPAN" },
	{ "eth0 vlan",			"\"vlan\" needs a value, LIST" },
	{ "eth0 to a to b",		"\"to\" is given twice" },
	{ "eth0 vlan 1 vlan 2",		"\"vlan\" is given twice" },
	{ "eth0 vlan 0",		"1 to 4094" },
	{ "eth0 qlen 5",		"what is \"qlen\"?" },
	{ "eth0 frames asis",		"what is \"frames\"?" },
	{ "eth0 -j",			"options go before" },
	{ "-s",				"options go before" },
	{ "1234567890123456789012345678901234567890123456789012345678901234",
	  "at most 63" },
	{ "eth0 to 1234567890123456",	"at most 15" },
	{ "a/b",			"contains '/'" },
	{ "a:b",			"contains ':'" },
	{ "a\tb",			"contains" },
	{ "eth%d",			"contains '%'" },
	{ ".",				"cannot name" },
	{ "..",				"cannot name" },
	{ "eth[01",			"a '[' without a ']'" },
	{ "-*",				"options go before" },
	{ "*************************************************"
	  "***************",		"at most 63" },
	{ "master",			"needs the name of a bridge" },
	{ "master br*",			"is a pattern" },
	{ "master -j",			"options go before" },
	{ "master 1234567890123456789012345678901234567890123456789012345678901234",
	  "at most 63" },
	{ "eth0 hook",			"\"hook\" needs a value" },
	{ "eth0 hook nft",		"it is tap or rx-handler" },
	{ "eth0 dup",			"\"dup\" needs a value" },
	{ "eth0 dup on",		"it is keep or drop" },
	{ "eth0 promisc promisc",	"\"promisc\" is given twice" },
	{ "eth0 filter",		"\"filter\" needs a value, EXPR" },
	{ "eth0 filter wlan",		"filter \"wlan\": " },
	{ "eth0 filter tcp filter udp",	"\"filter\" is given twice" },
	{ "eth0 snaplen 13",		"a number from 14 to 65535" },
	{ "eth0 snaplen 65536",		"a number from 14 to 65535" },
	{ "eth0 snaplen all",		"neither headers nor a number" },
	{ "eth0 share",			"\"share\" needs a value, { K/N | all }" },
	{ "eth0 share 0/2",		"share \"0/2\" is no share: it is K/N" },
	{ "eth0 share 3/2",		"N from 1 to 256 and K from 1 to N" },
	{ "eth0 share 1/0",		"or all" },
	{ "eth0 share 1/257",		"N from 1 to 256" },
	{ "eth0 share 1/4294967297",	"N from 1 to 256" },
	{ "eth0 share 4294967297/2",	"is no share" },
	{ "eth0 share 1",		"is no share" },
	{ "eth0 share 1/",		"is no share" },
	{ "eth0 share /2",		"is no share" },
	{ "eth0 share 1/2/2",		"is no share" },
	{ "eth0 share -1/2",		"is no share" },
	{ "eth0 share 1/+2",		"is no share" },
	{ "eth0 share half",		"is no share" },
	{ "eth0 sample 0",		"from 1 to 4294967295" },
	{ "eth0 sample 4294967296",	"from 1 to 4294967295" },
	{ "eth0 rate -1",		"from 0 to 4294967295" },
	{ "eth0 tag both",		"it is port or bridge" },
	{ "eth0 redirect maybe",	"what is \"maybe\"?" },
};

static const struct {
	const char *line;
	uint32_t kind;
	const char *source;
	const char *text;
} kinds[] = {
	{ "eth0",		VSPAN_KIND_NAME,   "eth0",     "eth0" },
	{ "eth*",		VSPAN_KIND_GLOB,   "eth*",     "eth*" },
	{ "tap10?i0 rx",	VSPAN_KIND_GLOB,   "tap10?i0", "tap10?i0" },
	{ "[m]aster",		VSPAN_KIND_GLOB,   "[m]aster", "[m]aster" },
	{ "master br0",		VSPAN_KIND_MASTER, "br0",      "master br0" },
	{ "master master rx",	VSPAN_KIND_MASTER, "master",   "master master" },
	{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz*1234567890",
	  VSPAN_KIND_GLOB,
	  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz*1234567890",
	  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz*1234567890" },
};

static const struct {
	const char *line;
	const char *says;
	uint32_t frames;
	uint32_t qlen;
} spans[] = {
	{ "mon",			NULL, VSPAN_FRAMES_WIRE, 0 },
	{ "mon frames wire",		NULL, VSPAN_FRAMES_WIRE, 0 },
	{ "mon frames asis",		NULL, VSPAN_FRAMES_ASIS, 0 },
	{ "mon qlen 1",			NULL, VSPAN_FRAMES_WIRE, 1 },
	{ "mon qlen 32767 frames asis", NULL, VSPAN_FRAMES_ASIS, 32767 },
	{ "mon frames gso",		"it is wire or asis", 0, 0 },
	{ "mon frames",			"needs a value, FRAMES", 0, 0 },
	{ "mon qlen 0",			"1 to 32767", 0, 0 },
	{ "mon qlen 32768",		"1 to 32767", 0, 0 },
	{ "mon qlen -1",		"1 to 32767", 0, 0 },
	{ "mon qlen 10k",		"1 to 32767", 0, 0 },
	{ "mon qlen 4294967297",	"1 to 32767", 0, 0 },
	{ "mon mtu 1 down",		NULL, VSPAN_FRAMES_WIRE, 0 },
	{ "mon mtu 2147483647 up",	NULL, VSPAN_FRAMES_WIRE, 0 },
	{ "mon mtu 0",			"1 to 2147483647", 0, 0 },
	{ "mon mtu 2147483648",		"1 to 2147483647", 0, 0 },
	{ "mon up down",		"given twice", 0, 0 },
	{ "mon qlen 1 qlen 2",		"given twice", 0, 0 },
	{ "mon to x",			"what is \"to\"?", 0, 0 },
	{ "",				"needs the name of a span", 0, 0 },
};

static const struct {
	const char *line;
	const char *says;
	unsigned int has;	/* besides the span and the target */
	const char *dev;
	uint32_t group;
	uint16_t vid;
} outputs[] = {
	{ "mon dev eth1",		NULL, 0, "eth1", 0, 0 },
	{ "mon dev eth1 vlan 200",	NULL, HAS_VID, "eth1", 0, 200 },
	{ "mon dev eth1 vlan 1 strip",	NULL, HAS_VID | HAS_STRIP, "eth1", 0, 1 },
	{ "mon strip vlan 4094 dev eth1", NULL, HAS_VID | HAS_STRIP, "eth1", 0,
	  4094 },
	{ "mon dev eth1 strip",		NULL, HAS_STRIP, "eth1", 0, 0 },
	{ "mon dev dev",		NULL, 0, "dev", 0, 0 },
	{ "mon psample 0",		NULL, 0, "", 0, 0 },
	{ "mon psample 4294967295",	NULL, 0, "", UINT32_MAX, 0 },
	{ "",				"needs the name of a span", 0, "", 0, 0 },
	{ "mon",			"needs dev DEV or psample GROUP", 0, "", 0, 0 },
	{ "mon vlan 200",		"needs dev DEV or psample GROUP", 0, "", 0, 0 },
	{ "mon dev",			"\"dev\" needs a value, DEV", 0, "", 0, 0 },
	{ "mon psample",		"needs a value, GROUP", 0, "", 0, 0 },
	{ "mon dev eth1 vlan",		"needs a value, VID", 0, "", 0, 0 },
	{ "mon dev eth1 vlan 0",	"1 to 4094", 0, "", 0, 0 },
	{ "mon dev eth1 vlan 4095",	"1 to 4094", 0, "", 0, 0 },
	{ "mon dev eth1 vlan 10,20",	"1 to 4094", 0, "", 0, 0 },
	{ "mon dev eth1 vlan untagged",	"1 to 4094", 0, "", 0, 0 },
	{ "mon dev eth1 vlan 65736",	"1 to 4094", 0, "", 0, 0 },
	{ "mon psample 4294967296",	"0 to 4294967295", 0, "", 0, 0 },
	{ "mon psample 18446744073709551616", "0 to 4294967295", 0, "", 0, 0 },
	{ "mon psample -1",		"0 to 4294967295", 0, "", 0, 0 },
	{ "mon psample x",		"0 to 4294967295", 0, "", 0, 0 },
	{ "mon psample 1 vlan 200",	"are for devices", 0, "", 0, 0 },
	{ "mon strip psample 1",	"are for devices", 0, "", 0, 0 },
	{ "mon dev eth1 psample 1",	"is a second target", 0, "", 0, 0 },
	{ "mon dev eth1 dev eth2",	"is a second target", 0, "", 0, 0 },
	{ "mon dev eth1 strip strip",	"\"strip\" is given twice", 0, "", 0, 0 },
	{ "mon eth1",			"what is \"eth1\"?", 0, "", 0, 0 },
	{ "mon dev a/b",		"contains '/'", 0, "", 0, 0 },
	{ "mon dev 1234567890123456",	"at most 15", 0, "", 0, 0 },
	{ "mon dev -j",			"options go before", 0, "", 0, 0 },
	{ "mon to x dev eth1",		"what is \"to\"?", 0, "", 0, 0 },
};

/* Splits at spaces only, so that a tab can be in a name. */
static int split(char *line, char **argv)
{
	int argc = 0;
	char *s;

	for (s = strtok(line, " "); s && argc < MAX_WORDS; s = strtok(NULL, " "))
		argv[argc++] = s;
	return argc;
}

static void test_good(struct ktap *t)
{
	char line[128], *argv[MAX_WORDS];
	struct args a;
	size_t i;
	int argc;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		strcpy(line, good[i].line);
		argc = split(line, argv);
		ktap_ok(t, !args_source(&a, "add", ADD, argc, argv) &&
			   a.has == good[i].has && a.dir == good[i].dir &&
			   !strcmp(a.source, "eth0") &&
			   !strcmp(a.span, good[i].span), good[i].line);
	}
}

static void test_kinds(struct ktap *t)
{
	char line[128], *argv[MAX_WORDS];
	struct args a;
	size_t i;
	int argc;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		strcpy(line, kinds[i].line);
		argc = split(line, argv);
		ktap_ok(t, !args_source(&a, "add", ADD, argc, argv) &&
			   a.kind == kinds[i].kind &&
			   !strcmp(a.source, kinds[i].source) &&
			   !strcmp(a.text, kinds[i].text), kinds[i].line);
	}
}

static void test_switches(struct ktap *t)
{
	char *on[] = { "eth0", "redirect", "on", "promisc", "off", "rx" };
	struct args a;

	ktap_ok(t, !args_source(&a, "set", ADD, 6, on) && a.redirect &&
		   !a.promisc && a.has & HAS_PROMISC && a.dir == VSPAN_DIR_RX,
		"on and off");
	ktap_ok(t, !args_source(&a, "set", ADD, 2, on) && a.redirect,
		"a switch alone is on");
}

/* A filter's text has at most 1023 characters. */
static void test_long_filter(struct ktap *t)
{
	char text[VSPAN_FILTER_TEXT_LEN + 2];
	char *argv[] = { "eth0", "filter", text };
	struct args a;

	memset(text, ' ', sizeof(text));
	memcpy(text, "ip", 2);
	text[VSPAN_FILTER_TEXT_LEN] = '\0';
	ktap_ok(t, !args_source(&a, "add", ADD, 3, argv) &&
		   !strcmp(a.filter, text), "the longest filter");
	text[VSPAN_FILTER_TEXT_LEN] = ' ';
	text[VSPAN_FILTER_TEXT_LEN + 1] = '\0';
	ktap_ok(t, args_source(&a, "add", ADD, 3, argv) &&
		   strstr(a.err, "at most 1023"), "a longer filter");
}

static void test_bad(struct ktap *t)
{
	char line[128], name[256], *argv[MAX_WORDS];
	struct args a;
	size_t i;
	int argc;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		strcpy(line, bad[i].line);
		argc = split(line, argv);
		snprintf(name, sizeof(name), "refuse \"%s\": %s", bad[i].line,
			 bad[i].says);
		ktap_ok(t, args_source(&a, "add", ADD, argc, argv) &&
			   strstr(a.err, bad[i].says), name);
	}
}

static void test_del_knows_only_to(struct ktap *t)
{
	char *rx[] = { "eth0", "rx" }, *to[] = { "eth0", "to", "mon" };
	struct args a;

	ktap_ok(t, args_source(&a, "del", HAS_SPAN, 2, rx) &&
		   strstr(a.err, "vspanctl del help"), "del refuses a direction");
	ktap_ok(t, !args_source(&a, "del", HAS_SPAN, 3, to), "del takes a span");
}

static void test_empty_names(struct ktap *t)
{
	char *src[] = { "" }, *span[] = { "eth0", "to", "" };
	struct args a;

	ktap_ok(t, args_source(&a, "add", ADD, 1, src) &&
		   strstr(a.err, "empty"), "refuse an empty source");
	ktap_ok(t, args_source(&a, "add", ADD, 3, span) &&
		   strstr(a.err, "empty"), "refuse an empty span");
	span[2] = "a b";
	ktap_ok(t, args_source(&a, "add", ADD, 3, span) &&
		   strstr(a.err, "contains ' '"), "refuse a space");
}

static void test_spans(struct ktap *t)
{
	char line[128], name[256], *argv[MAX_WORDS];
	struct args a;
	bool ok;
	size_t i;
	int argc;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		strcpy(line, spans[i].line);
		argc = split(line, argv);
		ok = !args_span(&a, "span add", ARGS_SPAN, argc, argv);
		if (spans[i].says)
			ok = !ok && strstr(a.err, spans[i].says);
		else
			ok = ok && a.frames == spans[i].frames &&
			     a.qlen == spans[i].qlen;
		snprintf(name, sizeof(name), "span \"%s\"%s%s", spans[i].line,
			 spans[i].says ? ": " : "",
			 spans[i].says ? spans[i].says : "");
		ktap_ok(t, ok, name);
	}
}

static void test_outputs(struct ktap *t)
{
	char line[128], name[256], *argv[MAX_WORDS];
	struct args a;
	bool ok;
	size_t i;
	int argc;

	for (i = 0; i < ARRAY_SIZE(outputs); i++) {
		strcpy(line, outputs[i].line);
		argc = split(line, argv);
		ok = !args_output(&a, "output add", ARGS_OUTPUT, argc, argv);
		if (outputs[i].says)
			ok = !ok && strstr(a.err, outputs[i].says);
		else
			ok = ok && !strcmp(a.span, "mon") &&
			     a.has == (HAS_SPAN | HAS_TARGET | outputs[i].has) &&
			     !strcmp(a.dev, outputs[i].dev) &&
			     a.group == outputs[i].group &&
			     a.vid == outputs[i].vid;
		snprintf(name, sizeof(name), "output \"%s\"%s%s",
			 outputs[i].line, outputs[i].says ? ": " : "",
			 outputs[i].says ? outputs[i].says : "");
		ktap_ok(t, ok, name);
	}
}

/* The value of an attribute of at most four bytes, -1 if it is not once. */
static long long attr_of(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;
	long long val = -1;
	uint32_t n = 0;

	mnl_attr_for_each(attr, nlh, 0) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		if (val >= 0)
			return -1;
		memcpy(&n, mnl_attr_get_payload(attr),
		       mnl_attr_get_payload_len(attr));
		val = n;
	}
	return val;
}

static void test_put_output(struct ktap *t)
{
	char *dev[] = { "mon", "dev", "eth", "vlan", "200", "strip" };
	char *group[] = { "mon", "psample", "7" };
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	uint32_t eth = 0;
	struct args a;

	memcpy(&eth, "eth", 3);
	args_output(&a, "output add", ARGS_OUTPUT, 6, dev);
	args_put(nlh, &a, ARGS_OUTPUT, a.err, sizeof(a.err));
	ktap_ok(t, attr_of(nlh, VSPAN_A_OUTPUT_DEV) == eth &&
		   attr_of(nlh, VSPAN_A_OUTPUT_VLAN) == 200 &&
		   attr_of(nlh, VSPAN_A_OUTPUT_STRIP) == 1 &&
		   attr_of(nlh, VSPAN_A_OUTPUT_GROUP) == -1,
		"a device, its VLAN and strip go into the message");

	nlh = mnl_nlmsg_put_header(buf);
	args_output(&a, "output add", ARGS_OUTPUT, 3, group);
	args_put(nlh, &a, ARGS_OUTPUT, a.err, sizeof(a.err));
	ktap_ok(t, attr_of(nlh, VSPAN_A_OUTPUT_GROUP) == 7 &&
		   nlh->nlmsg_len == MNL_NLMSG_HDRLEN + 8,
		"a psample group goes alone");
}

static void test_queues(struct ktap *t)
{
	char *argv[] = { "mon", "queues", "256" };
	struct args a;

	ktap_ok(t, !args_span(&a, "xml", HAS_QUEUES, 3, argv) &&
		   a.queues == 256, "256 queues");
	argv[2] = "257";
	ktap_ok(t, args_span(&a, "xml", HAS_QUEUES, 3, argv) &&
		   strstr(a.err, "1 to 256"), "257 queues are too many");
	argv[2] = "0";
	ktap_ok(t, args_span(&a, "xml", HAS_QUEUES, 3, argv) &&
		   strstr(a.err, "1 to 256"), "no queue is too few");
	argv[2] = "";
	ktap_ok(t, args_span(&a, "xml", HAS_QUEUES, 3, argv) &&
		   strstr(a.err, "1 to 256"), "nothing is no number");
}

static void test_put(struct ktap *t)
{
	_Alignas(struct nlmsghdr) char buf[2048];
	char *argv[] = { "eth0", "vlan", "10", "tx" };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	const struct nlattr *attr;
	unsigned int seen = 0;
	struct args a;

	args_source(&a, "add", ADD, 4, argv);
	args_put(nlh, &a, ARGS_SOURCE, a.err, sizeof(a.err));
	mnl_attr_for_each(attr, nlh, 0) {
		if (mnl_attr_get_type(attr) == VSPAN_A_SOURCE_DIR)
			seen += mnl_attr_get_u32(attr) == VSPAN_DIR_TX;
		else if (mnl_attr_get_type(attr) == VSPAN_A_SOURCE_VLANS)
			seen += mnl_attr_get_payload_len(attr) ==
				VSPAN_VLAN_BITMAP_LEN;
		else
			seen += 100;
	}
	ktap_ok(t, seen == 2, "what was given goes into the message, once");

	nlh = mnl_nlmsg_put_header(buf);
	args_source(&a, "add", ADD, 1, argv);
	args_put(nlh, &a, ARGS_SOURCE, a.err, sizeof(a.err));
	ktap_ok(t, nlh->nlmsg_len == MNL_NLMSG_HDRLEN,
		"what was not given does not");
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	test_good(&t);
	test_kinds(&t);
	test_switches(&t);
	test_long_filter(&t);
	test_bad(&t);
	test_del_knows_only_to(&t);
	test_empty_names(&t);
	test_spans(&t);
	test_outputs(&t);
	test_queues(&t);
	test_put(&t);
	test_put_output(&t);
	return ktap_end(&t);
}
