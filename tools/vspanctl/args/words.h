/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_WORDS_H
#define VSPANCTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct words - A file of command lines, read one by one.
 * @fp: where from
 * @name: name of the file, for messages
 * @line: number of the line that the words began on
 * @at: number of the line being read
 * @first: number of the line that the last of them began on, well-formed or not
 * @begin: where that is in the file, -1 if it cannot be read again
 * @argc: how many words there are
 * @argv: the words, and NULL
 * @text: where they are kept, each with its NUL
 * @len: bytes used of @text
 * @room: bytes of @text
 * @err: a sentence if the line is not well-formed
 */
struct words {
	FILE *fp;
	const char *name;
	unsigned int line;
	unsigned int at;
	unsigned int first;
	long begin;
	int argc;
	char **argv;
	char *text;
	size_t len;
	size_t room;
	char err[80];
};

int words_open(struct words *w, const char *file);
int words_next(struct words *w);
bool words_skip(struct words *w);
void words_close(struct words *w);
void words_put(FILE *fp, const char *word);
const char *words_quote(char *buf, size_t size, const char *word);

#endif /* VSPANCTL_WORDS_H */
