// SPDX-License-Identifier: GPL-2.0
/* metrics: prints all counters in the OpenMetrics text format, or in the older format of
 * Prometheus that node_exporter's textfile collector reads.
 */
#include "watch/metrics.h"

#include <errno.h>
#include <string.h>

#include "args/args.h"
#include "print/print.h"
#include "vspan-drops.h"

/**
 * struct sample - The part of the model that the next sample comes from.
 * @o: printer
 * @f: family of the sample
 * @span: span
 * @src: source, or NULL
 * @output: output, or NULL
 */
struct sample {
	struct out *o;
	const struct family *f;
	const struct span *span;
	const struct source *src;
	const struct output *output;
};

/* The objects for which a family has samples. */
enum level { OF_SPAN, OF_SOURCE, OF_OUTPUT };

/**
 * struct family - A metric.
 * @name: its name, without the _total that a counter has
 * @is_counter: it is one, else it is a gauge
 * @unit: what @name ends in, if it is a unit
 * @help: what it is
 * @level: for what there is a sample
 * @put: prints the samples of one of those
 */
struct family {
	const char *name;
	bool is_counter;
	const char *unit;
	const char *help;
	enum level level;
	void (*put)(const struct sample *s);
};

#define X(_id, _name)	[VSPAN_A_DROP_##_id] = _name,
static const char *const reasons[VSPAN_A_DROP_MAX + 1] = {
	VSPAN_DROP_REASONS(X)
};
#undef X

/* Values must be UTF-8; a device's name can be any bytes. */
static void put_label(FILE *fp, const char *name, const char *value)
{
	bool clean = out_is_clean(value);

	fprintf(fp, "%s=\"", name);
	for (; *value; value++) {
		unsigned char c = *value;

		if (c == '"' || c == '\\')
			putc('\\', fp);
		putc(clean || (c >= 0x20 && c < 0x7f) ? c : '?', fp);
	}
	putc('"', fp);
}

static void put_object(const struct sample *s)
{
	char text[SOURCE_TEXT_LEN], target[OUTPUT_TARGET_LEN];
	FILE *fp = s->o->fp;

	fprintf(fp, "%s%s{", s->f->name, s->f->is_counter ? "_total" : "");
	put_label(fp, "span", s->span->name);
	/* Several netns may have spans of the same name. */
	if (s->span->is_away)
		fprintf(fp, ",netnsid=\"%d\"", s->span->netnsid);
	if (s->src) {
		putc(',', fp);
		put_label(fp, "source",
			  args_source_text(s->src->kind, s->src->name, text,
					   sizeof(text)));
	}
	if (s->output) {
		putc(',', fp);
		put_label(fp, "output",
			  output_target(s->output->dev, s->output->group,
					target));
	}
}

static void put(const struct sample *s, const char *label, const char *value,
		uint64_t n)
{
	put_object(s);
	if (label)
		fprintf(s->o->fp, ",%s=\"%s\"", label, value);
	fprintf(s->o->fp, "} %llu\n", (unsigned long long)n);
}

static void put_drops(const struct sample *s, const uint64_t *drops)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i])
			put(s, "reason", reasons[i], drops[i]);
}

static void span_up(const struct sample *s)
{
	put(s, NULL, NULL, s->span->up);
}

static void span_read(const struct sample *s)
{
	put(s, NULL, NULL, s->span->reader);
}

static void span_qlen(const struct sample *s)
{
	put(s, NULL, NULL, s->span->qlen);
}

static void span_pins(const struct sample *s)
{
	put(s, NULL, NULL, s->span->pins);
}

static void span_packets(const struct sample *s)
{
	put(s, NULL, NULL, s->span->delivered.packets);
}

static void span_bytes(const struct sample *s)
{
	put(s, NULL, NULL, s->span->delivered.bytes);
}

static void span_monitor_tx(const struct sample *s)
{
	put(s, NULL, NULL, s->span->monitor_tx_dropped);
}

static void span_drops(const struct sample *s)
{
	put_drops(s, s->span->drops);
}

