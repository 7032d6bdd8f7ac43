// SPDX-License-Identifier: GPL-2.0
/* span add, set, del, show, and the netdevices of spans. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "args/args.h"
#include "nl/link.h"
#include "nl/model.h"
#include "vspanctl.h"

#define VSPAN_LINK_KIND	"vspan"

static int span_get_cb(const struct nlmsghdr *nlh, void *data)
{
	return model_parse_span(nlh, data);
}

/**
 * span_get - Ask the kernel for one span.
 * @ctx: context, open
 * @name: its name
 * @span: result
 *
 * Return: 0 or a negative errno; -ENODEV if there is no such span.
 */
int span_get(struct ctx *ctx, const char *name, struct span *span)
{
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SPAN_GET, 0);
	mnl_attr_put_strz(nlh, VSPAN_A_SPAN_NAME, name);
	return nl_talk(&ctx->nl.genl, nlh, span_get_cb, span);
}

/**
 * span_get_index - Ask the kernel for the span with an interface index.
 * @ctx: context, open
 * @ifindex: the index
 * @span: result
 *
 * Return: 0 or a negative errno; -ENODEV if there is no such span.
 */
int span_get_index(struct ctx *ctx, unsigned int ifindex, struct span *span)
{
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SPAN_GET, 0);
	mnl_attr_put_u32(nlh, VSPAN_A_SPAN_IFINDEX, ifindex);
	return nl_talk(&ctx->nl.genl, nlh, span_get_cb, span);
}

/**
 * span_get_at - Ask the kernel for a span that may be in another netns.
 * @ctx: context, open
 * @a: the words that name it, after ctx_netns()
 * @span: result
 *
 * Return: 0 or a negative errno; -ENODEV if there is no such span.
 */
int span_get_at(struct ctx *ctx, const struct args *a, struct span *span)
{
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SPAN_GET, 0);
	args_put_span(nlh, a, VSPAN_A_SPAN_NAME, VSPAN_A_SPAN_IFINDEX,
		      VSPAN_A_SPAN_NETNSID);
	return nl_talk(&ctx->nl.genl, nlh, span_get_cb, span);
}

/**
 * span_is_away - Was a span moved to another netns?
 * @ctx: context, open
 * @name: its name, which no span here has
 * @netnsid: gets the ID of that netns
 *
 * Only spans that have sources in this netns are found.
 *
 * Return: true if it was.
 */
bool span_is_away(struct ctx *ctx, const char *name, int *netnsid)
{
	struct model m = { 0 };
	const struct span *span;
	bool away = false;
	size_t i;

	if (!model_read(&m, &ctx->nl, 0)) {
		for (span = m.spans.items, i = 0; i < m.spans.count; i++, span++) {
			if (!span->is_away || strcmp(span->name, name))
				continue;
			away = true;
			*netnsid = span->netnsid;
		}
	}
	model_free(&m);
	return away;
}

/* Put those of the options @which that were given. */
static void span_link_put(struct nlmsghdr *nlh, const struct args *a,
			  unsigned int which)
{
	struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);

	which &= a->has;
	if (which & HAS_STATE) {
		ifm->ifi_flags = a->down ? 0 : IFF_UP;
		ifm->ifi_change = IFF_UP;
	}
	if (which & HAS_QLEN)
		mnl_attr_put_u32(nlh, IFLA_TXQLEN, a->qlen);
	if (which & HAS_MTU)
		mnl_attr_put_u32(nlh, IFLA_MTU, a->mtu);
}

/**
 * span_link_add - Make the device of a span and bring it up.
 * @ctx: context, open
 * @a: its name, and the options of its device
 *
 * It stays down if that was asked for. One request does both, so that the kernel deletes
 * the device if it cannot be brought up.
 *
 * Return: 0 or a negative errno, with the kernel's words in ctx->nl.rtnl.
 */
int span_link_add(struct ctx *ctx, const struct args *a)
{
	struct args up = { .has = HAS_STATE };
	struct nlmsghdr *nlh;
	struct nlattr *info;
	int err;

	err = nl_open_rtnl(&ctx->nl);
	if (err)
		return err;
	nlh = nl_link_request(&ctx->nl, RTM_NEWLINK,
			      NLM_F_CREATE | NLM_F_EXCL, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, a->span);
	span_link_put(nlh, a->has & HAS_STATE ? a : &up, HAS_STATE);
	span_link_put(nlh, a, HAS_QLEN | HAS_MTU);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, VSPAN_LINK_KIND);
	mnl_attr_nest_end(nlh, info);
	return request(&ctx->nl.rtnl, nlh);
}

