// SPDX-License-Identifier: GPL-2.0
/* Splits a pcap-filter(7) expression into words like libpcap's scanner. */
#include "args/filter_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c && strchr(" \r\n\t", c);
}

/* A word ends with a letter, a digit or a dot: "vlan-1" is one, "vlan -1" has two. */
static size_t word_len(const char *s)
{
	size_t len = 1, i;

	for (i = 1; isalnum((unsigned char)s[i]) || (s[i] && strchr("-_.", s[i])); i++)
		if (s[i] != '-' && s[i] != '_')
			len = i + 1;
	return len;
}

/**
 * filter_word_next - Find the next word of an expression.
 * @s: where to begin to look; set to what follows the word
 * @w: the word
 *
 * A word after a backslash is a name, not a keyword, and is skipped.
 *
 * Return: false at the end.
 */
bool filter_word_next(const char **s, struct filter_word *w)
{
	const char *p = *s;

	while (*p && !isalnum((unsigned char)*p))
		p += *p == '\\' ? 1 + strcspn(p + 1, " !()\n\t") : 1;
	w->at = p;
	w->len = *p ? word_len(p) : 0;
	*s = p + w->len;
	return *p;
}

/**
 * filter_word_is - Is it this word?
 * @w: the word
 * @text: the other
 *
 * Return: true if so.
 */
bool filter_word_is(const struct filter_word *w, const char *text)
{
	return w->len == strlen(text) && !memcmp(w->at, text, w->len);
}

/**
 * filter_words_put - Write something else in place of a word.
 * @text: the expression
 * @w: a word of it
 * @put: what to write
 *
 * Return: a new expression, to be freed; NULL if there is no memory.
 */
char *filter_words_put(const char *text, const struct filter_word *w,
		       const char *put)
{
	char *out;

	return asprintf(&out, "%.*s%s%s", (int)(w->at - text), text, put,
			w->at + w->len) < 0 ? NULL : out;
}

/* The number behind "vlan", which may be in parentheses, belongs to it. */
static bool take_vid(struct filter_word *vlan, struct filter_word *vid)
{
	const char *p = vlan->at + vlan->len;
	unsigned int depth = 0;

	for (; is_blank(*p) || *p == '('; p++)
		depth += *p == '(';
	if (!isdigit((unsigned char)*p))
		return false;
	vid->at = p;
	vid->len = word_len(p);
	for (p += vid->len; depth && (is_blank(*p) || *p == ')'); p++)
		depth -= *p == ')';
	vlan->len = p - vlan->at;
	return true;
}

static char *mark_word(const char *text, struct filter_word *w,
		       unsigned int *marks)
{
	struct filter_word vid;
	char *put, *out;
	int len;

	*marks = 1 + take_vid(w, &vid);
	if (*marks > 1)
		len = asprintf(&put, "(ether[%#x] = 1 and ether[%#x] & 0xfff = %.*s)",
			       FILTER_TAG_PRESENT, FILTER_TAG, (int)vid.len,
			       vid.at);
	else
		len = asprintf(&put, "(ether[%#x] = 1)", FILTER_TAG_PRESENT);
	if (len < 0)
		return NULL;
	out = filter_words_put(text, w, put);
	free(put);
	return out;
}

/**
 * filter_words_mark - Mark where an expression asks for a frame's outermost tag.
 * @text: an expression that libpcap takes
 * @marked: the same with bytes at FILTER_TAG_PRESENT and FILTER_TAG compared in
 *	    place of the first "vlan", to be freed; NULL if nothing asks for the tag
 * @marks: how many bytes these are
 *
 * The first "vlan" means the outermost tag. What follows it reads a frame with an
 * accelerated tag like a frame without a tag. A second "vlan", and the first one for the
 * inner frame of a tunnel, means a tag in the bytes.
 *
 * Return: 0 or -ENOMEM.
 */
int filter_words_mark(const char *text, char **marked, unsigned int *marks)
{
	struct filter_word w;
	const char *s = text;

	*marked = NULL;
	*marks = 0;
	while (filter_word_next(&s, &w)) {
		if (filter_word_is(&w, "geneve") || filter_word_is(&w, "vxlan"))
			return 0;
		if (!filter_word_is(&w, "vlan"))
			continue;
		*marked = mark_word(text, &w, marks);
		return *marked ? 0 : -ENOMEM;
	}
	return 0;
}
