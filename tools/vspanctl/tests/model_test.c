// SPDX-License-Identifier: GPL-2.0
/* Messages as the kernel sends them, through the model, to what show prints. */
#include "nl/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "msg.h"
#include "args/vlan.h"
#include "vspanctl.h"

static _Alignas(struct nlmsghdr) char buf[4096];

#define BOTH	(VSPAN_DIR_RX | VSPAN_DIR_TX)

static void fill(struct model *m)
{
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN], all[VSPAN_VLAN_BITMAP_LEN];
	char err[256];

	vlan_parse("10,20-30", vlans, err, sizeof(err));
	vlan_fill(all);
	/* out of order, one span away, one source without a span */
	model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "span1", 2), m);
	model_span_cb(msg_span(buf, VSPAN_CMD_SPAN_GET, "span0", -1), m);
	model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET, "span0", "vnet3",
				   VSPAN_DIR_RX, NULL, VSPAN_DORMANT_NO_DEVICE), m);
	model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET, "span0", "eth0",
				   BOTH, vlans, -1), m);
	model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET, "span9", "eth0",
				   BOTH, NULL, -1), m);
	model_source_cb(msg_source(buf, VSPAN_CMD_SOURCE_GET, "span1", "eth0",
				   VSPAN_DIR_TX, all, -1), m);
	model_binding_cb(msg_binding(buf, VSPAN_CMD_BINDING_GET, "span1",
				     "eth0", "eth0", 2), m);
	model_binding_cb(msg_binding(buf, VSPAN_CMD_BINDING_GET, "span0",
				     "eth0", "eth0", 2), m);
	model_binding_cb(msg_binding(buf, VSPAN_CMD_BINDING_GET, "span7",
				     "eth0", "eth0", 2), m);
}

static void fill_outputs(struct model *m)
{
	model_output_cb(msg_output_dev(buf, VSPAN_CMD_OUTPUT_GET, "span1",
				       "eth1", 5, 200, true, -1), m);
	model_output_cb(msg_output_group(buf, VSPAN_CMD_OUTPUT_GET, "span1",
					 UINT32_MAX), m);
	model_output_cb(msg_output_dev(buf, VSPAN_CMD_OUTPUT_GET, "span9",
				       "eth1", 5, 0, false, -1), m);
	model_output_cb(msg_output_dev(buf, VSPAN_CMD_OUTPUT_GET, "span1",
				       "erspan0", 0, 0, false,
				       VSPAN_DORMANT_NO_DEVICE), m);
	model_output_cb(msg_output_dev(buf, VSPAN_CMD_OUTPUT_GET, "span1",
				       "eth0", 2, 0, true,
				       VSPAN_DORMANT_IS_OUTPUT), m);
}

static char *show(struct ctx *ctx, const char *name, show_fn fn, bool outputs)
{
	struct model m = { 0 };
	char *text = NULL;
	size_t len;

	ctx->out.fp = open_memstream(&text, &len);
	fill(&m);
	if (outputs)
		fill_outputs(&m);
	if (model_link(&m) || !show_model(ctx, &m, name, fn))
		fputs("nothing", ctx->out.fp);
	fclose(ctx->out.fp);
	model_free(&m);
	return text;
}

static void check(struct ktap *t, struct ctx ctx, const char *span,
		  show_fn fn, const char *want, const char *name)
{
	char *got = show(&ctx, span, fn, false);

	ktap_str(t, got, want, name);
	free(got);
}

static void check_outputs(struct ktap *t, struct ctx ctx, const char *span,
			  show_fn fn, const char *want, const char *name)
{
	char *got = show(&ctx, span, fn, true);

	ktap_str(t, got, want, name);
	free(got);
}

static void test_text(struct ktap *t)
{
	struct ctx plain = { 0 }, stats = { .stats = true };

	check(t, plain, NULL, show_span,
	      "span0: up, no reader, idle, frames asis, qlen 4096, ifindex 7\n"
	      "  vnet3 rx    -> dormant: no device is named vnet3\n"
	      "  eth0  rx,tx vlan 10,20-30 -> active on eth0 (tap)\n"
	      "span1: up, no reader, idle, frames asis, qlen 4096, ifindex 7 (in netns id 2)\n"
	      "  eth0 tx    -> active on eth0 (tap)\n", "show");
	check(t, plain, "span0", show_span_alone,
	      "span0: up, no reader, idle, frames asis, qlen 4096, ifindex 7\n",
	      "span show");
	check(t, plain, "span2", show_span, "nothing", "show of a missing span");
	check(t, stats, "span1", show_span,
	      "span1: up, no reader, idle, frames asis, qlen 4096, ifindex 7 (in netns id 2)\n"
	      "  delivered       18446744073709551615 packets                1000 bytes\n"
	      "  monitor tx                         3 packets, dropped\n"
	      "  dropped                            5 packets, ring_full\n"
	      "  eth0 tx    -> active on eth0 (tap)\n"
	      "      rx                            10 packets                 640 bytes\n"
	      "      tx                            20 packets                1280 bytes\n"
	      "      filtered                       4 packets\n"
	      "      duplicate                      6 packets\n"
	      "      sampled out                    8 packets\n"
	      "      off cable                      7 packets\n"
	      "      other shares                   9 packets\n"
	      "      dropped                        2 packets, queue_full\n",
	      "show with counters");
}

