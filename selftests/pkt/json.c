// SPDX-License-Identifier: GPL-2.0
/*
 * Converts JSON on stdin to one "path value" line per scalar. An object in an array is
 * named by its first member: span0/sources/eth0/stats/rx/packets 10. (jq is not used, as
 * it takes half a second to start on an emulated CPU, and the tests do this often.)
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkt.h"

#define PATH_LEN	512
#define DEPTH		12

static char text[1 << 22];
static const char *pos;

static void bad(void)
{
	die("bad JSON at byte %ld: '%.20s'", (long)(pos - text), pos);
}

static char peek(void)
{
	while (*pos && isspace((unsigned char)*pos))
		pos++;
	return *pos;
}

static void expect(char c)
{
	if (peek() != c)
		bad();
	pos++;
}

static void get_string(char *out, size_t size)
{
	size_t n = 0;

	expect('"');
	for (; *pos != '"'; pos++) {
		if ((unsigned char)*pos < ' ')
			bad();
		if (*pos == '\\' && !*++pos)
			bad();
		if (n + 1 < size)
			out[n++] = *pos;
	}
	pos++;
	out[n] = 0;
}

static void get_literal(char *out, size_t size)
{
	size_t n = 0;
	char *end;

	while (*pos && (isalnum((unsigned char)*pos) || strchr("+-.", *pos))) {
		if (n + 1 < size)
			out[n++] = *pos;
		pos++;
	}
	out[n] = 0;
	if (!strcmp(out, "true") || !strcmp(out, "false") || !strcmp(out, "null"))
		return;
	strtod(out, &end);
	if (!n || *end)
		bad();
}

static void get_scalar(char *out, size_t size)
{
	if (peek() == '"')
		get_string(out, size);
	else
		get_literal(out, size);
}

static void get_value(char *path, int depth);

/* The first member names an object in an array: a name, or a number if the object has no
 * name.
 */
static void get_object(char *path, int depth, bool in_array)
{
	size_t len = strlen(path), used;
	char key[64], value[128];
	const char *back;
	bool first = true;

	expect('{');
	while (peek() != '}') {
		if (!first)
			expect(',');
		get_string(key, sizeof(key));
		expect(':');
		if (first && in_array &&
		    (peek() == '"' || !strcmp(key, "psample"))) {
			back = pos;
			get_scalar(value, sizeof(value));
			pos = back;
			snprintf(path + len, PATH_LEN - len, "%s%s", len ? "/" : "", value);
			len = strlen(path);
		}
		used = (size_t)snprintf(path + len, PATH_LEN - len, "%s%s", len ? "/" : "", key);
		if (len + used >= PATH_LEN)
			bad();
		get_value(path, depth + 1);
		path[len] = 0;
		first = false;
	}
	pos++;
}

static void get_array(char *path, int depth)
{
	size_t len = strlen(path);
	unsigned int i = 0;

	expect('[');
	for (; peek() != ']'; i++) {
		if (i)
			expect(',');
		if (peek() == '{') {
			get_object(path, depth + 1, true);
		} else {
			snprintf(path + len, PATH_LEN - len, "%s%u", len ? "/" : "", i);
			get_value(path, depth + 1);
		}
		path[len] = 0;
	}
	pos++;
}

static void get_value(char *path, int depth)
{
	char value[1024];

	if (depth > DEPTH)
		bad();
	switch (peek()) {
	case '{':
		get_object(path, depth, false);
		return;
	case '[':
		get_array(path, depth);
		return;
	}
	get_scalar(value, sizeof(value));
	printf("%s %s\n", path, value);
}

/* Accept several texts in a row, since vspanctl monitor prints one per line. */
int json_main(void)
{
	char path[PATH_LEN];
	size_t n = fread(text, 1, sizeof(text) - 1, stdin);

	text[n] = 0;
	pos = text;
	if (!peek())
		die("no JSON at all");
	while (peek()) {
		path[0] = 0;
		get_value(path, 0);
	}
	return 0;
}
