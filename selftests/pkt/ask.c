// SPDX-License-Identifier: GPL-2.0
/*
 * Sends one request with the given attributes, also with those that the tool does not
 * use:
 *   pkt ask get|set|new|del|flush|span [ns=NAME] [name=NAME] [ifindex=N] [netnsid=N]
 *           [source=NAME] [share=N] [shares=N] [echo=1]
 * "span" gets the span, the others are requests for a source. Prints "ok" or the name of
 * the errno; with echo=1, the notifications of the changes first.
 */
#define _GNU_SOURCE
#include <linux/genetlink.h>
#include <linux/vspan.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkt.h"
#include "request.h"

static const struct op {
	const char *word;
	uint8_t cmd;
	uint16_t name, ifindex, netnsid;
} ops[] = {
	{ "span", VSPAN_CMD_SPAN_GET, VSPAN_A_SPAN_NAME, VSPAN_A_SPAN_IFINDEX,
	  VSPAN_A_SPAN_NETNSID },
	{ "get", VSPAN_CMD_SOURCE_GET, VSPAN_A_SOURCE_SPAN, VSPAN_A_SOURCE_SPAN_IFINDEX,
	  VSPAN_A_SOURCE_SPAN_NETNSID },
	{ "new", VSPAN_CMD_SOURCE_NEW, VSPAN_A_SOURCE_SPAN, VSPAN_A_SOURCE_SPAN_IFINDEX,
	  VSPAN_A_SOURCE_SPAN_NETNSID },
	{ "set", VSPAN_CMD_SOURCE_SET, VSPAN_A_SOURCE_SPAN, VSPAN_A_SOURCE_SPAN_IFINDEX,
	  VSPAN_A_SOURCE_SPAN_NETNSID },
	{ "del", VSPAN_CMD_SOURCE_DEL, VSPAN_A_SOURCE_SPAN, VSPAN_A_SOURCE_SPAN_IFINDEX,
	  VSPAN_A_SOURCE_SPAN_NETNSID },
	{ "flush", VSPAN_CMD_SOURCE_FLUSH, VSPAN_A_SOURCE_SPAN,
	  VSPAN_A_SOURCE_SPAN_IFINDEX, VSPAN_A_SOURCE_SPAN_NETNSID },
};

static const struct op *op_find(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(ops[i].word, word))
			return &ops[i];
	die("ask: what is %s?", word);
	return NULL;
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

static void put(struct request *r, const struct op *op, const char *word)
{
	const char *val;

	if ((val = opt_value(word, "name")))
		request_string(r, op->name, val);
	else if ((val = opt_value(word, "ifindex")))
		request_u32(r, op->ifindex, number(val));
	else if ((val = opt_value(word, "netnsid")))
		request_u32(r, op->netnsid, number(val));
	else if ((val = opt_value(word, "source")))
		request_string(r, VSPAN_A_SOURCE_NAME, val);
	else if ((val = opt_value(word, "share")))
		request_u32(r, VSPAN_A_SOURCE_SHARE, number(val));
	else if ((val = opt_value(word, "shares")))
		request_u32(r, VSPAN_A_SOURCE_SHARES, number(val));
	else if (!opt_value(word, "ns") && !opt_value(word, "echo"))
		die("ask: what is %s?", word);
}

/* Print the notifications for NLM_F_ECHO: those with the request's sequence number. */
static void print_note(void *arg, const struct nlmsghdr *h)
{
	static const char *const notes[VSPAN_CMD_MAX + 1] = {
		[VSPAN_CMD_SOURCE_NEW_NTF] = "source-new",
		[VSPAN_CMD_SOURCE_SET_NTF] = "source-set",
		[VSPAN_CMD_SOURCE_DEL_NTF] = "source-del",
		[VSPAN_CMD_BINDING_NEW_NTF] = "binding-new",
		[VSPAN_CMD_BINDING_SET_NTF] = "binding-set",
		[VSPAN_CMD_BINDING_DEL_NTF] = "binding-del",
	};
	const struct genlmsghdr *g = (const void *)(h + 1);

	(void)arg;
	printf("%s ", g->cmd <= VSPAN_CMD_MAX && notes[g->cmd] ? notes[g->cmd] : "?");
}

static const char *word_of(int argc, char **argv, const char *key)
{
	const char *val = NULL;
	int i;

	for (i = 1; i < argc; i++)
		if (opt_value(argv[i], key))
			val = opt_value(argv[i], key);
	return val;
}

int ask_main(int argc, char **argv)
{
	static struct request r;
	const struct op *op;
	bool echo;
	int i, err;

	if (argc < 1)
		die("ask: what?");
	op = op_find(argv[0]);
	echo = word_of(argc, argv, "echo");
	request_open(&r, word_of(argc, argv, "ns"), NETLINK_GENERIC);
	request_start(&r, r.family, op->cmd, echo ? NLM_F_ECHO : 0);
	for (i = 1; i < argc; i++)
		put(&r, op, argv[i]);
	err = echo ? request_dump(&r, print_note, NULL) : request_do(&r);
	puts(err ? strerrorname_np(err) : "ok");
	return 0;
}
