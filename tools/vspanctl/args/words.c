// SPDX-License-Identifier: GPL-2.0
/* Files of command lines. Words are split and quoted as in a POSIX shell, so
 * that what is good on a command line is good in a file, and the other way
 * round; nothing is expanded.
 */
#include "args/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Characters that need no quotes in a shell at any position. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		"0123456789@%+=:,./_-"

static int is_blank(int c)
{
	return c == ' ' || c == '\t';
}

static int is_end(int c)
{
	return c == EOF || c == '\n';
}

static int get_raw(struct words *w)
{
	int c = getc(w->fp);

	w->at += c == '\n';
	return c;
}

static void unget(struct words *w, int c)
{
	w->at -= c == '\n';
	if (c != EOF)
		ungetc(c, w->fp);
}

/* Reads a character; a backslash at the end of a line joins it with the next line. */
static int get(struct words *w)
{
	int c, next;

	while ((c = get_raw(w)) == '\\') {
		next = get_raw(w);
		if (next == '\n')
			continue;
		unget(w, next);
		break;
	}
	return c;
}

static int put(struct words *w, char c)
{
	size_t room = w->room ? w->room * 2 : 256;
	char *text;

	if (w->len == w->room) {
		text = realloc(w->text, room);
		if (!text)
			return -ENOMEM;
		w->text = text;
		w->room = room;
	}
	w->text[w->len++] = c;
	return 0;
}

static int put_char(struct words *w, int c)
{
	if (c)
		return put(w, c);
	snprintf(w->err, sizeof(w->err), "there is a NUL character: this is no text");
	return -EINVAL;
}

static int not_closed(struct words *w, char quote, unsigned int line)
{
	snprintf(w->err, sizeof(w->err), "the quote %c is not closed", quote);
	w->line = line;
	return -EINVAL;
}

static int single_quoted(struct words *w)
{
	unsigned int line = w->at;
	int c, err;

	while ((c = get_raw(w)) != '\'') {
		if (c == EOF)
			return not_closed(w, '\'', line);
		err = put_char(w, c);
		if (err)
			return err;
	}
	return 0;
}

static int double_quoted(struct words *w)
{
	unsigned int line = w->at;
	int c, next, err;

	while ((c = get(w)) != '"') {
		if (c == '\\') {
			next = get_raw(w);
			if (next != EOF && strchr("$`\"\\", next))
				c = next;
			else
				unget(w, next);
		}
		if (c == EOF)
			return not_closed(w, '"', line);
		err = put_char(w, c);
		if (err)
			return err;
	}
	return 0;
}

static int escaped(struct words *w)
{
	int c = get_raw(w);

	return put_char(w, c == EOF ? '\\' : c);
}

static int word(struct words *w, int c)
{
	int err = 0;

	for (; !err && !is_end(c) && !is_blank(c); c = get(w)) {
		if (c == '\'')
			err = single_quoted(w);
		else if (c == '"')
			err = double_quoted(w);
		else if (c == '\\')
			err = escaped(w);
		else
			err = put_char(w, c);
	}
	if (err)
		return err;
	unget(w, c);
	w->argc++;
	return put(w, '\0');
}

/* Returns 1 if there may be more lines. */
static int line(struct words *w)
{
	int c, err;

	w->line = w->at;
	w->first = w->at;
	w->begin = ftell(w->fp);
	while (!is_end(c = get(w))) {
		if (is_blank(c))
			continue;
		if (c == '#') {
			while (!is_end(c = get_raw(w)))
				;
			break;
		}
		err = word(w, c);
		if (err)
			return err;
	}
	/* A read error is not the end of the file. */
	if (c == EOF && ferror(w->fp))
		return errno ? -errno : -EIO;
	return c != EOF;
}

static int index_words(struct words *w)
{
	char **argv = realloc(w->argv, (w->argc + 1) * sizeof(*argv));
	char *s = w->text;
	int i;

	if (!argv)
		return -ENOMEM;
	w->argv = argv;
	for (i = 0; i < w->argc; i++, s += strlen(s) + 1)
		argv[i] = s;
	argv[i] = NULL;
	return 0;
}

/**
 * words_open - Open a file of command lines.
 * @w: result; close it whatever is returned
 * @file: its name, "-" for standard input
 *
 * Return: 0 or a negative errno.
 */
int words_open(struct words *w, const char *file)
{
	memset(w, 0, sizeof(*w));
	w->at = 1;
	w->name = file;
	if (!strcmp(file, "-")) {
		w->name = "stdin";
		w->fp = stdin;
	} else {
		w->fp = fopen(file, "re");
	}
	return w->fp ? 0 : -errno;
}

/**
 * words_next - Read the next line that has words.
 * @w: an open file
 *
 * The words are valid until the next call.
 *
 * Return: 1, 0 at the end of the file, or a negative errno; -EINVAL with a
 * sentence in @w->err and the line in @w->line.
 */
int words_next(struct words *w)
{
	int more, err;

	w->argc = 0;
	w->len = 0;
	do {
		errno = 0;
		more = line(w);
	} while (more == 1 && !w->argc);
	if (more < 0 || !w->argc)
		return more;
	err = index_words(w);
	return err ? err : 1;
}

/**
 * words_skip - Go on behind a line that is not well-formed.
 * @w: the file, after words_next() has returned -EINVAL
 *
 * A quote that is not closed has swallowed all lines that follow; they are read again.
 *
 * Return: false if that cannot be done.
 */
bool words_skip(struct words *w)
{
	int c;

	clearerr(w->fp);
	if (w->begin < 0 || fseek(w->fp, w->begin, SEEK_SET) < 0)
		return false;
	w->at = w->first;
	while (!is_end(c = get_raw(w)))
		;
	return c != EOF;
}

/**
 * words_close - Close a file of command lines.
 * @w: the file
 */
void words_close(struct words *w)
{
	if (w->fp && w->fp != stdin)
		fclose(w->fp);
	free(w->text);
	free(w->argv);
	memset(w, 0, sizeof(*w));
}

/**
 * words_put - Write a word so that a shell and words_next() read it as one.
 * @fp: where to
 * @word: the word
 */
void words_put(FILE *fp, const char *word)
{
	if (*word && !word[strspn(word, PLAIN)]) {
		fputs(word, fp);
		return;
	}
	putc('\'', fp);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", fp);
		else
			putc(*word, fp);
	}
	putc('\'', fp);
}

/**
 * words_quote - Write a word as words_put() does, into memory.
 * @buf: where to
 * @size: its length; four times that of the word, and three bytes, are always enough
 * @word: the word
 *
 * Return: @buf.
 */
const char *words_quote(char *buf, size_t size, const char *word)
{
	FILE *fp = fmemopen(buf, size, "w");

	if (!fp)
		abort();
	words_put(fp, word);
	fclose(fp);
	return buf;
}
