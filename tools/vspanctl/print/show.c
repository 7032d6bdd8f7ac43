// SPDX-License-Identifier: GPL-2.0
/* show, span show and output show. */
#include <errno.h>
#include <string.h>

#include "args/args.h"
#include "nl/model.h"
#include "print/print.h"
#include "vspanctl.h"

static int name_width(const struct span *span)
{
	const struct source *src;
	char text[SOURCE_TEXT_LEN];
	int width = 0, len;

	for (src = span->sources; src; src = src->next) {
		len = strlen(args_source_text(src->kind, src->name, text,
					      sizeof(text)));
		if (len > width)
			width = len;
	}
	return width;
}

static void show_source(struct ctx *ctx, const struct source *src, int width)
{
	struct out *o = &ctx->out;
	char text[SOURCE_TEXT_LEN];

	out_object_open(o, NULL);
	out_text(o, "  %-*s ", width,
		 args_source_text(src->kind, src->name, text, sizeof(text)));
	print_source(o, src, strlen("rx,tx"));
	print_state(o, src);
	print_bindings(o, src);
	out_text(o, "\n");
	if (ctx->stats)
		print_source_stats(o, src);
	out_object_close(o);
}

static void show_sources(struct ctx *ctx, const struct span *span)
{
	const struct source *src;
	int width = name_width(span);

	out_array_open(&ctx->out, "sources");
	for (src = span->sources; src; src = src->next)
		show_source(ctx, src, width);
	out_array_close(&ctx->out);
}

static void show_output(struct ctx *ctx, const struct output *output, int width)
{
	char target[OUTPUT_TARGET_LEN];
	struct out *o = &ctx->out;

	out_object_open(o, NULL);
	out_text(o, "  output %-*s", width,
		 output_target(output->dev, output->group, target));
	print_output(o, output);
	print_output_state(o, output);
	out_text(o, "\n");
	if (ctx->stats)
		print_output_stats(o, output);
	out_object_close(o);
}

static void show_outputs(struct ctx *ctx, const struct span *span)
{
	const struct output *output;
	char target[OUTPUT_TARGET_LEN];
	int width = 0, len;

	for (output = span->outputs; output; output = output->next) {
		len = strlen(output_target(output->dev, output->group, target));
		if (len > width)
			width = len;
	}
	out_array_open(&ctx->out, "outputs");
	for (output = span->outputs; output; output = output->next)
		show_output(ctx, output, width);
	out_array_close(&ctx->out);
}

static void show_head(struct ctx *ctx, const struct span *span)
{
	print_span(&ctx->out, span);
	out_text(&ctx->out, "\n");
	if (ctx->stats)
		print_span_stats(&ctx->out, span);
}

/**
 * show_span - Print a span with its sources and outputs.
 * @ctx: context
 * @span: the span, after model_link()
 */
void show_span(struct ctx *ctx, const struct span *span)
{
	out_object_open(&ctx->out, NULL);
	show_head(ctx, span);
	show_sources(ctx, span);
	show_outputs(ctx, span);
	out_object_close(&ctx->out);
}

/**
 * show_span_alone - Print a span without its sources and outputs.
 * @ctx: context
 * @span: the span
 */
void show_span_alone(struct ctx *ctx, const struct span *span)
{
	out_object_open(&ctx->out, NULL);
	show_head(ctx, span);
	out_object_close(&ctx->out);
}

/**
 * show_span_outputs - Print the outputs of a span; in text nothing if it has
 *	none.
 * @ctx: context
 * @span: the span, after model_link()
 */
void show_span_outputs(struct ctx *ctx, const struct span *span)
{
	out_object_open(&ctx->out, NULL);
	out_str(&ctx->out, "span", span->outputs ? "%s" : NULL, span->name);
	out_u64(&ctx->out, "ifindex", NULL, span->ifindex);
	if (span->is_away)
		out_s32(&ctx->out, "netnsid",
			span->outputs ? " (in netns id %d)" : NULL,
			span->netnsid);
	if (span->outputs)
		out_text(&ctx->out, ":\n");
	show_outputs(ctx, span);
	out_object_close(&ctx->out);
}

/**
 * show_model - Print one span of a model, or all.
 * @ctx: context
 * @m: model, after model_link()
 * @name: name of the span, NULL for all
 * @show: prints one span
 *
 * Return: false if no span is called @name; then nothing was printed.
 */
bool show_model(struct ctx *ctx, const struct model *m, const char *name,
		show_fn show)
{
	const struct span *spans = m->spans.items;
	bool found = false;
	size_t i;

	for (i = 0; i < m->spans.count; i++)
		found |= !name || !strcmp(name, spans[i].name);
	if (name && !found)
		return false;
	out_array_open(&ctx->out, NULL);
	for (i = 0; i < m->spans.count; i++)
		if (!name || !strcmp(name, spans[i].name))
			show(ctx, &spans[i]);
	out_array_close(&ctx->out);
	return true;
}

/**
 * show_spans - Show one span or all.
 * @ctx: context, open
 * @name: name of the span, NULL for all
 * @what: MODEL_* that @show prints
 * @show: prints one span
 *
 * Return: exit code.
 */
int show_spans(struct ctx *ctx, const char *name, unsigned int what,
	       show_fn show)
{
	struct model m = { 0 };
	int err, ret = EXIT_OK;

	err = model_read(&m, &ctx->nl, what);
	if (err) {
		ret = refused(&ctx->nl.genl, err, "show");
	} else if (!show_model(ctx, &m, name, show)) {
		report("no span is named %s; list them with: vspanctl span show",
		       name);
		ret = EXIT_REFUSED;
	}
	model_free(&m);
	return ret;
}

/**
 * cmd_show - vspanctl show [ SPAN ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after show
 *
 * Return: exit code.
 */
int cmd_show(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_optional_span(&a, "show", argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	return show_spans(ctx, a.has & HAS_SPAN ? a.span : NULL,
			  MODEL_SOURCES | MODEL_OUTPUTS, show_span);
}
