/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_CAPTURE_H
#define VSPANCTL_CAPTURE_H

#include <stddef.h>

#include "args/args.h"
#include "nl/model.h"

#define CAPTURE_PROGRAM	"tcpdump"

/* Words that a source of a capture, and its span, can have. */
#define ARGS_CAPTURE	(HAS_SPAN | HAS_FRAMES | HAS_QLEN | ARGS_SOURCE)

/**
 * struct capture - What the words after capture say.
 * @sources: the sources, each with all options
 * @count: number of @sources
 * @first: the first source, which has the options of the span
 * @program: what to run
 * @argv: its words
 * @argc: how many
 * @span: the span, after it was made
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
int capture_run(const struct capture *c);

#endif /* VSPANCTL_CAPTURE_H */
