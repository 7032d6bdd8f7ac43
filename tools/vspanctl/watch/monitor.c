// SPDX-License-Identifier: GPL-2.0
/* monitor: one line or one JSON object for each change, as it happens. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/genetlink.h>

#include "args/args.h"
#include "nl/model.h"
#include "print/print.h"
#include "vspanctl.h"

#define MONITOR_RCVBUF	(1 << 20)	/* rides out a burst of devices */
#define MONITOR_GONE	1		/* the family is gone */

/**
 * struct event - A kind of notification.
 * @cmd: VSPAN_CMD_*_NTF
 * @name: "event" in JSON
 * @text: first words of the line in text
 * @print: prints the rest
 */
struct event {
	uint8_t cmd;
	const char *name;
	const char *text;
	int (*print)(struct ctx *ctx, const struct event *e,
		     const struct nlmsghdr *nlh);
};

static void event_open(struct ctx *ctx, const struct event *e)
{
	out_object_open(&ctx->out, NULL);
	if (ctx->timestamp)
		print_time(&ctx->out);
	out_str(&ctx->out, "event", NULL, e->name);
}

static int event_span(struct ctx *ctx, const struct event *e,
		      const struct nlmsghdr *nlh)
{
	struct out *o = &ctx->out;
	struct span span;
	int err = model_parse_span(nlh, &span);

	if (err)
		return err;
	event_open(ctx, e);
	out_text(o, "%s ", e->text);
	if (e->cmd == VSPAN_CMD_SPAN_DEL_NTF && !o->json)
		out_text(o, "%s", span.name);
	else
		print_span(o, &span);
	out_object_close(o);
	return 0;
}

static int event_source(struct ctx *ctx, const struct event *e,
			const struct nlmsghdr *nlh)
{
	struct out *o = &ctx->out;
	char text[SOURCE_TEXT_LEN];
	struct source src;
	int err = model_parse_source(nlh, &src);

	if (err)
		return err;
	event_open(ctx, e);
	out_str(o, "span", NULL, src.span);
	out_text(o, "%s %s %s %s", e->text,
		 args_source_text(src.kind, src.name, text, sizeof(text)),
		 e->cmd == VSPAN_CMD_SOURCE_NEW_NTF ? "to" : "of", src.span);
	print_of(o, &src.of);
	out_text(o, " ");
	print_source(o, &src, 0);
	if (e->cmd != VSPAN_CMD_SOURCE_DEL_NTF && (o->json || src.is_dormant))
		print_state(o, &src);
	out_object_close(o);
	free(src.vlans);
	return 0;
}

static int event_binding(struct ctx *ctx, const struct event *e,
			 const struct nlmsghdr *nlh)
{
	struct out *o = &ctx->out;
	char text[SOURCE_TEXT_LEN];
	struct binding b;
	int err = model_parse_binding(nlh, &b);

	if (err)
		return err;
	event_open(ctx, e);
	out_str(o, "span", NULL, b.span);
	out_text(o, "%s %s to %s", e->text,
		 args_source_text(b.kind, b.name, text, sizeof(text)), b.span);
	print_of(o, &b.of);
	print_key(o, b.name, b.kind);
	out_text(o, ": ");
	print_binding(o, &b);
	out_object_close(o);
	return 0;
}

static int event_output(struct ctx *ctx, const struct event *e,
			const struct nlmsghdr *nlh)
{
	struct out *o = &ctx->out;
	struct output output;
	char target[OUTPUT_TARGET_LEN];
	int err = model_parse_output(nlh, &output);

	if (err)
		return err;
	event_open(ctx, e);
	out_str(o, "span", NULL, output.span);
	out_text(o, "%s %s %s %s", e->text,
		 output_target(output.dev, output.group, target),
		 e->cmd == VSPAN_CMD_OUTPUT_NEW_NTF ? "to" : "of", output.span);
	print_of(o, &output.of);
	print_output(o, &output);
	/* The event "set" of an output tells that it has gained or lost its device. */
	if (e->cmd == VSPAN_CMD_OUTPUT_SET_NTF ||
	    (e->cmd == VSPAN_CMD_OUTPUT_NEW_NTF &&
	     (o->json || output.is_dormant)))
		print_output_state(o, &output);
	out_object_close(o);
	return 0;
}

