// SPDX-License-Identifier: GPL-2.0
/* The printer: text and JSON, nesting, escapes, breaking of lines. */
#include "print/out.h"

#include <errno.h>
#include <stdlib.h>

#include "ktap.h"

/**
 * struct capture - A printer into memory.
 * @out: the printer
 * @buf: what was printed, after capture_end()
 * @len: its length
 */
struct capture {
	struct out out;
	char *buf;
	size_t len;
};

static struct out *capture_start(struct capture *c, bool json, bool pretty)
{
	memset(c, 0, sizeof(*c));
	c->out.json = json;
	c->out.pretty = pretty;
	c->out.fp = open_memstream(&c->buf, &c->len);
	if (!c->out.fp)
		abort();
	return &c->out;
}

static void capture_end(struct capture *c, struct ktap *t, const char *want,
			const char *name)
{
	fclose(c->out.fp);
	ktap_str(t, c->buf, want, name);
	free(c->buf);
}

static const struct {
	const char *in;
	const char *json;
	const char *name;
} strings[] = {
	{ "eth0",		"\"eth0\"",		"plain" },
	{ "",			"\"\"",			"empty" },
	{ "a\"b\\c",		"\"a\\\"b\\\\c\"",	"quote and backslash" },
	{ "\b\f\n\r\t",		"\"\\b\\f\\n\\r\\t\"",	"short escapes" },
	{ "\x01\x1b\x7f",	"\"\\u0001\\u001b\\u007f\"", "control characters" },
	{ "/",			"\"/\"",		"slash stays" },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9f",
	  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9f\"",	"UTF-8 stays" },
	{ "a\xff" "b",		"\"a\\ufffdb\"",	"a byte that is no UTF-8" },
	{ "\xc3",		"\"\\ufffd\"",		"a cut sequence" },
	{ "\xc0\x80",		"\"\\ufffd\\ufffd\"",	"an overlong sequence" },
	{ "\xed\xa0\x80",	"\"\\ufffd\\ufffd\\ufffd\"", "a surrogate" },
	{ "\xf4\x90\x80\x80",	"\"\\ufffd\\ufffd\\ufffd\\ufffd\"",
	  "above U+10FFFF" },
};

static void test_strings(struct ktap *t)
{
	struct capture c;
	struct out *o;
	size_t i;

	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		o = capture_start(&c, true, false);
		out_str(o, NULL, NULL, strings[i].in);
		capture_end(&c, t, strings[i].json, strings[i].name);
	}
}

/* The same calls for text and JSON. */
static void print_sample(struct out *o)
{
	out_array_open(o, NULL);
	out_object_open(o, NULL);
	out_str(o, "name", "%s:", "a");
	out_u64(o, "n", " %llu", 18446744073709551615ULL);
	out_s32(o, "id", " %d", -1);
	out_bool(o, "up", " up", " down", true);
	out_bool(o, "ok", " fine", " bad", false);
	out_str(o, "quiet", NULL, "x");
	out_text(o, "\n");
	out_array_open(o, "list");
	out_str(o, NULL, "%s ", "i");
	out_str(o, NULL, "%s\n", "j");
	out_array_close(o);
	out_array_open(o, "none");
	out_array_close(o);
	out_object_open(o, "obj");
	out_object_close(o);
	out_object_close(o);
	out_object_open(o, NULL);
	out_object_close(o);
	out_array_close(o);
}

static void test_worlds(struct ktap *t)
{
	struct capture c;

	print_sample(capture_start(&c, false, false));
	capture_end(&c, t, "a: 18446744073709551615 -1 up bad\ni j\n", "text");
	print_sample(capture_start(&c, true, false));
	capture_end(&c, t,
		    "[{\"name\":\"a\",\"n\":18446744073709551615,\"id\":-1,"
		    "\"up\":true,\"ok\":false,\"quiet\":\"x\",\"list\":[\"i\",\"j\"],"
		    "\"none\":[],\"obj\":{}},{}]\n", "JSON");
	print_sample(capture_start(&c, true, true));
	capture_end(&c, t,
		    "[\n    {\n        \"name\": \"a\",\n"
		    "        \"n\": 18446744073709551615,\n"
		    "        \"id\": -1,\n        \"up\": true,\n"
		    "        \"ok\": false,\n        \"quiet\": \"x\",\n"
		    "        \"list\": [\n            \"i\",\n            \"j\"\n"
		    "        ],\n        \"none\": [],\n        \"obj\": {}\n"
		    "    },\n    {}\n]\n", "pretty JSON");
}

static void test_lines(struct ktap *t)
{
	struct capture c;
	struct out *o;

	o = capture_start(&c, true, false);
	out_object_open(o, NULL);
	out_object_close(o);
	out_object_open(o, NULL);
	out_object_close(o);
	capture_end(&c, t, "{}\n{}\n", "one line for each object at the top");
}

static void test_wrap(struct ktap *t)
{
	char want[128];
	struct capture c;
	struct out *o;

	o = capture_start(&c, false, false);
	out_text(o, "%-75s", "x");
	out_wrap(o, 4, " ", "%s", "1234");
	out_wrap(o, 4, " ", "%s", "next");
	snprintf(want, sizeof(want), "%-76s1234\n    next", "x");
	capture_end(&c, t, want,
		    "a line is filled to 80 columns and no further");

	o = capture_start(&c, false, false);
	o->oneline = true;
	out_text(o, "%-79s", "x");
	out_wrap(o, 4, " ", "%s", "next");
	fclose(o->fp);
	ktap_ok(t, !strchr(c.buf, '\n'), "oneline never breaks");
	free(c.buf);
}

static void test_terminal(struct ktap *t)
{
	struct capture c;

	out_text(capture_start(&c, false, false), "%s\n", "a\x1b[2Jb");
	capture_end(&c, t, "a?[2Jb\n", "text does not steer the terminal");
}

static void test_full(struct ktap *t)
{
	struct out o = { .fp = fopen("/dev/full", "w") };

	if (!o.fp) {
		printf("ok %u - a full device is noticed # SKIP no /dev/full\n",
		       ++t->count);
		return;
	}
	out_text(&o, "x");
	ktap_ok(t, out_flush(&o) == -ENOSPC, "a full device is noticed");
	fclose(o.fp);
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	test_strings(&t);
	test_worlds(&t);
	test_lines(&t);
	test_wrap(&t);
	test_terminal(&t);
	test_full(&t);
	return ktap_end(&t);
}
