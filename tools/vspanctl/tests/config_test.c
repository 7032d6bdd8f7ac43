// SPDX-License-Identifier: GPL-2.0
/* Configurations: lines and kernel messages to entries, compared and written. */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>

#include "ktap.h"
#include "msg.h"
#include "args/vlan.h"
#include "vspanctl.h"

#define MAX_WORDS	24

static int add_line(struct config *c, unsigned int line, const char *text,
		    char *err, size_t len)
{
	char *argv[MAX_WORDS], copy[256], *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return config_add_line(c, line, argc, argv, err, len);
}

static const struct entry *entry_at(const struct config *c, size_t i)
{
	return (const struct entry *)c->entries.items + i;
}

/* Lines, and the same lines as save writes them. */
static const struct {
	const char *line;
	const char *want;
} good[] = {
	{ "span add mon",			"span add mon" },
	{ "span add mon frames wire",		"span add mon" },
	{ "span add mon frames asis qlen 9",	"span add mon frames asis qlen 9" },
	{ "span add mon down mtu 9000",		"span add mon mtu 9000 down" },
	{ "span add mon up mtu 1500",		"span add mon mtu 1500" },
	{ "add eth0",				"add eth0 rx,tx to span0" },
	{ "add eth0 tx,rx to mon",		"add eth0 rx,tx to mon" },
	{ "add eth0 vlan 3,1-2 tx",		"add eth0 tx to span0 vlan 1-3" },
	{ "add eth0 vlan all",			"add eth0 rx,tx to span0" },
	{ "add vnet* rx",			"add 'vnet*' rx to span0" },
	{ "add master br0 dup keep",		"add master br0 rx,tx to span0 dup keep" },
	{ "add eth0 redirect promisc",		"add eth0 rx to span0 redirect promisc" },
	{ "add eth0 rx redirect hook rx-handler", "add eth0 rx to span0 redirect" },
	{ "add eth0 hook rx-handler",		"add eth0 rx to span0 hook rx-handler" },
	{ "add eth0 hook tap promisc off redirect off dup drop",
						"add eth0 rx,tx to span0" },
	{ "add eth0 filter tcp",		"add eth0 rx,tx to span0 filter tcp" },
	{ "add eth0 filter ip[0]&1=0 snaplen 64 sample 9 rate 5 tag bridge",
	  "add eth0 rx,tx to span0 filter 'ip[0]&1=0' snaplen 64 sample 9 rate 5 tag bridge" },
	{ "add eth0 share 1/3 sample 9",	"add eth0 rx,tx to span0 share 1/3 sample 9" },
	{ "add eth0 share 1/1",			"add eth0 rx,tx to span0" },
	{ "add eth0 share all rx",		"add eth0 rx to span0" },
	{ "add eth0 snaplen headers sample 1",	"add eth0 rx,tx to span0 snaplen headers" },
	{ "add eth0 snaplen 0 rate 0 tag port",	"add eth0 rx,tx to span0" },
	{ "output add mon dev eth1",		"output add mon dev eth1" },
	{ "output add mon vlan 7 strip dev e",	"output add mon dev e vlan 7 strip" },
	{ "output add mon psample 0",		"output add mon psample 0" },
	{ "span add mon netns c1 qlen 9",	"span add mon netns c1 qlen 9" },
	{ "add eth0 to mon netns c1 rx",	"add eth0 rx to mon netns c1" },
	{ "output add mon dev e netns c1",	"output add mon netns c1 dev e" },
};

static void test_good(struct ktap *t)
{
	struct config c = { 0 };
	char err[320], got[128];
	size_t i;
	FILE *fp;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		fp = fmemopen(got, sizeof(got), "w");
		if (add_line(&c, i + 1, good[i].line, err, sizeof(err)))
			fputs(err, fp);
		else
			entry_put(fp, entry_at(&c, c.entries.count - 1));
		fclose(fp);
		got[strcspn(got, "\n")] = '\0';
		ktap_str(t, got, good[i].want, good[i].line);
	}
	config_free(&c);
}