static const struct event events[] = {
	{ VSPAN_CMD_SPAN_NEW_NTF,    "span-new",    "span new",	  event_span },
	{ VSPAN_CMD_SPAN_SET_NTF,    "span-set",    "span set",	  event_span },
	{ VSPAN_CMD_SPAN_DEL_NTF,    "span-del",    "span del",	  event_span },
	{ VSPAN_CMD_SOURCE_NEW_NTF,  "source-new",  "source add", event_source },
	{ VSPAN_CMD_SOURCE_SET_NTF,  "source-set",  "source set", event_source },
	{ VSPAN_CMD_SOURCE_DEL_NTF,  "source-del",  "source del", event_source },
	{ VSPAN_CMD_BINDING_NEW_NTF, "binding-new", "bind",	  event_binding },
	{ VSPAN_CMD_BINDING_SET_NTF, "binding-set", "bind set",	  event_binding },
	{ VSPAN_CMD_BINDING_DEL_NTF, "binding-del", "unbind",	  event_binding },
	{ VSPAN_CMD_OUTPUT_NEW_NTF,  "output-new",  "output add", event_output },
	{ VSPAN_CMD_OUTPUT_SET_NTF,  "output-set",  "output set", event_output },
	{ VSPAN_CMD_OUTPUT_DEL_NTF,  "output-del",  "output del", event_output },
};

static const struct nl_policy family_policy[CTRL_ATTR_FAMILY_ID + 1] = {
	[CTRL_ATTR_FAMILY_ID]	= { .type = MNL_TYPE_U16 },
};

/* End when the module is unloaded: it sends no more events, and if it is loaded again,
 * the group has another ID.
 */
static int monitor_ctrl(const struct ctx *ctx, const struct nlmsghdr *nlh,
			uint8_t cmd)
{
	const struct nlattr *tb[CTRL_ATTR_FAMILY_ID + 1];
	int err;

	if (cmd != CTRL_CMD_DELFAMILY)
		return 0;
	err = nl_parse(nlh, family_policy, CTRL_ATTR_FAMILY_ID, tb);
	if (err || !tb[CTRL_ATTR_FAMILY_ID])
		return err;
	return mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]) == ctx->nl.family ?
	       MONITOR_GONE : 0;
}

static int monitor_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct ctx *ctx = data;
	size_t i;
	int err;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		return monitor_ctrl(ctx, nlh, genl->cmd);
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (genl->cmd != events[i].cmd)
			continue;
		err = events[i].print(ctx, &events[i], nlh);
		if (err)
			return err;
		out_text(&ctx->out, "\n");
		return out_flush(&ctx->out);
	}
	return 0;	/* a newer kernel may have more to tell */
}

static int monitor_join(struct ctx *ctx)
{
	struct nl_sock *s = &ctx->nl.genl;
	int size = MONITOR_RCVBUF, err;

	if (!ctx->nl.group)
		return -EPROTONOSUPPORT;
	if (setsockopt(mnl_socket_get_fd(s->mnl), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)) < 0)
		setsockopt(mnl_socket_get_fd(s->mnl), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));
	err = nl_join(s, GENL_ID_CTRL);	/* of the family "nlctrl": "notify" */
	return err ? err : nl_join(s, ctx->nl.group);
}

static int monitor_run(struct ctx *ctx)
{
	int err;

	for (;;) {
		err = nl_sock_recv(&ctx->nl.genl, monitor_cb, ctx);
		if (err == -ENOBUFS)
			report("monitor: events were lost, they came faster than they were read; see the state with: vspanctl show");
		else if (err)
			return err;
	}
}

/**
 * cmd_monitor - vspanctl monitor
 * @ctx: context
 * @argc: number of words
 * @argv: words after monitor
 *
 * Return: exit code, when it fails; it does not end by itself.
 */
int cmd_monitor(struct ctx *ctx, int argc, char **argv)
{
	int err;

	if (argc)
		return what_is(argv[0], "monitor");
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	ctx->out.pretty = false;	/* one line for each object */
	ctx->out.oneline = true;
	err = monitor_join(ctx);
	if (!err)
		err = monitor_run(ctx);
	if (err == MONITOR_GONE) {
		report("monitor: the vspan module was unloaded; load it with: modprobe vspan");
		return EXIT_REFUSED;
	}
	return refused(NULL, err, "monitor");
}