/* Move a device to another netns, rename it, and bring it up unless "down" was given. */
static int span_link_move(struct ctx *ctx, unsigned int ifindex,
			  const struct args *a)
{
	struct args up = { .has = HAS_STATE };
	int fd = netns_open(a->netns), err;
	struct nlmsghdr *nlh;

	if (fd < 0)
		return -errno;
	nlh = nl_link_request(&ctx->nl, RTM_NEWLINK, 0, ifindex);
	span_link_put(nlh, a->has & HAS_STATE ? a : &up, HAS_STATE);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, fd);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, a->span);
	err = request(&ctx->nl.rtnl, nlh);
	close(fd);
	return err;
}

/**
 * span_link_del - Delete the device of a span.
 * @ctx: context, open
 * @ifindex: its index; another device may have taken over the name
 *
 * Return: 0 or a negative errno, with the kernel's words in ctx->nl.rtnl.
 */
int span_link_del(struct ctx *ctx, unsigned int ifindex)
{
	int err = nl_open_rtnl(&ctx->nl);

	if (err)
		return err;
	return request(&ctx->nl.rtnl,
		       nl_link_request(&ctx->nl, RTM_DELLINK, 0, ifindex));
}

static int span_link_set(struct ctx *ctx, unsigned int ifindex,
			 const struct args *a)
{
	struct nlmsghdr *nlh;
	int err;

	err = nl_open_rtnl(&ctx->nl);
	if (err)
		return err;
	nlh = nl_link_request(&ctx->nl, RTM_NEWLINK, 0, ifindex);
	span_link_put(nlh, a, ARGS_LINK);
	return request(&ctx->nl.rtnl, nlh);
}

/* Read the current values of the options that @a changes. */
static int span_link_get(struct ctx *ctx, const struct span *span,
			 const struct args *a, struct args *old)
{
	struct link link = { 0 };
	int err = 0;

	memset(old, 0, sizeof(*old));
	if (a->has & HAS_MTU) {
		err = nl_open_rtnl(&ctx->nl);
		if (!err)
			err = link_now(&ctx->nl, span->ifindex, &link);
	}
	old->has = a->has & ARGS_LINK;
	old->qlen = span->qlen;
	old->mtu = link.mtu;
	old->down = !span->up;
	return err;
}

static int span_put_frames(struct ctx *ctx, const struct args *a)
{
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&ctx->nl, VSPAN_CMD_SPAN_SET, 0);
	mnl_attr_put_strz(nlh, VSPAN_A_SPAN_NAME, a->span);
	args_put(nlh, a, HAS_FRAMES, NULL, 0);
	return request(&ctx->nl.genl, nlh);
}

/**
 * span_find - Get a span that must be in this netns.
 * @ctx: context, open
 * @name: its name
 * @span: result
 * @cmd: the command, for messages
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int span_find(struct ctx *ctx, const char *name, struct span *span,
	      const char *cmd)
{
	int err = span_get(ctx, name, span), netnsid;

	if (!err)
		return EXIT_OK;
	if (err != -ENODEV)
		return refused(&ctx->nl.genl, err, "%s %s", cmd, name);
	if (span_is_away(ctx, name, &netnsid))
		report("%s: %s is in another network namespace (id %d); name that with -n",
		       cmd, name, netnsid);
	else
		report("%s: no span is named %s; list them with: vspanctl span show",
		       cmd, name);
	return EXIT_REFUSED;
}

/* For a name that is taken, the kernel only reports EEXIST. */
static int span_add_refused(struct ctx *ctx, int err, const char *name)
{
	if (err != -EEXIST || ctx->nl.rtnl.extack[0])
		return refused(&ctx->nl.rtnl, err, "span add %s", name);
	report("span add %s: a device named %s exists; choose another name, or change it with: vspanctl span set",
	       name, name);
	return EXIT_REFUSED;
}

/* Make the device @as in this netns, down, with the options of the span, and move it. */
static int span_make_as(struct ctx *ctx, const struct args *a,
			struct args *as, const struct nl_sock **said)
{
	struct span span;
	int err;

	*said = &ctx->nl.rtnl;
	as->has |= HAS_STATE;
	as->down = true;
	err = span_link_add(ctx, as);
	if (err)
		return err;
	*said = &ctx->nl.genl;
	if (a->has & HAS_FRAMES && a->frames != VSPAN_FRAMES_WIRE)
		err = span_put_frames(ctx, as);
	if (!err)
		err = span_get(ctx, as->span, &span);
	if (err)
		return err;
	*said = &ctx->nl.rtnl;
	return span_link_move(ctx, span.ifindex, a);
}

/* Before Linux 6.13, a device cannot be made in another netns if this netns has one of
 * the same name. So it is made here with an unused name, and moved.
 */
static int span_make_away(struct ctx *ctx, const struct args *a)
{
	char text[SPAN_TEXT_LEN];
	const struct nl_sock *said;
	struct args as = *a;
	struct span span;
	uint32_t key;
	int err, ret;

	if (getrandom(&key, sizeof(key), 0) != sizeof(key))
		key = getpid();
	snprintf(as.span, sizeof(as.span), "vspan-%08x", key);
	err = span_make_as(ctx, a, &as, &said);
	if (!err)
		return EXIT_OK;
	args_span_text(a, text, sizeof(text));
	if (err == -EEXIST && !said->extack[0]) {
		report("span add %s: a device named %s exists there; choose another name, or delete that one",
		       text, a->span);
		ret = EXIT_REFUSED;
	} else {
		ret = refused(said, err, "span add %s", text);
	}
	if (!span_get(ctx, as.span, &span))
		span_link_del(ctx, span.ifindex);
	return ret;
}