static const struct {
	const char *line;
	const char *says;
} bad[] = {
	{ "set eth0 rx",	"\"set eth0\" is no line of a configuration" },
	{ "flush",		"\"flush\" is no line of a configuration" },
	{ "span",		"\"span\" is no line" },
	{ "span del mon",	"\"span del\" is no line" },
	{ "help",		"\"help\" is no line" },
	{ "span add",		"span add needs the name of a span" },
	{ "span add mon rx",	"what is \"rx\"? see: vspanctl span add help" },
	{ "add",		"add needs a SOURCE" },
	{ "output del mon dev e", "\"output del\" is no line" },
	{ "output add mon",	"output add needs dev DEV" },
	{ "output add mon psample 1 strip", "vlan and strip are for devices" },
	{ "add eth0 netnsid 3",	"\"netnsid\" is a number that changes" },
	{ "span add mon netnsid 3", "\"netnsid\" is a number that changes" },
	{ "span add mon netns ..", "\"..\" cannot name a network namespace" },
	{ "add e netns a netnsid 3", "\"netnsid\" is a second network namespace" },
	{ "add eth0 frob",	"what is \"frob\"? see: vspanctl add help" },
	{ "add eth0 vlan 0",	"1 to 4094" },
};

static void test_bad(struct ktap *t)
{
	struct config c = { 0 };
	char err[320];
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ret = add_line(&c, 1, bad[i].line, err, sizeof(err));
		ktap_ok(t, ret == -EINVAL && strstr(err, bad[i].says) &&
			!c.entries.count, bad[i].line);
	}
	config_free(&c);
}

/* Pairs of lines: do they have the same key, and the same options? */
static const struct {
	const char *old;
	const char *want;
	bool key;
	bool same;
} pairs[] = {
	{ "add eth0",		"add eth0 rx,tx to span0",	true,	true },
	{ "add eth0",		"add eth0 rx",			true,	false },
	{ "add eth0",		"add eth0 vlan all",		true,	true },
	{ "add eth0",		"add eth0 vlan 1",		true,	false },
	{ "add eth0",		"add eth0 dup keep",		true,	false },
	{ "add eth0",		"add eth0 promisc",		true,	false },
	{ "add eth0 rx",	"add eth0 redirect",		true,	false },
	{ "add eth0 rx",	"add eth0 hook rx-handler",	true,	false },
	{ "add eth0",		"add eth1",			false,	false },
	{ "add eth0",		"add eth0 to mon",		false,	false },
	{ "add eth0",		"add master eth0",		false,	false },
	{ "add span0",		"span add span0",		false,	false },
	{ "span add mon qlen 9", "span add mon",		true,	true },
	{ "span add mon qlen 9", "span add mon qlen 8",		true,	false },
	{ "span add mon frames asis", "span add mon",		true,	false },
	{ "span add mon mtu 9",	"span add mon",			true,	true },
	{ "span add mon mtu 9",	"span add mon mtu 8",		true,	false },
	{ "span add mon down",	"span add mon",			true,	false },
	{ "span add mon down",	"span add mon up",		true,	false },
	{ "output add m dev e",	"output add m dev e",		true,	true },
	{ "output add m dev e",	"output add m dev e vlan 7",	true,	false },
	{ "output add m dev e",	"output add m dev e strip",	true,	false },
	{ "output add m dev e",	"output add m dev f",		false,	false },
	{ "output add m dev e",	"output add n dev e",		false,	false },
	{ "output add m dev e",	"output add m psample 0",	false,	false },
	{ "output add m psample 1", "output add m psample 2",	false,	false },
	{ "output add m psample 1", "output add m psample 1",	true,	true },
};

static void test_pairs(struct ktap *t)
{
	char err[320], name[160];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct config old = { 0 }, want = { 0 };
		const struct entry *twice, *hit;
		bool key, same;

		if (add_line(&old, 1, pairs[i].old, err, sizeof(err)) ||
		    add_line(&want, 1, pairs[i].want, err, sizeof(err)) ||
		    config_sort(&old, &twice))
			abort();
		hit = config_find(&old, entry_at(&want, 0));
		key = hit == entry_at(&old, 0);
		same = hit && entry_same(hit, entry_at(&want, 0));
		snprintf(name, sizeof(name), "%s: %s", pairs[i].old,
			 pairs[i].want);
		ktap_ok(t, key == pairs[i].key && same == pairs[i].same, name);
		config_free(&old);
		config_free(&want);
	}
}

static void test_twice(struct ktap *t)
{
	struct config c = { 0 };
	const struct entry *twice = NULL;
	char err[320], text[ENTRY_TEXT_LEN];

	if (add_line(&c, 3, "add eth1", err, sizeof(err)) ||
	    add_line(&c, 5, "add eth0 to span0 rx", err, sizeof(err)) ||
	    add_line(&c, 7, "add master eth0", err, sizeof(err)) ||
	    add_line(&c, 9, "add eth0", err, sizeof(err)))
		abort();
	ktap_ok(t, config_sort(&c, &twice) == -EEXIST && twice &&
		twice->line == 9 && config_find(&c, twice)->line == 5,
		"the same in two lines");
	ktap_str(t, entry_text(twice, text, sizeof(text)), "add eth0 to span0",
		 "which one");
	config_free(&c);
}

