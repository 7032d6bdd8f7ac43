// SPDX-License-Identifier: GPL-2.0
/* check: why does nothing arrive? Goes from span to source to device, and to
 * the outputs, with a table of probes for each.
 */
#include "check/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/utsname.h>

#include "args/args.h"
#include "version.h"

#define MOMENT_MS	200	/* between the two readings of counters */

/**
 * struct scope - What the user asked for.
 * @span: one span, or NULL
 * @source: one source, or NULL
 * @kind: VSPAN_KIND_* of @source
 * @dev: one device, or NULL
 */
struct scope {
	const char *span;
	const char *source;
	uint32_t kind;
	const char *dev;
};

static void run_probes(struct check *c, const probe_fn *probe)
{
	for (; *probe; probe++)
		(*probe)(c);
}

static void check_bindings(struct check *c, const struct scope *s)
{
	const struct binding *b;

	for (b = c->src->bindings; b; b = b->next) {
		if (s->dev && strcmp(s->dev, b->dev))
			continue;
		c->bind = b;
		c->link = link_by_index(&c->links, b->ifindex);
		/* It may have gone meanwhile. */
		if (c->link)
			run_probes(c, dev_probes);
	}
	c->bind = NULL;
	c->link = NULL;
}

static bool means_dev(const struct source *src, const char *dev)
{
	const struct binding *b;

	for (b = src->bindings; b; b = b->next)
		if (!strcmp(b->dev, dev))
			return true;
	return false;
}

static bool in_scope(const struct source *src, const struct scope *s)
{
	if (s->source)
		return src->kind == s->kind && !strcmp(src->name, s->source);
	return !s->dev || means_dev(src, s->dev);
}

/* Returns whether any was in scope. */
static bool check_sources(struct check *c, const struct scope *s)
{
	const struct source *src;
	bool any = false;

	for (src = c->span->sources; src; src = src->next) {
		if (!in_scope(src, s))
			continue;
		any = true;
		c->src = src;
		run_probes(c, source_probes);
		check_bindings(c, s);
	}
	c->src = NULL;
	return any;
}

static void check_outputs(struct check *c)
{
	const struct output *output;

	for (output = c->span->outputs; output; output = output->next) {
		c->output = output;
		c->link = link_by_index(&c->links, output->ifindex);
		run_probes(c, output_probes);
	}
	c->output = NULL;
	c->link = NULL;
}

static bool check_span(struct check *c, const struct scope *s)
{
	bool any = check_sources(c, s);

	if (!any && (s->source || s->dev))
		return false;
	run_probes(c, span_probes);
	check_outputs(c);
	return true;
}

static void check_all(struct check *c, const struct scope *s)
{
	const struct span *spans = c->now.spans.items;
	bool any = false;
	size_t i;

	for (i = 0; i < c->now.spans.count; i++) {
		if (s->span && strcmp(s->span, spans[i].name))
			continue;
		c->span = &spans[i];
		any |= check_span(c, s);
	}
	c->span = NULL;
	if (any)
		return;
	if (s->source) {
		found(c, FIND_ERROR, "not_source",
		      "%s is no span and no source, and no source is bound to it",
		      s->source);
		fix(c, "vspanctl add %s%s",
		    s->kind == VSPAN_KIND_MASTER ? "master " : "",
		    quoted(c, s->source));
	} else {
		found(c, FIND_ERROR, "no_source", "nothing is mirrored");
		fix(c, "vspanctl add %s", quoted(c, some_device(c)));
	}
}

/* The user's word is a span, a source, or a device to which a source is bound. */
static void scope_find(const struct check *c, const struct args *a,
		       struct scope *s)
{
	const struct source *src = c->now.sources.items;
	const struct span *spans = c->now.spans.items;
	size_t i;

