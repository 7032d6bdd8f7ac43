/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_H
#define VSPANCTL_H

#include <stdbool.h>
#include <stddef.h>

#include "nl/nl.h"
#include "print/out.h"

#define DEFAULT_SPAN	"span0"
#define DEFAULT_FILE	"/etc/vspan.conf"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __printf(f, a)	__attribute__((format(printf, f, a)))

/* Exit codes; every command function returns one of them. */
enum {
	EXIT_OK		= 0,	/* done */
	EXIT_REFUSED	= 1,	/* refused by the kernel or failed at run time */
	EXIT_USAGE	= 2,	/* not understood; nothing was sent to the kernel */
};

struct args;
struct model;
struct span;

/**
 * struct ctx - Context of all commands.
 * @nl: sockets and the resolved family; empty until ctx_open()
 * @out: printer of stdout
 * @netns: name given by -n, or NULL
 * @stats: -s was given
 * @batch: file of commands given by -b, or NULL
 * @force: -force was given
 * @timestamp: -t was given
 */
struct ctx {
	struct nl nl;
	struct out out;
	const char *netns;
	bool stats;
	const char *batch;
	bool force;
	bool timestamp;
};

/**
 * struct place - The line of a file that is being processed.
 * @file: name of a file, or NULL
 * @line: number of its line, 0 for none of them
 */
struct place {
	const char *file;
	unsigned int line;
};

/**
 * struct cmd - A row of a command table.
 * @name: the exact word
 * @fn: called with the words after @name
 * @sub: table of the commands below, instead of @fn
 * @usage: syntax lines without the program's name, NULL with @sub
 * @terms: definitions of the words in capitals, or NULL
 *
 * Each line of @usage and @terms ends with a newline. A table ends with an
 * empty row.
 */
struct cmd {
	const char *name;
	int (*fn)(struct ctx *ctx, int argc, char **argv);
	const struct cmd *sub;
	const char *usage;
	const char *terms;
};

/* Runs a command from its words; returns its exit code. */
typedef int (*run_fn)(struct ctx *ctx, int argc, char **argv);
typedef void (*show_fn)(struct ctx *ctx, const struct span *span);

/* ctx.c */
int ctx_try(struct ctx *ctx);
int ctx_open(struct ctx *ctx);
int ctx_netns(struct ctx *ctx, struct args *a, const char *cmd);

/* batch.c */
int run_batch(struct ctx *ctx, run_fn run);

/* error.c */
void report_at(const char *file, unsigned int line);
struct place report_place(void);
void report(const char *fmt, ...) __printf(1, 2);
int usage_error(const char *fmt, ...) __printf(1, 2);
int what_is(const char *word, const char *cmd);
int request(struct nl_sock *s, struct nlmsghdr *nlh);
int refused(const struct nl_sock *s, int err, const char *fmt, ...) __printf(3, 4);

/* source.c */
int cmd_add(struct ctx *ctx, int argc, char **argv);
int cmd_set(struct ctx *ctx, int argc, char **argv);
int cmd_del(struct ctx *ctx, int argc, char **argv);
int cmd_flush(struct ctx *ctx, int argc, char **argv);
int source_send(struct ctx *ctx, uint8_t op, const char *cmd,
		const struct args *a);

/* span.c */
extern const struct cmd span_cmds[];
int span_get(struct ctx *ctx, const char *name, struct span *span);
int span_get_index(struct ctx *ctx, unsigned int ifindex, struct span *span);
int span_get_at(struct ctx *ctx, const struct args *a, struct span *span);
int span_find(struct ctx *ctx, const char *name, struct span *span,
	      const char *cmd);
bool span_is_away(struct ctx *ctx, const char *name, int *netnsid);
int span_link_add(struct ctx *ctx, const struct args *a);
int span_link_del(struct ctx *ctx, unsigned int ifindex);
int span_make(struct ctx *ctx, const struct args *a);
int span_change(struct ctx *ctx, const struct args *a);
int span_remove(struct ctx *ctx, const char *name);

/* show.c */
int cmd_show(struct ctx *ctx, int argc, char **argv);
int show_spans(struct ctx *ctx, const char *name, unsigned int what,
	       show_fn show);
bool show_model(struct ctx *ctx, const struct model *m, const char *name,
		show_fn show);
void show_span(struct ctx *ctx, const struct span *span);
void show_span_alone(struct ctx *ctx, const struct span *span);
void show_span_outputs(struct ctx *ctx, const struct span *span);

/* check.c */
int cmd_check(struct ctx *ctx, int argc, char **argv);

/* metrics.c */
int cmd_metrics(struct ctx *ctx, int argc, char **argv);

/* save.c */
int cmd_save(struct ctx *ctx, int argc, char **argv);

/* restore.c */
int cmd_restore(struct ctx *ctx, int argc, char **argv);

/* monitor.c */
int cmd_monitor(struct ctx *ctx, int argc, char **argv);

/* capture.c */
int cmd_capture(struct ctx *ctx, int argc, char **argv);

/* top.c */
int cmd_top(struct ctx *ctx, int argc, char **argv);

/* output.c */
extern const struct cmd output_cmds[];
int output_send(struct ctx *ctx, uint8_t op, const struct args *a);

/* xml.c */
int cmd_xml(struct ctx *ctx, int argc, char **argv);

/* Definitions in the usage texts, once for all commands. */
#define TERM_SOURCE	"SOURCE := { DEV | PATTERN | master DEV }\n"
#define TERM_DIRECTION	"DIRECTION := { rx | tx | rx,tx }\n"
#define TERM_OPTION							\
	"OPTION := { vlan { LIST | all } | filter EXPR |\n"		\
	"            share { K/N | all } | sample N | rate PPS |\n"	\
	"            snaplen { BYTES | headers } | hook { tap | rx-handler } |\n" \
	"            redirect [ on | off ] | promisc [ on | off ] |\n"	\
	"            dup { keep | drop } | tag { port | bridge } }\n"
#define TERM_WHERE							\
	"WHERE := { netns NETNS | netnsid ID }\n"
#define TERM_LIST	"LIST := { VID | VID-VID | untagged }[,LIST]\n"
#define TERM_VID	"VID := 1..4094\n"
#define TERM_HOW							\
	"HOW := { DIRECTION | to SPAN | OPTION | frames FRAMES | qlen QLEN }\n"
#define TERM_FEATURE							\
	"FEATURE := { frames FRAMES | qlen QLEN | mtu MTU | up | down }\n"
#define TERM_FRAMES	"FRAMES := { wire | asis }\n"
#define TERM_QLEN	"QLEN := 1..32767\n"
#define TERM_MTU	"MTU := 1..2147483647\n"
#define TERM_OUTPUT							\
	"OUTPUT := { dev DEV [ vlan VID ] [ strip ] | psample GROUP }\n"
#define TERM_GROUP	"GROUP := 0..4294967295\n"
#define TERM_QUEUES	"QUEUES := 1..256\n"
#define TERM_FORMAT	"FORMAT := { openmetrics | prometheus | http }\n"
#define TERM_SECONDS	"SECONDS := 0.1..86400\n"
#define TERM_FILE	"FILE := { PATH | - }\n"
#define TERM_OPTIONS							\
	"OPTIONS := { -j[son] | -p[retty] | -s[tatistics] |\n"		\
	"             -t[imestamp] | -n[etns] NETNS | -b[atch] FILE |\n"	\
	"             -f[orce] | -V[ersion] | -h[elp] }\n"

#endif /* VSPANCTL_H */