#define SPAN_JSON(name, netns)						\
	"{\"span\":\"" name "\",\"state\":\"up\",\"reader\":false,\"idle\":true,\"owned\":false,"	\
	"\"frames\":\"asis\",\"qlen\":4096,\"ifindex\":7" netns
#define EMPTY_DROPS_TO_QUEUE						\
	"\"span_down\":0,\"no_reader\":0,\"no_memory\":0,\"queue_full\":"

#define NO_SPAN_DROPS							\
	"\"unreadable\":0,\"loop\":0,\"segment\":0,\"checksum\":0,"	\
	"\"ring_full\":0,\"flushed\":0"
#define NO_OUTPUT_DROPS							\
	"\"no_device\":0,\"dev_down\":0,\"too_big\":0,\"xmit\":0,\"rate_limit\":0"

static void test_json(struct ktap *t)
{
	struct ctx plain = { .out.json = true };
	struct ctx stats = { .out.json = true, .stats = true };

	check(t, plain, "span0", show_span,
	      "[" SPAN_JSON("span0", "") ",\"sources\":["
	      "{\"source\":\"vnet3\",\"kind\":\"name\",\"dir\":[\"rx\"],"
	      "\"hook\":\"tap\",\"state\":\"dormant\","
	      "\"reason\":\"no_device\",\"why\":\"no device is named vnet3\",\"bindings\":[]},"
	      "{\"source\":\"eth0\",\"kind\":\"name\",\"dir\":[\"rx\",\"tx\"],"
	      "\"vlan\":\"10,20-30\",\"hook\":\"tap\",\"state\":\"active\","
	      "\"bindings\":[{\"dev\":\"eth0\",\"ifindex\":2,\"hook\":\"tap\"}]}],"
	      "\"outputs\":[]}]\n", "JSON of show");
	check(t, plain, NULL, show_span_alone,
	      "[" SPAN_JSON("span0", "") "}," SPAN_JSON("span1", ",\"netnsid\":2")
	      "}]\n", "JSON of span show");
	check(t, stats, "span1", show_span,
	      "[" SPAN_JSON("span1", ",\"netnsid\":2") ",\"stats\":{"
	      "\"packets\":18446744073709551615,\"bytes\":1000,"
	      "\"monitor_tx_dropped\":3,\"drops\":{" EMPTY_DROPS_TO_QUEUE "0,"
	      "\"unreadable\":0,\"loop\":0,\"segment\":0,\"checksum\":0,"
	      "\"ring_full\":5,\"flushed\":0," NO_OUTPUT_DROPS "}},\"sources\":["
	      "{\"source\":\"eth0\",\"kind\":\"name\",\"dir\":[\"tx\"],"
	      "\"hook\":\"tap\",\"state\":\"active\",\"bindings\":["
	      "{\"dev\":\"eth0\",\"ifindex\":2,\"hook\":\"tap\"}],"
	      "\"stats\":{\"rx\":{\"packets\":10,\"bytes\":640},"
	      "\"tx\":{\"packets\":20,\"bytes\":1280},\"filtered\":4,\"dup\":6,\"sampled_out\":8,"
	      "\"off_cable\":7,\"other_shares\":9,"
	      "\"drops\":{" EMPTY_DROPS_TO_QUEUE "2," NO_SPAN_DROPS ","
	      NO_OUTPUT_DROPS "}}}],\"outputs\":[]}]\n", "JSON with counters");
}