/**
 * span_make - Make a span as span add does.
 * @ctx: context, open
 * @a: its name and options
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int span_make(struct ctx *ctx, const struct args *a)
{
	struct span span;
	int err, ret;

	if (a->is_away)
		return span_make_away(ctx, a);
	err = span_link_add(ctx, a);
	if (err)
		return span_add_refused(ctx, err, a->span);
	if (!(a->has & HAS_FRAMES) || a->frames == VSPAN_FRAMES_WIRE)
		return EXIT_OK;
	err = span_put_frames(ctx, a);
	if (!err)
		return EXIT_OK;
	ret = refused(&ctx->nl.genl, err, "span add %s", a->span);
	if (!span_get(ctx, a->span, &span))
		span_link_del(ctx, span.ifindex);
	return ret;
}

/**
 * span_change - Change a span as span set does.
 * @ctx: context, open
 * @a: its name and options
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int span_change(struct ctx *ctx, const struct args *a)
{
	struct span span;
	struct args old;
	int err;

	if (span_find(ctx, a->span, &span, "span set"))
		return EXIT_REFUSED;
	err = span_link_get(ctx, &span, a, &old);
	if (!err && old.has)
		err = span_link_set(ctx, span.ifindex, a);
	if (err)
		refused(&ctx->nl.rtnl, err, "span set %s", a->span);
	if (!err && a->has & HAS_FRAMES) {
		err = span_put_frames(ctx, a);
		if (err)
			refused(&ctx->nl.genl, err, "span set %s frames",
				a->span);
	}
	if (!err)
		return EXIT_OK;
	/* A refused command must change nothing: restore the device's options. */
	if (old.has)
		span_link_set(ctx, span.ifindex, &old);
	return EXIT_REFUSED;
}

/**
 * span_remove - Delete a span as span del does.
 * @ctx: context, open
 * @name: its name
 *
 * Return: EXIT_OK, or EXIT_REFUSED after a sentence on stderr.
 */
int span_remove(struct ctx *ctx, const char *name)
{
	struct span span;
	int err;

	if (span_find(ctx, name, &span, "span del"))
		return EXIT_REFUSED;
	err = span_link_del(ctx, span.ifindex);
	return err ? refused(&ctx->nl.rtnl, err, "span del %s", name) : EXIT_OK;
}

static int cmd_span_add(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_span(&a, "span add", HAS_NETNS | ARGS_SPAN, argc, argv))
		return usage_error("%s", a.err);
	if (a.has & HAS_NETNS && !a.netns[0])
		return usage_error("span add %s: a span is made in a network namespace that has a name: say netns NETNS", a.span);
	return ctx_open(ctx) || ctx_netns(ctx, &a, "span add") ? EXIT_REFUSED :
	       span_make(ctx, &a);
}

static int cmd_span_set(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_span(&a, "span set", ARGS_SPAN, argc, argv))
		return usage_error("%s", a.err);
	if (!(a.has & ARGS_SPAN))
		return usage_error("span set %s changes nothing: name frames, qlen, mtu, up or down; see: vspanctl span set help",
				   a.span);
	return ctx_open(ctx) ? EXIT_REFUSED : span_change(ctx, &a);
}

static int cmd_span_del(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_span(&a, "span del", 0, argc, argv))
		return usage_error("%s", a.err);
	return ctx_open(ctx) ? EXIT_REFUSED : span_remove(ctx, a.span);
}

static int cmd_span_show(struct ctx *ctx, int argc, char **argv)
{
	struct args a;

	if (args_optional_span(&a, "span show", argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	return show_spans(ctx, a.has & HAS_SPAN ? a.span : NULL, 0,
			  show_span_alone);
}

const struct cmd span_cmds[] = {
	{
		.name	= "add",
		.fn	= cmd_span_add,
		.usage	= "span add SPAN [ netns NETNS ] [ FEATURE ]...\n",
		.terms	= TERM_FEATURE TERM_FRAMES TERM_QLEN TERM_MTU,
	}, {
		.name	= "del",
		.fn	= cmd_span_del,
		.usage	= "span del SPAN\n",
	}, {
		.name	= "set",
		.fn	= cmd_span_set,
		.usage	= "span set SPAN [ FEATURE ]...\n",
		.terms	= TERM_FEATURE TERM_FRAMES TERM_QLEN TERM_MTU,
	}, {
		.name	= "show",
		.fn	= cmd_span_show,
		.usage	= "span show [ SPAN ]\n",
	},
	{ 0 }
};