	for (i = 0; i < c->now.spans.count; i++) {
		if (a->kind == VSPAN_KIND_NAME &&
		    !strcmp(a->source, spans[i].name)) {
			s->span = a->source;
			return;
		}
	}
	s->source = a->source;
	s->kind = a->kind;
	for (i = 0; i < c->now.sources.count; i++)
		if (in_scope(&src[i], s))
			return;
	if (a->kind != VSPAN_KIND_NAME)
		return;
	for (i = 0; i < c->now.sources.count; i++) {
		if (means_dev(&src[i], a->source)) {
			s->source = NULL;
			s->dev = a->source;
			return;
		}
	}
}

/* Reads twice, so that losses that still go on can be told from past ones. */
static int read_all(struct check *c)
{
	const struct timespec moment = { .tv_nsec = MOMENT_MS * 1000000L };
	struct nl *nl = &c->ctx->nl;
	int err;

	err = model_read(&c->before, nl, MODEL_SOURCES | MODEL_OUTPUTS);
	if (err)
		return refused(&nl->genl, err, "check");
	if (c->before.sources.count)
		nanosleep(&moment, NULL);
	err = model_read(&c->now, nl, MODEL_SOURCES | MODEL_OUTPUTS);
	if (err)
		return refused(&nl->genl, err, "check");
	err = links_read(&c->links, nl);
	if (!err)
		err = model_name_netns(&c->now, nl);
	return err ? refused(&nl->rtnl, err, "check") : EXIT_OK;
}

static bool module_is_installed(const char *release)
{
	char path[128], line[512];
	bool yes = false;
	FILE *fp;

	snprintf(path, sizeof(path), "/lib/modules/%.65s/modules.dep", release);
	fp = fopen(path, "re");
	while (fp && !yes && fgets(line, sizeof(line), fp))
		yes = strstr(line, "/vspan.ko");
	if (fp)
		fclose(fp);
	return yes;
}

/* ctx_try() has made the kernel load the module, if it is installed. */
static int no_module(struct check *c)
{
	struct utsname u;

	uname(&u);
	if (module_is_installed(u.release)) {
		found(c, FIND_ERROR, "no_module",
		      "the vspan module is installed, but not loaded");
		fix(c, "modprobe vspan");
	} else {
		found(c, FIND_ERROR, "no_module",
		      "the vspan module is not installed for this kernel, %s",
		      u.release);
		fix(c, "dkms autoinstall -k %s && modprobe vspan", u.release);
	}
	return findings_print(c);
}

/* After an upgrade the old module stays loaded while it is in use. */
static void check_version(struct check *c)
{
	char loaded[VERSION_LEN];

	/* A module can only be replaced in the host's netns. */
	if (c->ctx->netns || !module_version(loaded, sizeof(loaded)) ||
	    version_cmp(loaded, VSPAN_VERSION) >= 0)
		return;
	found(c, FIND_WARNING, "old_module",
	      "the vspan module that is loaded is %s, older than vspanctl, %s",
	      loaded, VSPAN_VERSION);
	takes(c, "what other network namespaces have configured");
	fix(c, "vspanctl save && modprobe -r vspan && modprobe vspan && vspanctl restore");
}

static int check_run(struct check *c, const struct args *a)
{
	struct scope s = { 0 };
	int ret;

	ret = read_all(c);
	if (ret)
		return ret;
	if (a)
		scope_find(c, a, &s);
	else
		check_version(c);
	check_all(c, &s);
	return findings_print(c);
}

/**
 * cmd_check - vspanctl check [ SOURCE | SPAN ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after check
 *
 * Return: exit code; EXIT_REFUSED with findings.
 */
int cmd_check(struct ctx *ctx, int argc, char **argv)
{
	struct check c = { .ctx = ctx, .feature = link_feature,
			   .vfs = link_vfs };
	struct args a;
	int ret;

	if (argc && args_source(&a, "check", 0, argc, argv))
		return usage_error("%s", a.err);
	ret = ctx_try(ctx);
	if (ret == EXIT_OK)
		ret = ctx->nl.family ? check_run(&c, argc ? &a : NULL) :
				       no_module(&c);
	model_free(&c.before);
	model_free(&c.now);
	free(c.links.items);
	free(c.findings.items);
	return ret;
}