/* A span with a source on a device, of which @nlh tells. */
static void check_binding(struct ktap *t, struct ctx ctx,
			  const struct nlmsghdr *nlh, const char *part,
			  const char *name)
{
	static _Alignas(struct nlmsghdr) char other[4096];
	struct model m = { 0 };
	char *text = NULL;
	size_t len;

	ctx.out.fp = open_memstream(&text, &len);
	model_span_cb(msg_span(other, VSPAN_CMD_SPAN_GET, "span0", -1), &m);
	model_source_cb(msg_source(other, VSPAN_CMD_SOURCE_GET, "span0", "eth0",
				   BOTH, NULL, -1), &m);
	model_binding_cb(nlh, &m);
	if (!model_link(&m))
		show_model(&ctx, &m, NULL, show_span);
	fclose(ctx.out.fp);
	model_free(&m);
	ktap_ok(t, strstr(text, part), name);
	free(text);
}

/* Promiscuous, not yet promiscuous, and a module that does not tell. */
static void test_promisc(struct ktap *t)
{
	struct ctx text = { 0 }, json = { .out.json = true };
	const struct nlmsghdr *nlh;

	nlh = msg_binding_promisc(buf, VSPAN_CMD_BINDING_GET, "eth0", true);
	check_binding(t, text, nlh, "on eth0 (tap, promiscuous)\n", "promiscuous");
	check_binding(t, json, nlh, "\"hook\":\"tap\",\"promisc\":true}]",
		      "promiscuous, in JSON");
	nlh = msg_binding_promisc(buf, VSPAN_CMD_BINDING_GET, "eth0", false);
	check_binding(t, text, nlh, "on eth0 (tap, not promiscuous)\n",
		      "not promiscuous yet");
	check_binding(t, json, nlh, "\"hook\":\"tap\",\"promisc\":false}]",
		      "not promiscuous yet, in JSON");
	nlh = msg_binding(buf, VSPAN_CMD_BINDING_GET, "span0", "eth0", "eth0", 2);
	check_binding(t, text, nlh, "on eth0 (tap)\n", "not asked for");
	check_binding(t, json, nlh, "\"hook\":\"tap\"}]", "not asked for, in JSON");
}

static void test_outputs_text(struct ktap *t)
{
	struct ctx plain = { 0 }, stats = { .stats = true };

	check_outputs(t, plain, "span1", show_span,
		      "span1: up, no reader, idle, frames asis, qlen 4096, ifindex 7 (in netns id 2)\n"
		      "  eth0 tx    -> active on eth0 (tap)\n"
		      "  output eth1               vlan 200 strip -> active\n"
		      "  output psample 4294967295 -> active\n"
		      "  output erspan0            -> dormant: no device is named erspan0\n"
		      "  output eth0               strip\n"
		      "      -> dormant: eth0 is or leads to a source of the span\n",
		      "outputs below the sources of a span");
	check_outputs(t, plain, NULL, show_span_outputs,
		      "span1 (in netns id 2):\n"
		      "  output eth1               vlan 200 strip -> active\n"
		      "  output psample 4294967295 -> active\n"
		      "  output erspan0            -> dormant: no device is named erspan0\n"
		      "  output eth0               strip\n"
		      "      -> dormant: eth0 is or leads to a source of the span\n",
		      "output show: only spans that have outputs");
	check_outputs(t, plain, "span0", show_span_outputs, "",
		      "output show of a span without outputs");
	check(t, stats, "span0", show_span_outputs, "",
	      "output show without any output");
}

#define OUTPUT_STATS							\
	",\"stats\":{\"packets\":30,\"bytes\":2040,\"drops\":{"		\
	EMPTY_DROPS_TO_QUEUE "0," NO_SPAN_DROPS ","			\
	"\"no_device\":0,\"dev_down\":0,\"too_big\":6,\"xmit\":0,\"rate_limit\":0}}"