static void source_active(const struct sample *s)
{
	put(s, NULL, NULL, !s->src->is_dormant);
}

static void source_bindings(const struct sample *s)
{
	const struct binding *b;
	uint64_t n = 0;

	for (b = s->src->bindings; b; b = b->next)
		n++;
	put(s, NULL, NULL, n);
}

static void source_packets(const struct sample *s)
{
	put(s, "direction", "rx", s->src->rx.packets);
	put(s, "direction", "tx", s->src->tx.packets);
}

static void source_bytes(const struct sample *s)
{
	put(s, "direction", "rx", s->src->rx.bytes);
	put(s, "direction", "tx", s->src->tx.bytes);
}

static void source_filtered(const struct sample *s)
{
	put(s, NULL, NULL, s->src->filtered);
}

static void source_dup(const struct sample *s)
{
	put(s, NULL, NULL, s->src->dup);
}

static void source_sampled_out(const struct sample *s)
{
	put(s, NULL, NULL, s->src->sampled_out);
}

static void source_off_cable(const struct sample *s)
{
	put(s, NULL, NULL, s->src->off_cable);
}

static void source_other_shares(const struct sample *s)
{
	put(s, NULL, NULL, s->src->other_shares);
}

static void source_drops(const struct sample *s)
{
	put_drops(s, s->src->drops);
}

static void output_active(const struct sample *s)
{
	put(s, NULL, NULL, !s->output->is_dormant);
}

static void output_packets(const struct sample *s)
{
	put(s, NULL, NULL, s->output->sent.packets);
}

static void output_bytes(const struct sample *s)
{
	put(s, NULL, NULL, s->output->sent.bytes);
}

static void output_drops(const struct sample *s)
{
	put_drops(s, s->output->drops);
}

#define COUNTER(_name, _unit, _help, _level, _put) \
	{ _name "_" _unit, true, _unit, _help, _level, _put }
#define GAUGE(_name, _help, _level, _put) \
	{ _name, false, NULL, _help, _level, _put }

static const struct family families[] = {
	GAUGE("vspan_span_up", "Whether the span is up.", OF_SPAN, span_up),
	GAUGE("vspan_span_read", "Whether anybody reads the span.", OF_SPAN,
	      span_read),
	{ "vspan_span_queue_packets", false, "packets",
	  "Bound of each queue of the span.", OF_SPAN, span_qlen },
	{ "vspan_span_pins_bytes", false, "bytes",
	  "Memory that a reader can hold that has stopped.", OF_SPAN, span_pins },
	COUNTER("vspan_span_delivered", "packets",
		"Frames delivered to readers.", OF_SPAN, span_packets),
	COUNTER("vspan_span_delivered", "bytes",
		"Bytes delivered to readers.", OF_SPAN, span_bytes),
	COUNTER("vspan_span_monitor_tx_dropped", "packets",
		"Frames that a reader tried to send.", OF_SPAN,
		span_monitor_tx),
	COUNTER("vspan_span_dropped", "packets",
		"Frames selected and not delivered.", OF_SPAN, span_drops),
	GAUGE("vspan_source_active", "Whether the source is bound.", OF_SOURCE,
	      source_active),
	GAUGE("vspan_source_bindings", "Devices the source is bound to.",
	      OF_SOURCE, source_bindings),
	COUNTER("vspan_source_copied", "packets",
		"Frames handed to the span.", OF_SOURCE, source_packets),
	COUNTER("vspan_source_copied", "bytes",
		"Bytes handed to the span.", OF_SOURCE, source_bytes),
	COUNTER("vspan_source_filtered", "packets",
		"Frames that the VLAN list or the filter refused.", OF_SOURCE,
		source_filtered),
	COUNTER("vspan_source_duplicate", "packets",
		"Frames that the span had already.", OF_SOURCE, source_dup),
	COUNTER("vspan_source_sampled_out", "packets",
		"Frames that sampling passed over.", OF_SOURCE,
		source_sampled_out),
	COUNTER("vspan_source_off_cable", "packets",
		"Frames that the host gave to the device as received.",
		OF_SOURCE, source_off_cable),
	COUNTER("vspan_source_other_shares", "packets",
		"Frames of flows that are in another share.", OF_SOURCE,
		source_other_shares),
	COUNTER("vspan_source_dropped", "packets",
		"Frames selected and lost at the source.", OF_SOURCE,
		source_drops),
	GAUGE("vspan_output_active", "Whether the output can send.", OF_OUTPUT,
	      output_active),
	COUNTER("vspan_output_sent", "packets", "Frames sent on.", OF_OUTPUT,
		output_packets),
	COUNTER("vspan_output_sent", "bytes", "Bytes sent on.", OF_OUTPUT,
		output_bytes),
	COUNTER("vspan_output_dropped", "packets",
		"Frames that the output did not send.", OF_OUTPUT,
		output_drops),
};

