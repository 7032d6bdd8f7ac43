// SPDX-License-Identifier: GPL-2.0
/* Prints text or JSON with the same calls: text if there is a format, JSON if there is a
 * key.
 *
 * iproute2's printer is not available as a library. jansson and json-c build the whole
 * tree in memory before they write the first byte, with the counters of maybe a thousand
 * sources.
 */
#include "print/out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Replace control characters, so that names cannot control the terminal. */
static void out_plain(struct out *o, const char *s)
{
	for (; *s; s++) {
		unsigned char c = *s;

		putc((c < 0x20 && c != '\n') || c == 0x7f ? '?' : c, o->fp);
		o->column = c == '\n' ? 0 : o->column + 1;
	}
}

static void out_vtext(struct out *o, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void out_vtext(struct out *o, const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	out_plain(o, s);
	free(s);
}

static void out_newline(struct out *o)
{
	unsigned int i;

	if (!o->pretty)
		return;
	putc('\n', o->fp);
	for (i = 0; i < o->depth; i++)
		fputs("    ", o->fp);
}

/* Length of the well-formed UTF-8 sequence at @s, 0 if there is none. */
static unsigned int utf8_len(const unsigned char *s)
{
	unsigned int len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* overlong, surrogate, above U+10FFFF */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/**
 * out_is_clean - Is a string UTF-8 without control characters?
 * @s: the string
 *
 * Return: true if it is.
 */
bool out_is_clean(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	unsigned int len;

	for (; *c; c += len) {
		len = utf8_len(c);
		if (!len || *c < 0x20 || *c == 0x7f)
			return false;
	}
	return true;
}

static void out_json_char(struct out *o, unsigned char c)
{
	static const char escapes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *hit = strchr(escapes, c);

	if (hit)
		fprintf(o->fp, "\\%c", letters[hit - escapes]);
	else if (c < 0x20 || c == 0x7f)
		fprintf(o->fp, "\\u%04x", c);
	else
		putc(c, o->fp);
}

/* A device name may have any bytes. Bytes that are not UTF-8 become U+FFFD, since strict
 * parsers would refuse the whole JSON document.
 */
static void out_quoted(struct out *o, const char *str)
{
	const unsigned char *s = (const unsigned char *)str;
	unsigned int len;

	putc('"', o->fp);
	while (*s) {
		len = utf8_len(s);
		if (len == 1)
			out_json_char(o, *s);
		else if (len)
			fwrite(s, 1, len, o->fp);
		else
			fputs("\\ufffd", o->fp);
		s += len ? len : 1;
	}
	putc('"', o->fp);
}

/* Print what precedes a value: comma, line break, key. */
static void out_lead(struct out *o, const char *key)
{
	uint32_t bit = UINT32_C(1) << o->depth;

	if (o->depth) {
		if (o->used & bit)
			putc(',', o->fp);
		out_newline(o);
	}
	o->used |= bit;
	if (key) {
		out_quoted(o, key);
		fputs(o->pretty ? ": " : ":", o->fp);
	}
}

static void out_open(struct out *o, const char *key, char bracket)
{
	if (!o->json)
		return;
	if (o->depth >= OUT_DEPTH_MAX)
		abort();
	out_lead(o, key);
	putc(bracket, o->fp);
	o->depth++;
	o->used &= ~(UINT32_C(1) << o->depth);
}

static void out_close(struct out *o, char bracket)
{
	bool used;

	if (!o->json)
		return;
	used = o->used & (UINT32_C(1) << o->depth);
	o->depth--;
	if (used)
		out_newline(o);
	putc(bracket, o->fp);
	if (!o->depth)
		putc('\n', o->fp);
}

/**
 * out_object_open - Open a JSON object; nothing in text.
 * @o: printer
 * @key: its key, NULL in an array and at the top
 */
void out_object_open(struct out *o, const char *key)
{
	out_open(o, key, '{');
}

/**
 * out_object_close - Close the JSON object opened last.
 * @o: printer
 */
void out_object_close(struct out *o)
{
	out_close(o, '}');
}

/**
 * out_array_open - Open a JSON array; nothing in text.
 * @o: printer
 * @key: its key, NULL in an array and at the top
 */
void out_array_open(struct out *o, const char *key)
{
	out_open(o, key, '[');
}

/**
 * out_array_close - Close the JSON array opened last.
 * @o: printer
 */
void out_array_close(struct out *o)
{
	out_close(o, ']');
}

/**
 * out_text - Print text; nothing in JSON.
 * @o: printer
 * @fmt: format
 */
void out_text(struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json)
		return;
	va_start(ap, fmt);
	out_vtext(o, fmt, ap);
	va_end(ap);
}

static void out_form(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void out_form(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_vtext(o, fmt, ap);
	va_end(ap);
}

/**
 * out_str - Print a string.
 * @o: printer
 * @key: JSON key, NULL in an array
 * @fmt: text format with one %s, NULL for nothing in text
 * @val: the string
 */
void out_str(struct out *o, const char *key, const char *fmt, const char *val)
{
	if (o->json) {
		out_lead(o, key);
		out_quoted(o, val);
	} else if (fmt) {
		out_form(o, fmt, val);
	}
}

/**
 * out_u64 - Print a number without sign.
 * @o: printer
 * @key: JSON key, NULL in an array
 * @fmt: text format with one %llu, NULL for nothing in text
 * @val: the number
 */
void out_u64(struct out *o, const char *key, const char *fmt,
	     unsigned long long val)
{
	if (o->json) {
		out_lead(o, key);
		fprintf(o->fp, "%llu", val);
	} else if (fmt) {
		out_form(o, fmt, val);
	}
}

/**
 * out_s32 - Print a number with sign.
 * @o: printer
 * @key: JSON key, NULL in an array
 * @fmt: text format with one %d, NULL for nothing in text
 * @val: the number
 */
void out_s32(struct out *o, const char *key, const char *fmt, int val)
{
	if (o->json) {
		out_lead(o, key);
		fprintf(o->fp, "%d", val);
	} else if (fmt) {
		out_form(o, fmt, val);
	}
}

/**
 * out_bool - Print a boolean.
 * @o: printer
 * @key: JSON key, NULL in an array
 * @yes: text if true
 * @no: text if false
 * @val: which
 */
void out_bool(struct out *o, const char *key, const char *yes, const char *no,
	      bool val)
{
	if (o->json) {
		out_lead(o, key);
		fputs(val ? "true" : "false", o->fp);
	} else {
		out_plain(o, val ? yes : no);
	}
}

/**
 * out_wrap - Print text on this line if it fits, else on the next.
 * @o: printer
 * @indent: spaces at the head of the next line
 * @sep: goes before the text when it stays on this line
 * @fmt: format of the text
 */
void out_wrap(struct out *o, unsigned int indent, const char *sep,
	      const char *fmt, ...)
{
	va_list ap;
	char *s;

	if (o->json)
		return;
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (!o->oneline && o->column > indent &&
	    o->column + strlen(sep) + strlen(s) > OUT_WIDTH)
		out_form(o, "\n%*s", (int)indent, "");
	else
		out_plain(o, sep);
	out_plain(o, s);
	free(s);
}

/**
 * out_flush - Write out what is buffered.
 * @o: printer
 *
 * Return: 0, or a negative errno if any write since the start has failed.
 */
int out_flush(struct out *o)
{
	errno = 0;
	if (fflush(o->fp) || ferror(o->fp))
		return errno ? -errno : -EIO;
	return 0;
}