static void test_outputs_json(struct ktap *t)
{
	struct ctx plain = { .out.json = true };
	struct ctx stats = { .out.json = true, .stats = true };

	check_outputs(t, plain, NULL, show_span_outputs,
		      "[{\"span\":\"span0\",\"ifindex\":7,\"outputs\":[]},"
		      "{\"span\":\"span1\",\"ifindex\":7,\"netnsid\":2,\"outputs\":["
		      "{\"dev\":\"eth1\",\"ifindex\":5,\"vlan\":200,"
		      "\"strip\":true,\"state\":\"active\"},"
		      "{\"psample\":4294967295,\"state\":\"active\"},"
		      "{\"dev\":\"erspan0\",\"state\":\"dormant\","
		      "\"reason\":\"no_device\",\"why\":\"no device is named erspan0\"},"
		      "{\"dev\":\"eth0\",\"ifindex\":2,\"strip\":true,"
		      "\"state\":\"dormant\",\"reason\":\"is_output\",\"why\":"
		      "\"eth0 is or leads to a source of the span\"}]}]\n",
		      "JSON of output show");
	check_outputs(t, stats, "span1", show_span_outputs,
		      "[{\"span\":\"span1\",\"ifindex\":7,\"netnsid\":2,\"outputs\":["
		      "{\"dev\":\"eth1\",\"ifindex\":5,\"vlan\":200,"
		      "\"strip\":true,\"state\":\"active\"" OUTPUT_STATS "},"
		      "{\"psample\":4294967295,\"state\":\"active\""
		      OUTPUT_STATS "},"
		      "{\"dev\":\"erspan0\",\"state\":\"dormant\","
		      "\"reason\":\"no_device\",\"why\":\"no device is named erspan0\"" OUTPUT_STATS "},"
		      "{\"dev\":\"eth0\",\"ifindex\":2,\"strip\":true,"
		      "\"state\":\"dormant\",\"reason\":\"is_output\",\"why\":"
		      "\"eth0 is or leads to a source of the span\""
		      OUTPUT_STATS "}]}]\n", "JSON of outputs with counters");
}

/* One span with one dormant source and one output, and counters. */
static void test_outputs_small(struct ktap *t)
{
	struct ctx ctx = { .stats = true };
	struct model m = { 0 };
	char *text = NULL;
	size_t len;

	model_span_cb(msg_span(buf, 0, "span0", -1), &m);
	model_source_cb(msg_source(buf, 0, "span0", "eth1", BOTH, NULL,
				   VSPAN_DORMANT_IS_OUTPUT), &m);
	model_output_cb(msg_output_dev(buf, 0, "span0", "eth1", 5, 200, false,
				       -1), &m);
	ctx.out.fp = open_memstream(&text, &len);
	model_link(&m);
	show_model(&ctx, &m, NULL, show_span_outputs);
	ctx.stats = false;
	show_model(&ctx, &m, NULL, show_span);
	fclose(ctx.out.fp);
	ktap_str(t, text,
		 "span0:\n"
		 "  output eth1 vlan 200 -> active\n"
		 "      sent                          30 packets                2040 bytes\n"
		 "      dropped                        6 packets, too_big\n"
		 "span0: up, no reader, idle, frames asis, qlen 4096, ifindex 7\n"
		 "  eth1 rx,tx -> dormant: an output of its span sends to or through eth1\n"
		 "  output eth1 vlan 200 -> active\n",
		 "counters of an output, and the source it bars");
	free(text);
	model_free(&m);
}

static void test_empty(struct ktap *t)
{
	struct ctx ctx = { .out.json = true };
	struct model m = { 0 };
	char *text = NULL;
	size_t len;

	ctx.out.fp = open_memstream(&text, &len);
	model_link(&m);
	show_model(&ctx, &m, NULL, show_span);
	fclose(ctx.out.fp);
	ktap_str(t, text, "[]\n", "no span is an empty array");
	free(text);
}

/* Each text line of a long VLAN list and of many bindings fits. */
static void test_width(struct ktap *t)
{
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN];
	struct ctx ctx = { 0 };
	struct model m = { 0 };
	char *text = NULL, *line, *end;
	bool fits = true;
	size_t len;
	int i;

	memset(vlans, 0x55, sizeof(vlans));
	model_span_cb(msg_span(buf, 0, "123456789012345", 2000000000), &m);
	model_source_cb(msg_source(buf, 0, "123456789012345",
				   "543210987654321", BOTH, vlans, -1), &m);
	for (i = 0; i < 20; i++)
		model_binding_cb(msg_binding(buf, 0, "123456789012345",
					     "543210987654321",
					     "543210987654321", i), &m);
	for (i = 0; i <= VSPAN_DORMANT_IS_OUTPUT + 1; i++) {
		model_source_cb(msg_source(buf, 0, "123456789012345",
					   "678901234567890", BOTH, NULL, i), &m);
		model_output_cb(msg_output_dev(buf, 0, "123456789012345",
					       "678901234567890", 0, 4094, true,
					       i), &m);
	}
	model_output_cb(msg_output_group(buf, 0, "123456789012345",
					 UINT32_MAX), &m);
	ctx.out.fp = open_memstream(&text, &len);
	model_link(&m);
	show_model(&ctx, &m, NULL, show_span);
	fclose(ctx.out.fp);
	for (line = text; (end = strchr(line, '\n')); line = end + 1)
		/* the head line of a span that is away may be longer */
		if (end - line > OUT_WIDTH && line != text)
			fits = false;
	ktap_ok(t, fits, "every line fits 80 columns");
	if (!fits)
		fputs(text, stdout);
	free(text);
	model_free(&m);
}

