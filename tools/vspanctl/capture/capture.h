/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_CAPTURE_H
#define VSPANCTL_CAPTURE_H

#include <stddef.h>

#include "args/args.h"
#include "nl/model.h"

#define CAPTURE_PROGRAM	"tcpdump"

/* What a source of a capture can have, and its span. */
#define ARGS_CAPTURE	(HAS_SPAN | HAS_FRAMES | HAS_QLEN | ARGS_SOURCE)

/**
 * struct capture - What the words after capture say.
 * @sources: each with all options
 * @count: how many
 * @first: the first of them, whose words about the span count
 * @program: what to run
 * @argv: its words
 * @argc: how many
 * @span: the span, once it is there
 */
struct capture {
	struct args *sources;
	size_t count;
	struct args *first;
	const char *program;
	char **argv;
	int argc;
	struct span span;
};

int capture_parse(struct capture *c, int argc, char **argv);
void capture_free(struct capture *c);

#endif /* VSPANCTL_CAPTURE_H */
