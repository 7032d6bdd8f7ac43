/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_CONFIG_H
#define VSPANCTL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "args/args.h"
#include "nl/model.h"

/* The longest: "add ", a source, " to " and a span */
#define ENTRY_TEXT_LEN	(SOURCE_TEXT_LEN + SPAN_TEXT_LEN + 16)

/* The kinds of entries; each has a row in the table of config.c. */
enum entry_kind {
	ENTRY_SPAN,
	ENTRY_SOURCE,
	ENTRY_OUTPUT,
	ENTRY_KINDS,
};

/**
 * struct entry - A span, source or output of a configuration.
 * @kind: which of these
 * @line: its line in the file, 0 if it is from the kernel
 * @is_mute: a source with a filter that has no text
 * @skip: it cannot be made; the kernel's object is left as it is
 * @a: the words of the line, with what they leave out filled in
 */
struct entry {
	enum entry_kind kind;
	unsigned int line;
	bool is_mute;
	bool skip;
	struct args a;
};

/**
 * struct config - A configuration, as save writes and restore makes it.
 * @entries: of struct entry, in the order of the file or of the kernel
 * @index: pointers to them, sorted, after config_sort()
 */
struct config {
	struct array entries;
	const struct entry **index;
};

int config_add_line(struct config *c, unsigned int line, int argc, char **argv,
		    char *err, size_t len);
int config_add_span(struct config *c, const struct span *span);
int config_add_model(struct config *c, const struct model *m);
int config_sort(struct config *c, const struct entry **twice);
const struct entry *config_find(const struct config *c,
				const struct entry *key);
void config_drop(struct config *c, const struct entry *e);
void config_free(struct config *c);

bool entry_same(const struct entry *old, const struct entry *want);
bool entry_is_nameless(const struct entry *e);
bool entry_can_be_said(const struct entry *e);
const char *entry_text(const struct entry *e, char *buf, size_t size);
unsigned int entry_changes(const struct entry *old, const struct entry *want);
void entry_put(FILE *fp, const struct entry *e);
void entry_put_lines(FILE *fp, const char *prefix, const struct entry *e);

#endif /* VSPANCTL_CONFIG_H */