static void test_malformed(struct ktap *t)
{
	struct nlmsghdr *nlh = msg_start(buf, VSPAN_CMD_SPAN_GET);
	static const uint8_t vlans[VSPAN_VLAN_BITMAP_LEN - 1];
	struct span span;
	struct source src;

	ktap_ok(t, model_parse_span(nlh, &span) == -EBADMSG,
		"a span without a name is malformed");
	mnl_attr_put_strz(nlh, VSPAN_A_SPAN_NAME, "1234567890123456");
	ktap_ok(t, model_parse_span(nlh, &span) == -EBADMSG,
		"a name too long is malformed");

	nlh = msg_span(buf, VSPAN_CMD_SPAN_GET, "span0", -1);
	mnl_attr_put_u32(nlh, VSPAN_A_SPAN_MAX + 1, 1);
	mnl_attr_put_u32(nlh, 16000, 1);
	ktap_ok(t, !model_parse_span(nlh, &span) && !strcmp(span.name, "span0"),
		"attributes of a newer kernel are ignored");
	mnl_attr_put_u8(nlh, VSPAN_A_SPAN_QLEN, 1);
	ktap_ok(t, model_parse_span(nlh, &span) == -EBADMSG,
		"an attribute too short is malformed");

	nlh = msg_start(buf, VSPAN_CMD_SOURCE_GET);
	mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_SPAN, "span0");
	mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_NAME, "eth0");
	mnl_attr_put(nlh, VSPAN_A_SOURCE_VLANS, sizeof(vlans), vlans);
	ktap_ok(t, model_parse_source(nlh, &src) == -EBADMSG,
		"a bitmap of another length is malformed");
}

static void test_malformed_output(struct ktap *t)
{
	struct nlmsghdr *nlh = msg_start(buf, VSPAN_CMD_OUTPUT_GET);
	struct output out;

	mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_GROUP, 1);
	ktap_ok(t, model_parse_output(nlh, &out) == -EBADMSG,
		"an output without a span is malformed");
	nlh = msg_start(buf, VSPAN_CMD_OUTPUT_GET);
	mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_SPAN, "span0");
	ktap_ok(t, model_parse_output(nlh, &out) == -EBADMSG,
		"an output without a target is malformed");
	mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_DEV, "eth1");
	ktap_ok(t, !model_parse_output(nlh, &out) && !out.is_dormant &&
		   !out.vlan && !out.strip && !out.ifindex &&
		   !out.sent.packets && !strcmp(out.dev, "eth1"),
		"an output needs no more than these two");
	mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_VLAN, 200);
	ktap_ok(t, model_parse_output(nlh, &out) == -EBADMSG,
		"a VLAN ID of another length is malformed");
}

/* 1000 sources with 500 bindings each: nothing may scan one list per item of
 * the other. A quadratic way takes minutes here, this one takes a second.
 */
static void test_many(struct ktap *t)
{
	struct model m = { 0 };
	char name[16], dev[16];
	struct source *src;
	const struct binding *b;
	bool ok = true;
	int i, j, n;

	model_span_cb(msg_span(buf, 0, "span0", -1), &m);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "src%d", i);
		model_source_cb(msg_source(buf, 0, "span0", name, BOTH, NULL, -1),
				&m);
	}
	for (j = 0; j < 500; j++) {
		for (i = 0; i < 1000; i++) {
			snprintf(name, sizeof(name), "src%d", i);
			snprintf(dev, sizeof(dev), "dev%d", j);
			model_binding_cb(msg_binding(buf, 0, "span0", name, dev,
						     j), &m);
		}
	}
	ok = !model_link(&m);
	src = ((struct span *)m.spans.items)->sources;
	for (i = 0; src; src = src->next, i++) {
		for (n = 0, b = src->bindings; b; b = b->next)
			ok &= !strcmp(b->name, src->name) &&
			      b->ifindex == (uint32_t)n++;
		ok &= n == 500;
	}
	ktap_ok(t, ok && i == 1000, "1000 sources with 500 bindings each");
	model_free(&m);
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	test_text(&t);
	test_json(&t);
	test_promisc(&t);
	test_outputs_text(&t);
	test_outputs_json(&t);
	test_outputs_small(&t);
	test_empty(&t);
	test_width(&t);
	test_malformed(&t);
	test_malformed_output(&t);
	test_many(&t);
	return ktap_end(&t);
}
