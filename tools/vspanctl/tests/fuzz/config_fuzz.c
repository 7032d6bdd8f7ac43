// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration files. What a file says, written as save writes it and read again,
 * must say the same.
 */
#include "config/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "args/words.h"
#include "fuzz.h"

/* A file of these bytes, by its name. */
static int file_of(const void *data, size_t size, char *name, size_t len)
{
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(name, len, "/proc/self/fd/%d", fd);
	return fd;
}

/* 0 if all lines of the file are understood. */
static int read_all(struct config *c, const void *data, size_t size)
{
	struct words w = { 0 };
	char name[32], err[320];
	int fd = file_of(data, size, name, sizeof(name));
	int argc = -1, bad = words_open(&w, name);

	while (!bad && (argc = words_next(&w)) > 0)
		bad = config_add_line(c, w.line, w.argc, w.argv, err, sizeof(err));
	words_close(&w);
	close(fd);
	return bad || argc;
}

static char *write_all(const struct config *c, size_t *len)
{
	const struct entry *e = c->entries.items;
	char *text = NULL;
	FILE *fp = open_memstream(&text, len);
	size_t i;

	for (i = 0; i < c->entries.count; i++)
		entry_put(fp, &e[i]);
	fclose(fp);
	return text;
}

static void compare(const struct config *c, const struct config *again)
{
	const struct entry *x = c->entries.items, *y = again->entries.items;
	size_t i;

	if (c->entries.count != again->entries.count)
		abort();
	for (i = 0; i < c->entries.count; i++)
		if (x[i].kind != y[i].kind || !entry_same(&x[i], &y[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c = { 0 }, again = { 0 };
	const struct entry *twice;
	char *text;
	size_t len;

	if (!read_all(&c, data, size)) {
		text = write_all(&c, &len);
		if (read_all(&again, text, len))
			abort();
		compare(&c, &again);
		free(text);
		config_sort(&c, &twice);
	}
	config_free(&c);
	config_free(&again);
	return 0;
}
