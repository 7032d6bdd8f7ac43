// SPDX-License-Identifier: GPL-2.0
/* Files of command lines: words, quotes, comments, numbers of lines. */
#include "args/words.h"

#include <errno.h>
#include <stdlib.h>

#include "ktap.h"

/* @want: each line as "NUMBER:[WORD][WORD]", then "end" or "NUMBER!SENTENCE". */
static const struct {
	const char *name;
	const char *file;
	const char *want;
} good[] = {
	{ "an empty file", "", "end" },
	{ "empty lines", "\n \n\t\n", "end" },
	{ "words", "a bc\td\n", "1:[a][bc][d] end" },
	{ "blanks around", "  a  b  \n", "1:[a][b] end" },
	{ "no newline at the end", "a\nb", "1:[a] 2:[b] end" },
	{ "numbers of lines", "\na\n\n\nb\n", "2:[a] 5:[b] end" },
	{ "a comment", "# a b\nc # d\n", "2:[c] end" },
	{ "no comment inside a word", "a#b c# '#d'\n", "1:[a#b][c#][#d] end" },
	{ "a quote in a comment", "# it's\nb\n", "2:[b] end" },
	{ "a comment is not continued", "# a \\\nb\n", "2:[b] end" },
	{ "a comment at the end", "a\n# b", "1:[a] end" },
	{ "single quotes", "'a b' 'c\\' '\"'\n", "1:[a b][c\\][\"] end" },
	{ "double quotes", "\"a b\" \"it's\"\n", "1:[a b][it's] end" },
	{ "escapes in double quotes", "\"\\\"\\\\\\$\\`\\a\"\n",
	  "1:[\"\\$`\\a] end" },
	{ "escapes outside", "a\\ b \\'c \\# \\\\\n", "1:[a b]['c][#][\\] end" },
	{ "quotes inside a word", "a'b c'\"d\"e\n", "1:[ab cde] end" },
	{ "empty words", "'' \"\" a''\n", "1:[][][a] end" },
	{ "nothing is expanded", "$a `b` vnet* ~ ;|\n",
	  "1:[$a][`b`][vnet*][~][;|] end" },
	{ "a joined line", "a \\\nb\nc\n", "1:[a][b] 3:[c] end" },
	{ "a joined word", "a\\\nb\n", "1:[ab] end" },
	{ "a joined double quote", "\"a\\\nb\" c\nd\n", "1:[ab][c] 3:[d] end" },
	{ "a single quote joins nothing", "'a\\\nb'\n", "1:[a\\\nb] end" },
	{ "joined blank lines", "\\\n\\\na\n", "1:[a] end" },
	{ "joined to the end", "a \\\n", "1:[a] end" },
	{ "a quote over two lines", "\"a\nb\"\nc\n", "1:[a\nb] 3:[c] end" },
	{ "a backslash at the end", "a\\", "1:[a\\] end" },
	{ "an open single quote", "a\nb 'c\nd\n",
	  "1:[a] 2!the quote ' is not closed" },
	{ "an open double quote", "a \\\n\"b\n",
	  "2!the quote \" is not closed" },
	{ "an open quote at the end", "'", "1!the quote ' is not closed" },
	{ "a backslash before the end of a quote", "\"a\\",
	  "1!the quote \" is not closed" },
};

static FILE *file_of(const char *text, size_t len)
{
	FILE *fp = tmpfile();

	if (!fp || fwrite(text, 1, len, fp) != len)
		abort();
	rewind(fp);
	return fp;
}

static void read_all(struct words *w, char *got, size_t size)
{
	FILE *fp = fmemopen(got, size, "w");
	int i, ret;

	while ((ret = words_next(w)) > 0) {
		fprintf(fp, "%u:", w->line);
		for (i = 0; i < w->argc; i++)
			fprintf(fp, "[%s]", w->argv[i]);
		fprintf(fp, "%s ", w->argv[i] ? "no NULL" : "");
	}
	if (ret == -EINVAL)
		fprintf(fp, "%u!%s", w->line, w->err);
	else
		fputs(ret ? "error" : "end", fp);
	fclose(fp);
}

static void test_one(struct ktap *t, const char *text, size_t len,
		     const char *want, const char *name)
{
	struct words w = { .fp = file_of(text, len), .at = 1 };
	char got[256];

	read_all(&w, got, sizeof(got));
	ktap_str(t, got, want, name);
	words_close(&w);
}

static void test_nul(struct ktap *t)
{
	static const char text[] = "a\nb\0c\n";

	test_one(t, text, sizeof(text) - 1,
		 "1:[a] 2!there is a NUL character: this is no text",
		 "a NUL character");
}

static void test_long(struct ktap *t)
{
	struct words w = { .at = 1 };
	char *text = malloc(100001);

	memset(text, 'x', 100000);
	memset(text + 40000, ' ', 1);
	text[100000] = '\n';
	w.fp = file_of(text, 100001);
	ktap_ok(t, words_next(&w) == 1 && w.argc == 2 &&
		strlen(w.argv[0]) == 40000 && strlen(w.argv[1]) == 59999,
		"long words");
	words_close(&w);
	free(text);
}

static void test_open(struct ktap *t)
{
	struct words w;

	ktap_ok(t, words_open(&w, "/nonexistent/file") == -ENOENT, "no file");
	words_close(&w);
	ktap_ok(t, !words_open(&w, "/") && words_next(&w) == -EISDIR,
		"a directory has no end");
	words_close(&w);
	ktap_ok(t, !words_open(&w, "-") && w.fp == stdin &&
		!strcmp(w.name, "stdin"), "standard input");
	words_close(&w);
}

static const struct {
	const char *word;
	const char *want;
} puts_as[] = {
	{ "eth0",	"eth0" },
	{ "br-1.2:3@4",	"br-1.2:3@4" },
	{ "vnet*",	"'vnet*'" },
	{ "tap[0-9]?",	"'tap[0-9]?'" },
	{ "",		"''" },
	{ "a b",	"'a b'" },
	{ "it's",	"'it'\\''s'" },
	{ "#a",		"'#a'" },
	{ "~a",		"'~a'" },
	{ "$(a)\\",	"'$(a)\\'" },
	{ "a\nb",	"'a\nb'" },
};

static void put_text(char *buf, size_t size, const char *word)
{
	FILE *fp = fmemopen(buf, size, "w");

	words_put(fp, word);
	fclose(fp);
}

static void test_put(struct ktap *t)
{
	char text[64], want[80];
	size_t i;

	for (i = 0; i < sizeof(puts_as) / sizeof(puts_as[0]); i++) {
		put_text(text, sizeof(text), puts_as[i].word);
		ktap_str(t, text, puts_as[i].want, "quoted");
		snprintf(want, sizeof(want), "1:[%s] end", puts_as[i].word);
		test_one(t, text, strlen(text), want, "and read again");
	}
}

int main(void)
{
	struct ktap t = { 0 };
	size_t i;

	ktap_start();
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		test_one(&t, good[i].file, strlen(good[i].file), good[i].want,
			 good[i].name);
	test_nul(&t);
	test_long(&t);
	test_open(&t);
	test_put(&t);
	return ktap_end(&t);
}
