// SPDX-License-Identifier: GPL-2.0
/* check: frames that were lost after they had been selected. */
#include <string.h>

#include "args/args.h"
#include "check/check.h"

/* What "@" in a fix stands for. */
enum arg {
	ARG_NONE,
	ARG_SPAN,
	ARG_QLEN,	/* the span, and twice its qlen */
	ARG_SOURCE,	/* the source, and the span */
	ARG_OUTPUT,	/* the device of the output */
	ARG_MTU,	/* the same, and the MTU that its frames need */
};

/**
 * struct loss - A reason for losses.
 * @reason: VSPAN_A_DROP_*
 * @key: name of the finding
 * @text: what has happened, printed after a number of frames
 * @fix: format of the command against it
 * @arg: argument of @fix
 */
struct loss {
	unsigned int reason;
	const char *key;
	const char *text;
	const char *fix;
	enum arg arg;
};

/* A span that is down or has no reader is found by another probe. */
static const struct loss span_losses[] = {
	{ VSPAN_A_DROP_NO_MEMORY, "no_memory",
	  "for which the host had no memory",
	  "sysctl -w vm.min_free_kbytes=131072", ARG_NONE },
	{ VSPAN_A_DROP_QUEUE_FULL, "queue_full",
	  "because they came faster than one CPU handles them",
	  "vspanctl span set %s qlen %u", ARG_QLEN },
	{ VSPAN_A_DROP_RING_FULL, "ring_full",
	  "because the virtual machine reads too slowly",
	  "vspanctl span set %s qlen %u", ARG_QLEN },
	{ VSPAN_A_DROP_LOOP, "loop",
	  "because they had left a span before: tc, a bridge or a tunnel leads them back",
	  "vspanctl output show %s", ARG_SPAN },
	{ VSPAN_A_DROP_UNREADABLE, "unreadable",
	  "whose payload no CPU can read, being in a device's memory (devmem TCP); see whose they are",
	  "vspanctl -s show %s", ARG_SPAN },
	{ VSPAN_A_DROP_SEGMENT, "segment",
	  "because they could not be cut into frames of the MTU",
	  "vspanctl span set %s frames asis", ARG_SPAN },
	{ VSPAN_A_DROP_CHECKSUM, "checksum",
	  "whose checksum could not be completed",
	  "vspanctl span set %s frames asis", ARG_SPAN },
	{ 0 }
};

static const struct loss source_losses[] = {
	{ VSPAN_A_DROP_RATE_LIMIT, "rate_limit",
	  "because they were more than its rate allows",
	  "vspanctl set %s to %s rate 0", ARG_SOURCE },
	{ 0 }
};

static const struct loss output_losses[] = {
	{ VSPAN_A_DROP_NO_MEMORY, "output_no_memory",
	  "for which the host had no memory",
	  "sysctl -w vm.min_free_kbytes=131072", ARG_NONE },
	{ VSPAN_A_DROP_TOO_BIG, "output_too_big",
	  "because they are larger than its MTU allows",
	  "ip link set %s mtu %u", ARG_MTU },
	{ VSPAN_A_DROP_XMIT, "output_xmit",
	  "because its queue or its driver refused them",
	  "ip link set %s txqueuelen 10000", ARG_OUTPUT },
	{ 0 }
};

static uint32_t more_qlen(const struct span *span)
{
	return span->qlen < QLEN_MAX / 2 ? 2 * span->qlen : QLEN_MAX;
}

/* A command that changes the span itself must run in the span's netns. */
static void fix_span(struct check *c, const struct loss *l)
{
	char name[256], where[2 * sizeof(name)] = "", cmd[QUOTE_LEN];

	if (c->span->is_away &&
	    !netns_name(&c->ctx->nl, c->span->netnsid, name, sizeof(name))) {
		fix(c, "lsns -t net");
		return;
	}
	if (c->span->is_away)
		snprintf(where, sizeof(where), "ip netns exec %s ", quoted(c, name));
	snprintf(cmd, sizeof(cmd), l->fix, quoted(c, c->span->name),
		 more_qlen(c->span));
	fix(c, "%s%s", where, cmd);
}

