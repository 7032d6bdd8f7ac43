// SPDX-License-Identifier: GPL-2.0
/* Command lines: one word a line, the first of them says which command. */
#include "args/args.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WORDS	64

static void parse(int argc, char **argv)
{
	static _Alignas(struct nlmsghdr) char buf[65536];
	char text[SOURCE_TEXT_LEN];
	struct args a;
	int err;

	switch (argv[0][0]) {
	case 's':
		err = args_span(&a, "span add", ARGS_SPAN, argc - 1, argv + 1);
		break;
	case 'o':
		err = args_output(&a, "output add", ARGS_OUTPUT, argc - 1, argv + 1);
		break;
	case 'w':
		err = args_optional_span(&a, "show", argc - 1, argv + 1);
		break;
	default:
		err = args_source(&a, "add", ARGS_SOURCE, argc - 1, argv + 1);
		if (!err)
			args_source_text(a.kind, a.source, text, sizeof(text));
		break;
	}
	/* A refusal is a sentence; what is accepted fits a message. */
	if (err && !memchr(a.err, '\0', sizeof(a.err)))
		abort();
	if (!err && argv[0][0] != 's' && argv[0][0] != 'w')
		args_put(mnl_nlmsg_put_header(buf), &a, a.has, a.err,
			 sizeof(a.err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[MAX_WORDS + 1], *word, *rest = text;
	int argc = 0;

	memcpy(text, data, size);
	text[size] = '\0';
	while (argc < MAX_WORDS && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	argv[argc] = NULL;
	parse(argc, argv);
	free(text);
	return 0;
}