/* In the older format, the name of a family is that of its samples. */
static void put_head(FILE *fp, const struct family *f, bool openmetrics)
{
	const char *end = f->is_counter && !openmetrics ? "_total" : "";

	fprintf(fp, "# HELP %s%s %s\n", f->name, end, f->help);
	fprintf(fp, "# TYPE %s%s %s\n", f->name, end,
		f->is_counter ? "counter" : "gauge");
	if (f->unit && openmetrics)
		fprintf(fp, "# UNIT %s %s\n", f->name, f->unit);
}

static void put_span(struct sample *s)
{
	switch (s->f->level) {
	case OF_SPAN:
		s->f->put(s);
		break;
	case OF_SOURCE:
		for (s->src = s->span->sources; s->src; s->src = s->src->next)
			s->f->put(s);
		break;
	case OF_OUTPUT:
		for (s->output = s->span->outputs; s->output;
		     s->output = s->output->next)
			s->f->put(s);
		break;
	}
}

/**
 * metrics_print - Print what was read, family by family.
 * @o: printer
 * @m: model, after model_link()
 * @openmetrics: in the format of OpenMetrics, else in Prometheus' own
 */
void metrics_print(struct out *o, const struct model *m, bool openmetrics)
{
	const struct span *spans = m->spans.items;
	struct sample s = { .o = o };
	size_t i;

	for (s.f = families; s.f < families + ARRAY_SIZE(families); s.f++) {
		put_head(o->fp, s.f, openmetrics);
		for (i = 0; i < m->spans.count; i++) {
			s.span = &spans[i];
			put_span(&s);
		}
	}
	if (openmetrics)
		fputs("# EOF\n", o->fp);
}

/**
 * metrics_write - Read the counters from the kernel and print them.
 * @ctx: context; where to is in its printer
 * @openmetrics: in this format, else in the older one
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int metrics_write(struct ctx *ctx, bool openmetrics)
{
	struct model m = { 0 };
	int err, ret = EXIT_OK;

	if (ctx_open(ctx))
		return EXIT_REFUSED;
	err = model_read(&m, &ctx->nl, MODEL_SOURCES | MODEL_OUTPUTS);
	if (err)
		ret = refused(&ctx->nl.genl, err, "metrics");
	else
		metrics_print(&ctx->out, &m, openmetrics);
	model_free(&m);
	return ret;
}

/**
 * cmd_metrics - vspanctl metrics [ FORMAT ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after metrics
 *
 * Return: exit code.
 */
int cmd_metrics(struct ctx *ctx, int argc, char **argv)
{
	const char *format = argc ? argv[0] : "openmetrics";
	bool openmetrics = !strcmp(format, "openmetrics"), http = !strcmp(format, "http");

	if (argc > 1)
		return what_is(argv[1], "metrics");
	if (!openmetrics && !http && strcmp(format, "prometheus"))
		return what_is(format, "metrics");
	if (ctx->out.json)
		return usage_error("metrics have a format of their own; for JSON see: vspanctl -j -s show");
	if (http && ctx->batch)
		return usage_error("metrics http answers what is on standard input; run it without -batch");
	return http ? metrics_http(ctx) : metrics_write(ctx, openmetrics);
}