static void fix_loss(struct check *c, const struct loss *l)
{
	switch (l->arg) {
	case ARG_NONE:
		fix(c, "%s", l->fix);
		break;
	case ARG_SPAN:
	case ARG_QLEN:
		fix_span(c, l);
		break;
	case ARG_SOURCE:
		fix(c, l->fix, quoted_source(c), quoted_span(c));
		break;
	case ARG_OUTPUT:
		fix(c, l->fix, quoted(c, c->output->dev));
		break;
	case ARG_MTU:
		fix(c, l->fix, quoted(c, c->output->dev), output_mtu(c));
		break;
	}
}

/* Losses that go on are warnings, past ones are notes. */
static void find_losses(struct check *c, const struct loss *l, const char *who,
			const uint64_t *before, const uint64_t *now)
{
	uint64_t n;

	for (; l->reason; l++) {
		n = now[l->reason];
		if (!n)
			continue;
		if (before && n > before[l->reason])
			found(c, FIND_WARNING, l->key,
			      "%s is losing frames (%llu so far) %s", who,
			      (unsigned long long)n, l->text);
		else
			found(c, FIND_NOTE, l->key,
			      "%s lost %llu frames in the past %s", who,
			      (unsigned long long)n, l->text);
		fix_loss(c, l);
	}
}

static const struct span *span_before(const struct check *c)
{
	const struct span *span = c->before.spans.items;
	size_t i;

	for (i = 0; i < c->before.spans.count; i++, span++)
		if (!strcmp(span->name, c->span->name) &&
		    span->ifindex == c->span->ifindex &&
		    span->is_away == c->span->is_away &&
		    (!span->is_away || span->netnsid == c->span->netnsid))
			return span;
	return NULL;
}

/* An older module only tells the name. */
static bool is_of_same(const struct span_id *x, const struct span_id *y)
{
	return x->ifindex == y->ifindex && x->is_away == y->is_away &&
	       (!x->is_away || x->netnsid == y->netnsid);
}

static const struct source *source_before(const struct check *c)
{
	const struct source *src = c->before.sources.items;
	size_t i;

	for (i = 0; i < c->before.sources.count; i++, src++)
		if (src->kind == c->src->kind &&
		    !strcmp(src->name, c->src->name) &&
		    !strcmp(src->span, c->src->span) &&
		    is_of_same(&src->of, &c->src->of))
			return src;
	return NULL;
}

static const struct output *output_before(const struct check *c)
{
	const struct output *out = c->before.outputs.items;
	size_t i;

	for (i = 0; i < c->before.outputs.count; i++, out++)
		if (!strcmp(out->span, c->output->span) &&
		    is_of_same(&out->of, &c->output->of) &&
		    !strcmp(out->dev, c->output->dev) &&
		    out->group == c->output->group)
			return out;
	return NULL;
}

/**
 * probe_span_drops - Has the span lost frames?
 * @c: the check, at a span
 */
void probe_span_drops(struct check *c)
{
	const struct span *before = span_before(c);

	find_losses(c, span_losses, c->span->name,
		    before ? before->drops : NULL, c->span->drops);
}

/**
 * probe_source_drops - Has the source lost frames by itself?
 * @c: the check, at a source
 */
void probe_source_drops(struct check *c)
{
	const struct source *before = source_before(c);

	find_losses(c, source_losses, c->src->name,
		    before ? before->drops : NULL, c->src->drops);
}

/**
 * probe_output_drops - Has the output lost frames?
 * @c: the check, at an output
 */
void probe_output_drops(struct check *c)
{
	const struct output *before = output_before(c);

	find_losses(c, output_losses,
		    *c->output->dev ? c->output->dev : "the psample group",
		    before ? before->drops : NULL, c->output->drops);
}