static void test_many(struct ktap *t)
{
	struct config c = { 0 };
	const struct entry *twice;
	char line[64], err[320];
	size_t i, found = 0;

	for (i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), "add t%zu to s%zu",
			 i * 7919 % 5000, i % 3);
		if (add_line(&c, i + 1, line, err, sizeof(err)))
			abort();
	}
	ktap_ok(t, !config_sort(&c, &twice), "many lines are sorted");
	for (i = 0; i < c.entries.count; i++)
		found += config_find(&c, entry_at(&c, i)) == entry_at(&c, i);
	ktap_ok(t, found == 5000, "each is found");
	config_free(&c);
}

static void model_of(struct model *m, bool ghost)
{
	static char buf[8192];
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN];

	vlan_parse("10,untagged", vlans, buf, sizeof(buf));
	if (model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "mon", 4), m) ||
	    model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "mon", -1), m) ||
	    model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "far", 4), m) ||
	    model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET, "mon", "z",
				       VSPAN_DIR_RX, vlans, -1), m) ||
	    model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET, "far", "b",
				       VSPAN_DIR_TX, NULL, -1), m) ||
	    model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET,
				       ghost ? "ghost" : "mon", "a",
				       VSPAN_DIR_RX, NULL, -1), m) ||
	    model_output_cb(msg_output_dev(buf, VSPAN_CMD_OUTPUT_GET, "mon",
					   "e", 5, 7, true, -1), m) ||
	    model_output_cb(msg_output_group(buf, VSPAN_CMD_OUTPUT_GET, "mon",
					     3), m) ||
	    model_link(m))
		abort();
}

static void test_model(struct ktap *t)
{
	struct model m = { 0 };
	struct config c = { 0 };
	const struct entry *e;
	char *got = NULL;
	size_t len, i;
	FILE *fp;

	model_of(&m, false);
	ktap_ok(t, !config_add_model(&c, &m), "what the kernel has");
	fp = open_memstream(&got, &len);
	for (i = 0; i < c.entries.count; i++) {
		e = entry_at(&c, i);
		entry_put(fp, e);
		if (entry_is_nameless(e))
			fputs("nameless\n", fp);
		if (!entry_can_be_said(e))
			fputs("unspeakable\n", fp);
	}
	fclose(fp);
	ktap_str(t, got, "span add far netnsid 4 frames asis qlen 4096\n"
		 "nameless\n"
		 "add b tx to far netnsid 4\n"
		 "nameless\n"
		 "span add mon frames asis qlen 4096\n"
		 "add z rx to mon vlan 10,untagged\n"
		 "add a rx to mon\n"
		 "output add mon dev e vlan 7 strip\n"
		 "output add mon psample 3\n"
		 "span add mon netnsid 4 frames asis qlen 4096\n"
		 "nameless\n", "spans by name, sources in order");
	free(got);
	config_free(&c);
	model_free(&m);
}

/* Two spans of the same name have different sources, in any order of lookups. */
static void test_id(struct ktap *t)
{
	static const char *const texts[] = {
		"span add mon", "add z to mon", "output add mon dev e",
		"span add mon netns c1", "add z to mon netns c1",
	};
	struct model m = { 0 };
	struct config c = { 0 };
	const struct entry *twice;
	static char buf[8192];
	char text[ENTRY_TEXT_LEN];
	struct span *span;
	size_t i;

	if (model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "mon", 4), &m) ||
	    model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "mon", -1), &m) ||
	    model_source_cb(msg_source_of(buf, 4, "mon", "z", VSPAN_DIR_RX), &m) ||
	    model_source_cb(msg_source_of(buf, -1, "mon", "z", VSPAN_DIR_TX), &m) ||
	    model_output_cb(msg_output_of(buf, -1, "mon", "e"), &m))
		abort();
	span = m.spans.items;
	strcpy(span->netns, "c1");
	if (model_link(&m))
		abort();
	ktap_ok(t, !config_add_model(&c, &m) && !config_sort(&c, &twice) &&
		c.entries.count == ARRAY_SIZE(texts), "two spans of one name");
	for (i = 0; i < c.entries.count; i++)
		ktap_str(t, entry_text(entry_at(&c, i), text, sizeof(text)),
			 texts[i], "each with its own");
	config_free(&c);
	model_free(&m);
}

