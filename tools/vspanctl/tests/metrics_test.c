// SPDX-License-Identifier: GPL-2.0
/* metrics: names that need care, and both formats. */
#include "watch/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "ktap.h"

static struct span span;
static struct source source;
static struct output output;

static void fill(struct model *m)
{
	strcpy(span.name, "s\"\\0");
	span.is_away = true;
	span.netnsid = 3;
	span.delivered.packets = UINT64_MAX;
	span.drops[VSPAN_A_DROP_RING_FULL] = 5;
	span.sources = &source;
	span.outputs = &output;
	strcpy(source.name, "br\xff");
	source.kind = VSPAN_KIND_MASTER;
	source.rx.packets = 7;
	source.is_dormant = true;
	output.is_psample = true;
	output.group = 9;
	output.sent.bytes = 11;
	m->spans.items = &span;
	m->spans.count = 1;
}

static char *print(struct model *m, bool openmetrics)
{
	struct out o = { 0 };
	char *text = NULL;
	size_t len;

	o.fp = open_memstream(&text, &len);
	metrics_print(&o, m, openmetrics);
	fclose(o.fp);
	return text;
}

static void has(struct ktap *t, const char *text, const char *line,
		const char *name)
{
	const char *hit = strstr(text, line);
	bool ok = hit && (hit == text || hit[-1] == '\n') &&
		  hit[strlen(line)] == '\n';

	ktap_ok(t, ok, name);
	if (!ok)
		printf("# no line: %s\n", line);
}

int main(void)
{
	struct model m = { 0 }, none = { 0 };
	struct ktap t = { 0 };
	char *text;

	ktap_start();
	fill(&m);
	text = print(&m, true);
	has(&t, text, "# TYPE vspan_span_delivered_packets counter",
	    "a counter's family has no _total");
	has(&t, text, "# UNIT vspan_span_delivered_packets packets", "a unit");
	has(&t, text, "vspan_span_delivered_packets_total{span=\"s\\\"\\\\0\",netnsid=\"3\"} 18446744073709551615",
	    "a name with quotes, elsewhere; the largest number");
	has(&t, text, "vspan_span_dropped_packets_total{span=\"s\\\"\\\\0\",netnsid=\"3\",reason=\"ring_full\"} 5",
	    "a reason");
	has(&t, text, "vspan_source_copied_packets_total{span=\"s\\\"\\\\0\",netnsid=\"3\",source=\"master br?\",direction=\"rx\"} 7",
	    "a name that is no UTF-8; a direction");
	has(&t, text, "vspan_source_active{span=\"s\\\"\\\\0\",netnsid=\"3\",source=\"master br?\"} 0",
	    "a gauge");
	has(&t, text, "vspan_output_sent_bytes_total{span=\"s\\\"\\\\0\",netnsid=\"3\",output=\"psample 9\"} 11",
	    "an output");
	ktap_ok(&t, !strcmp(text + strlen(text) - 6, "# EOF\n"), "the end");
	free(text);
	text = print(&m, false);
	has(&t, text, "# TYPE vspan_span_delivered_packets_total counter",
	    "the older format names the samples");
	ktap_ok(&t, !strstr(text, "# UNIT") && !strstr(text, "# EOF"),
		"and has no units and no end");
	free(text);
	text = print(&none, true);
	ktap_ok(&t, !strchr(text, '{'), "without spans there are no samples");
	free(text);
	return ktap_end(&t);
}
