// SPDX-License-Identifier: GPL-2.0
/* check: stores findings and prints them. */
#include "check/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "args/args.h"
#include "args/words.h"

static const char *const severities[] = {
	[FIND_NOTE]	= "note",
	[FIND_WARNING]	= "warning",
	[FIND_ERROR]	= "error",
};

/**
 * quoted - Write a word as the shell reads it.
 * @c: the check
 * @word: the word
 *
 * Return: the word, valid until QUOTES other words were quoted.
 */
const char *quoted(struct check *c, const char *word)
{
	return words_quote(c->quotes[c->quote++ % QUOTES], QUOTE_LEN, word);
}

/**
 * quoted_source - Write the source being looked at as the shell reads it.
 * @c: the check
 *
 * Return: the words, as quoted() has them.
 */
const char *quoted_source(struct check *c)
{
	char text[QUOTE_LEN];

	if (c->src->kind != VSPAN_KIND_MASTER)
		return quoted(c, c->src->name);
	snprintf(text, sizeof(text), "master %s", quoted(c, c->src->name));
	return strcpy(c->quotes[c->quote++ % QUOTES], text);
}

/**
 * quoted_span - Write the span being looked at behind "to", as the shell reads it.
 * @c: the check
 *
 * Return: the words, as quoted() has them.
 */
const char *quoted_span(struct check *c)
{
	const char *name = quoted(c, c->span->name);
	char text[QUOTE_LEN];

	if (!c->span->is_away)
		return name;
	if (c->span->netns[0] && strlen(c->span->netns) <= VSPAN_PATTERN_LEN)
		snprintf(text, sizeof(text), "%s netns %s", name,
			 quoted(c, c->span->netns));
	else
		snprintf(text, sizeof(text), "%s netnsid %d", name,
			 c->span->netnsid);
	return strcpy(c->quotes[c->quote++ % QUOTES], text);
}

static const char *dev_name(const struct check *c)
{
	if (c->bind)
		return c->bind->dev;
	return c->output ? c->output->dev : "";
}

/**
 * found - Begin a finding about the span, source and device being looked at.
 * @c: the check
 * @severity: how much it matters
 * @key: its name, for programs
 * @fmt: a sentence, without a full stop
 *
 * To be followed by fix(), which makes it count.
 */
void found(struct check *c, enum severity severity, const char *key,
	   const char *fmt, ...)
{
	struct finding *f = array_next(&c->findings, sizeof(*f));
	va_list ap;

	if (!f)
		abort();
	memset(f, 0, sizeof(*f));
	f->severity = severity;
	f->key = key;
	if (c->span)
		strcpy(f->span, c->span->name);
	if (c->src)
		args_source_text(c->src->kind, c->src->name, f->source,
				 sizeof(f->source));
	strcpy(f->dev, dev_name(c));
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

/* A fault of a device is found once, even if two sources are bound to the device. */
static bool is_known(const struct array *findings)
{
	const struct finding *f = findings->items;
	const struct finding *last = f + findings->count;

	for (; f < last; f++)
		if (f->key == last->key && !strcmp(f->text, last->text) &&
		    !strcmp(f->fix, last->fix))
			return true;
	return false;
}

/**
 * fix - Complete a finding with the command that ends it.
 * @c: the check
 * @fmt: the command, its words quoted
 */
void fix(struct check *c, const char *fmt, ...)
{
	struct finding *f = c->findings.items;
	size_t len = 0;
	va_list ap;

	f += c->findings.count;
	if (c->ctx->netns)
		len = snprintf(f->fix, sizeof(f->fix), "ip netns exec %s ",
			       quoted(c, c->ctx->netns));
	va_start(ap, fmt);
	vsnprintf(f->fix + len, sizeof(f->fix) - len, fmt, ap);
	va_end(ap);
	c->findings.count += !is_known(&c->findings);
}

/**
 * takes - Add to a finding what its command removes.
 * @c: the check
 * @fmt: what it removes that others may need
 *
 * To be followed by fix().
 */
void takes(struct check *c, const char *fmt, ...)
{
	struct finding *f = c->findings.items;
	va_list ap;

	f += c->findings.count;
	va_start(ap, fmt);
	vsnprintf(f->takes, sizeof(f->takes), fmt, ap);
	va_end(ap);
}

/**
 * blind - Remember that something was not shown.
 * @c: the check
 * @err: errno of the query, negative or not; errors other than missing rights mean that
 *	 there is nothing to show
 */
void blind(struct check *c, int err)
{
	if (abs(err) == EPERM || abs(err) == EACCES)
		c->is_blind = true;
}

static void find_blind(struct check *c)
{
	if (!c->is_blind)
		return;
	found(c, FIND_NOTE, "unseen",
	      "what nftables, BPF programs and other network namespaces do to frames is shown to root of the host alone, and was not looked at");
	fix(c, "sudo vspanctl check");
}

static void print_text(struct out *o, const struct finding *f)
{
	const char *word = f->text;
	size_t len;

	out_text(o, "%s (%s): ", severities[f->severity], f->key);
	for (; *word; word += len + (word[len] == ' ')) {
		len = strcspn(word, " ");
		out_wrap(o, 4, word == f->text ? "" : " ", "%.*s", (int)len,
			 word);
	}
	if (*f->takes)
		out_text(o, "\n        # this takes away %s; see first who needs it:",
			 f->takes);
	out_text(o, "\n        %s\n", f->fix);
}

static void print_finding(struct out *o, const struct finding *f)
{
	if (!o->json) {
		print_text(o, f);
		return;
	}
	out_object_open(o, NULL);
	out_str(o, "severity", NULL, severities[f->severity]);
	if (*f->span)
		out_str(o, "span", NULL, f->span);
	if (*f->source)
		out_str(o, "source", NULL, f->source);
	if (*f->dev)
		out_str(o, "dev", NULL, f->dev);
	out_str(o, "finding", NULL, f->key);
	out_str(o, "text", NULL, f->text);
	if (*f->takes)
		out_str(o, "takes", NULL, f->takes);
	out_str(o, "fix", NULL, f->fix);
	out_object_close(o);
}

/**
 * findings_print - Print all findings, errors first.
 * @c: the check
 *
 * Return: EXIT_REFUSED if there is more than notes, else EXIT_OK.
 */
int findings_print(struct check *c)
{
	const struct finding *f;
	struct out *o = &c->ctx->out;
	int severity, ret = EXIT_OK;
	size_t i;

	find_blind(c);
	f = c->findings.items;
	out_array_open(o, NULL);
	for (severity = FIND_ERROR; severity >= FIND_NOTE; severity--) {
		for (i = 0; i < c->findings.count; i++) {
			if ((int)f[i].severity != severity)
				continue;
			print_finding(o, &f[i]);
			if (severity > FIND_NOTE)
				ret = EXIT_REFUSED;
		}
	}
	out_array_close(o);
	if (ret == EXIT_OK)
		out_text(o, c->is_blind ? "all is well, as far as can be seen\n" :
					  "all is well\n");
	return ret;
}