static void test_ghost(struct ktap *t)
{
	struct model m = { 0 };
	struct config c = { 0 };

	model_of(&m, true);
	ktap_ok(t, config_add_model(&c, &m) == -EINTR,
		"a source of a span that came later");
	config_free(&c);
	model_free(&m);
}

/* The options of a request to make a source, or to change another one into it. */
static const struct {
	const char *old;
	const char *want;
	unsigned int has;
} unsaid[] = {
	{ NULL, "add e", 0 },
	{ NULL, "add e rx,tx vlan all sample 1 rate 0 snaplen 0 hook tap redirect off promisc off dup drop tag port", 0 },
	{ NULL, "add e rx", HAS_DIR },
	{ NULL, "add e redirect", HAS_REDIRECT },
	{ NULL, "add e rx hook rx-handler", HAS_HOOK },
	{ NULL, "add e rate 5 tag bridge snaplen headers", HAS_RATE | HAS_TAG | HAS_SNAPLEN },
	{ "add e rate 5", "add e", HAS_RATE },
	{ NULL, "add e share all", 0 },
	{ NULL, "add e share 1/2", HAS_SHARE },
	{ "add e share 1/2", "add e share 2/2", HAS_SHARE },
	{ "add e share 1/2", "add e share 1/3", HAS_SHARE },
	{ "add e share 1/2", "add e", HAS_SHARE },
	{ "add e share 1/1", "add e", 0 },
	{ "add e rate 5", "add e rate 5", 0 },
	{ "add e rx redirect", "add e rx hook rx-handler", HAS_REDIRECT | HAS_HOOK },
	{ "add e rx redirect", "add e", HAS_REDIRECT | HAS_DIR },
	{ "add e rx hook rx-handler", "add e redirect", HAS_REDIRECT },
	{ "add e filter arp vlan 7", "add e dup keep promisc sample 2",
	  HAS_FILTER | HAS_VLANS | HAS_DUP | HAS_PROMISC | HAS_SAMPLE },
};

static void test_unsaid(struct ktap *t)
{
	char err[320];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(unsaid); i++) {
		struct config c = { 0 };

		n = unsaid[i].old != NULL;
		if ((n && add_line(&c, 1, unsaid[i].old, err, sizeof(err))) ||
		    add_line(&c, 2, unsaid[i].want, err, sizeof(err)))
			abort();
		ktap_ok(t, entry_changes(n ? entry_at(&c, 0) : NULL,
					 entry_at(&c, n)) == unsaid[i].has,
			unsaid[i].want);
		config_free(&c);
	}
}

static const struct {
	uint32_t kind;
	const char *source;
	const char *span;
	bool said;
} spoken[] = {
	{ VSPAN_KIND_NAME,	"eth0",		"span0",	true },
	{ VSPAN_KIND_GLOB,	"eth*",		"span0",	true },
	{ VSPAN_KIND_MASTER,	"br0",		"span0",	true },
	{ VSPAN_KIND_MASTER,	"master",	"span0",	true },
	{ VSPAN_KIND_NAME,	"to",		"rx",		true },
	{ VSPAN_KIND_NAME,	"master",	"span0",	false },
	{ VSPAN_KIND_NAME,	"eth*",		"span0",	false },
	{ VSPAN_KIND_GLOB,	"eth0",		"span0",	false },
	{ VSPAN_KIND_GLOB,	"eth[0",	"span0",	false },
	{ VSPAN_KIND_MASTER,	"br*",		"span0",	false },
	{ VSPAN_KIND_NAME,	"-j",		"span0",	false },
	{ VSPAN_KIND_NAME,	"eth0",		"-j",		false },
};

static void test_spoken(struct ktap *t)
{
	struct entry e = { .kind = ENTRY_SOURCE };
	char text[ENTRY_TEXT_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoken); i++) {
		e.a.kind = spoken[i].kind;
		strcpy(e.a.source, spoken[i].source);
		strcpy(e.a.span, spoken[i].span);
		args_source_text(e.a.kind, e.a.source, e.a.text,
				 sizeof(e.a.text));
		ktap_ok(t, entry_can_be_said(&e) == spoken[i].said,
			entry_text(&e, text, sizeof(text)));
	}
	e.kind = ENTRY_SPAN;
	ktap_ok(t, !entry_can_be_said(&e), "span -j");
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	test_good(&t);
	test_bad(&t);
	test_pairs(&t);
	test_twice(&t);
	test_many(&t);
	test_model(&t);
	test_id(&t);
	test_unsaid(&t);
	test_ghost(&t);
	test_spoken(&t);
	return ktap_end(&t);
}
