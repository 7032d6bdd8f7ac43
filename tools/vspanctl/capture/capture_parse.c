// SPDX-License-Identifier: GPL-2.0
/* Parses the words after capture: sources, options, a program and its arguments. */
#include "capture/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vspanctl.h"

/* Index of "--", or the number of words. */
static int find_end(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!strcmp(argv[i], "--"))
			return i;
	return argc;
}

/* Reads the words after "--", and "with PROGRAM" before it. Returns the number of words
 * that are left, or -1 after a sentence.
 */
static int program_parse(struct capture *c, int argc, char **argv)
{
	int end = find_end(argc, argv);

	c->program = CAPTURE_PROGRAM;
	if (end < argc) {
		c->argv = argv + end + 1;
		c->argc = argc - end - 1;
	}
	if (end && !strcmp(argv[end - 1], "with")) {
		usage_error("\"with\" needs a value, PROGRAM; see: vspanctl capture help");
		return -1;
	}
	if (end < 2 || strcmp(argv[end - 2], "with"))
		return end;
	if (!*argv[end - 1]) {
		usage_error("the name of the program is empty; see: vspanctl capture help");
		return -1;
	}
	c->program = argv[end - 1];
	return end - 2;
}

/* Number of words that name sources: all before the first word of the grammar. */
static int sources_end(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "master"))
			i++;
		else if (args_knows(argv[i], ARGS_CAPTURE) || argv[i][0] == '-' ||
			 !strcmp(argv[i], "with"))
			break;
	}
	return i < argc ? i : argc;
}

/* Parses one source with all options, in the form that add takes. */
static int source_parse(struct args *a, int used, char **source, int argc, char **options)
{
	char **words = calloc(used + argc + 1, sizeof(*words));
	int err;

	if (!words)
		return refused(NULL, -ENOMEM, "capture");
	memcpy(words, source, used * sizeof(*words));
	memcpy(words + used, options, argc * sizeof(*words));
	err = args_source(a, "capture", ARGS_CAPTURE, used + argc, words);
	free(words);
	return err ? usage_error("%s", a->err) : EXIT_OK;
}

static int sources_parse(struct capture *c, int argc, char **argv)
{
	int end = sources_end(argc, argv), used, i, ret;

	if (end < argc && !strcmp(argv[end], "with"))
		return usage_error("\"with PROGRAM\" comes last, but for -- and what follows it; see: vspanctl capture help");
	if (end < argc && argv[end][0] == '-')
		return usage_error("\"%.40s\" is for the program? what is goes behind --, as in: vspanctl capture eth0 -- %.40s",
				   argv[end], argv[end]);
	c->sources = calloc(end + 1, sizeof(*c->sources));
	if (!c->sources)
		return refused(NULL, -ENOMEM, "capture");
	c->first = c->sources;
	/* At least once, so that args_source() reports a missing source. */
	for (i = 0; i < end || !c->count; i += used) {
		used = i < end && !strcmp(argv[i], "master") && i + 1 < end ? 2 : i < end;
		ret = source_parse(&c->sources[c->count], used, argv + i, argc - end,
				   argv + end);
		if (ret)
			return ret;
		c->count++;
	}
	return EXIT_OK;
}

/**
 * capture_parse - Parse the words after capture.
 * @c: result, for capture_free() whatever is returned
 * @argc: number of words
 * @argv: the words, kept
 *
 * Return: EXIT_OK, or another exit code after a sentence on stderr.
 */
int capture_parse(struct capture *c, int argc, char **argv)
{
	int words;

	memset(c, 0, sizeof(*c));
	words = program_parse(c, argc, argv);
	return words < 0 ? EXIT_USAGE : sources_parse(c, words, argv);
}

/**
 * capture_free - Free what capture_parse() has allocated.
 * @c: its result
 */
void capture_free(struct capture *c)
{
	free(c->sources);
}
