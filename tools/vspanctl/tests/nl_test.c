// SPDX-License-Identifier: GPL-2.0
/* Requests and answers, with a fake kernel: it replaces libmnl's socket calls and answers
 * each request from a script.
 */
#include "nl/nl.h"

#include <errno.h>
#include <stdlib.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "fakesock.h"
#include "ktap.h"
#include "nl/model.h"
#include "msg.h"
#include "vspanctl.h"

#define FAMILY		0x20
#define SCRIPT_MAX	16

enum answer {
	ACK,		/* done */
	FAIL,		/* errno and maybe a sentence */
	FAIL_UNCAPPED,	/* the same, behind a copy of the request */
	FAMILY_REPLY,	/* ID and group of the family */
	SPAN_REPLY,	/* one span, then done */
	AWAY_REPLY,	/* one span in another netns, then done */
	DOWN_REPLY,	/* one span that is down, then done */
	LINK_REPLY,	/* one link with its address, then done */
	NO_MAC_REPLY,	/* one link with an address of another length */
	DUMP_EMPTY,	/* NLMSG_DONE */
	DUMP_INTR,	/* one span, overtaken by a change */
	DUMP_FAIL,	/* an error in NLMSG_DONE */
};

/**
 * struct step - One request that must come, and its answer.
 * @type: netlink message type
 * @cmd: generic netlink command, 0 for rtnetlink
 * @answer: what to say
 * @err: errno of a failure
 * @extack: sentence, or NULL
 */
struct step {
	uint16_t type;
	uint8_t cmd;
	enum answer answer;
	int err;
	const char *extack;
};

/* The kernel's state; libmnl's calls have no argument to pass it by. */
static struct {
	const struct step *step;
	unsigned int missed;
	char genl, rtnl;	/* their addresses stand for the sockets */
	_Alignas(struct nlmsghdr) char tx[8192];
	size_t len;
} kernel;

static struct nlmsghdr *reply(const struct nlmsghdr *req, uint16_t type,
			      uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(kernel.tx + kernel.len);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = req->nlmsg_seq;
	return nlh;
}

static void reply_end(const struct nlmsghdr *nlh)
{
	kernel.len += MNL_ALIGN(nlh->nlmsg_len);
}

static void reply_error(const struct nlmsghdr *req, const struct step *s)
{
	uint16_t flags = s->answer == FAIL_UNCAPPED ? 0 : NLM_F_CAPPED;
	struct nlmsghdr *nlh = reply(req, NLMSG_ERROR, flags);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = -s->err;
	e->msg = *req;
	if (s->answer == FAIL_UNCAPPED)
		memcpy(mnl_nlmsg_put_extra_header(nlh, req->nlmsg_len -
						  sizeof(*req)),
		       req + 1, req->nlmsg_len - sizeof(*req));
	if (s->extack) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, s->extack);
	}
	reply_end(nlh);
}

static void reply_done(const struct nlmsghdr *req, const struct step *s)
{
	struct nlmsghdr *nlh = reply(req, NLMSG_DONE, NLM_F_MULTI);
	int *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	*err = -s->err;
	if (s->extack) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, s->extack);
	}
	reply_end(nlh);
}

static void reply_family(const struct nlmsghdr *req)
{
	struct nlmsghdr *nlh = msg_start(kernel.tx + kernel.len,
					 CTRL_CMD_NEWFAMILY);
	struct nlattr *groups, *group;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_seq = req->nlmsg_seq;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "config");
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, 77);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	reply_end(nlh);
}

static void reply_span(const struct nlmsghdr *req, uint16_t flags, int netnsid,
		       bool up)
{
	struct nlmsghdr *nlh = msg_span(kernel.tx + kernel.len,
					VSPAN_CMD_SPAN_GET, "span0", netnsid);

	if (!up)	/* the last of a type is the one that counts */
		mnl_attr_put_u8(nlh, VSPAN_A_SPAN_UP, 0);
	nlh->nlmsg_seq = req->nlmsg_seq;
	nlh->nlmsg_flags = flags;
	reply_end(nlh);
}

static void reply_link(const struct nlmsghdr *req, size_t len)
{
	static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0xab, 0x0c, 0xff };
	struct nlmsghdr *nlh = reply(req, RTM_NEWLINK, 0);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "span0");
	mnl_attr_put(nlh, IFLA_ADDRESS, len, mac);
	reply_end(nlh);
}

/* Messages of an earlier request must not be taken for this answer. */
static void reply_stale(const struct nlmsghdr *req)
{
	struct nlmsghdr *nlh = reply(req, NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	nlh->nlmsg_seq--;
	e->error = -EIO;
	reply_end(nlh);
}

static void answer(const struct nlmsghdr *req, const struct step *s)
{
	reply_stale(req);
	switch (s->answer) {
	case FAMILY_REPLY:
		reply_family(req);
		break;
	case SPAN_REPLY:
		reply_span(req, 0, -1, true);
		break;
	case AWAY_REPLY:
		reply_span(req, NLM_F_MULTI, 3, true);
		break;
	case DOWN_REPLY:
		reply_span(req, 0, -1, false);
		break;
	case LINK_REPLY:
		reply_link(req, 6);
		break;
	case NO_MAC_REPLY:
		reply_link(req, 4);
		break;
	case DUMP_INTR:
		reply_span(req, NLM_F_MULTI | NLM_F_DUMP_INTR, -1, true);
		break;
	default:
		break;
	}
	if ((req->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
		reply_done(req, s);
	else
		reply_error(req, s);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf,
			  size_t len)
{
	const struct nlmsghdr *req = buf;
	const struct step *s = kernel.step;
	uint8_t cmd = 0;

	if (nl == (void *)&kernel.genl)
		cmd = ((const struct genlmsghdr *)(req + 1))->cmd;
	if (!s || !s->type || s->type != req->nlmsg_type || s->cmd != cmd) {
		printf("# unexpected request: type %u, command %u\n",
		       req->nlmsg_type, cmd);
		kernel.missed++;
		errno = EPROTO;
		return -1;
	}
	kernel.len = 0;
	answer(req, s);
	kernel.step++;
	return len;
}

static size_t fake_waiting(void)
{
	return kernel.len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t len = kernel.len;

	(void)nl;
	if (!len || len > size) {
		errno = len ? ENOSPC : ENOBUFS;
		return -1;
	}
	memcpy(buf, kernel.tx, len);
	kernel.len = 0;
	return len;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)flags;
	return (void *)(bus == NETLINK_GENERIC ? &kernel.genl : &kernel.rtnl);
}

/* Run a command against a script; stdout goes to @out, stderr to @err. */
static int run(int (*fn)(struct ctx *, int, char **), const struct step *script,
	       char **argv, char *out, char *err, size_t len)
{
	struct ctx ctx = { .out.fp = fmemopen(out, len - 1, "w") };
	FILE *real = stderr, *fake;
	int argc = 0, ret;

	while (argv[argc])
		argc++;
	memset(err, 0, len);
	fake = fmemopen(err, len - 1, "w");
	if (!fake || !ctx.out.fp)
		abort();
	kernel.step = script;
	kernel.missed = 0;
	stderr = fake;
	ret = fn(&ctx, argc, argv);
	stderr = real;
	fclose(fake);
	fclose(ctx.out.fp);
	nl_close(&ctx.nl);
	if (kernel.missed || kernel.step->type) {
		printf("# the script was not followed to its end\n");
		return -1;
	}
	return ret;
}

#define GET_FAMILY	{ GENL_ID_CTRL, CTRL_CMD_GETFAMILY, FAMILY_REPLY, 0, NULL }
#define VSPAN(c, ...)	{ FAMILY, VSPAN_CMD_##c, __VA_ARGS__ }
#define LINK(c, ...)	{ RTM_##c##LINK, 0, __VA_ARGS__ }

struct test {
	const char *name;
	int (*fn)(struct ctx *ctx, int argc, char **argv);
	char *argv[8];
	struct step script[SCRIPT_MAX];
	int ret;
	const char *says;	/* on stderr */
};

static const struct test tests[] = {
	{
		"add to a span that is there", cmd_add, { "eth0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			VSPAN(SOURCE_NEW, ACK, 0, NULL),
		}, 0, "",
	}, {
		"add makes the default span", cmd_add, { "eth0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
			LINK(NEW, ACK, 0, NULL),
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			VSPAN(SOURCE_NEW, ACK, 0, NULL),
		}, 0, "",
	}, {
		"add takes the span back on a refusal", cmd_add, { "lo" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
			LINK(NEW, ACK, 0, NULL),
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			VSPAN(SOURCE_NEW, FAIL, EOPNOTSUPP, "lo is loopback"),
			LINK(DEL, ACK, 0, NULL),
		}, 1, "vspanctl: add lo to span0: lo is loopback\n",
	}, {
		"add leaves a span another one made", cmd_add, { "lo" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
			LINK(NEW, FAIL, EEXIST, NULL),
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			VSPAN(SOURCE_NEW, FAIL, EOPNOTSUPP, "lo is loopback"),
		}, 1, "vspanctl: add lo to span0: lo is loopback\n",
	}, {
		"add, and span0 is some other device", cmd_add, { "eth0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
			LINK(NEW, FAIL, EEXIST, NULL),
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
		}, 1, "the device span0 is no span",
	}, {
		"add, and span0 was moved away", cmd_add, { "eth0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, AWAY_REPLY, 0, NULL),
		}, 1, "in another network namespace (id 3)",
	}, {
		"add makes no span but the default", cmd_add,
		{ "eth0", "to", "mon" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
		}, 1, "make it with: vspanctl span add mon",
	}, {
		"the kernel's sentence behind an uncapped ack", cmd_set,
		{ "eth0", "vlan", "10" }, {
			GET_FAMILY,
			VSPAN(SOURCE_SET, FAIL_UNCAPPED, ENOENT, "no such source"),
		}, 1, "vspanctl: set eth0 of span0: no such source\n",
	}, {
		"not permitted", cmd_del, { "eth0" }, {
			GET_FAMILY,
			VSPAN(SOURCE_DEL, FAIL, EPERM, NULL),
		}, 1, "CAP_NET_ADMIN",
	}, {
		"an errno without a sentence", cmd_flush, { "mon" }, {
			GET_FAMILY,
			VSPAN(SOURCE_FLUSH, FAIL, ENOMEM, NULL),
		}, 1, "vspanctl: flush mon: Cannot allocate memory\n",
	}, {
		"a yes with a warning", cmd_flush, { NULL }, {
			GET_FAMILY,
			VSPAN(SOURCE_FLUSH, ACK, 0, "mind this"),
		}, 0, "vspanctl: warning: mind this\n",
	}, {
		"no module", cmd_flush, { NULL }, {
			{ GENL_ID_CTRL, CTRL_CMD_GETFAMILY, FAIL, ENOENT, NULL },
		}, 1, "vspanctl: the vspan module is not loaded; load it with: modprobe vspan\n",
	}, {
		"a dump that a change overtakes is begun anew", cmd_show,
		{ "mon" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, DUMP_INTR, 0, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
			VSPAN(SOURCE_GET, DUMP_EMPTY, 0, NULL),
			VSPAN(BINDING_GET, DUMP_EMPTY, 0, NULL),
			VSPAN(OUTPUT_GET, DUMP_EMPTY, 0, NULL),
		}, 1, "no span is named mon",
	}, {
		"a dump that fails midway", cmd_show, { NULL }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, DUMP_FAIL, ENOMEM, "out of memory"),
		}, 1, "vspanctl: show: out of memory\n",
	},
};

static const struct cmd *find_cmd(const struct cmd *cmd, const char *name)
{
	while (strcmp(cmd->name, name))
		cmd++;
	return cmd;
}

static void run_test(struct ktap *t, const struct test *test,
		     const char *prints)
{
	char out[512] = "", err[512];
	int ret = run(test->fn, test->script, (char **)test->argv, out, err,
		      sizeof(err));
	bool ok = ret == test->ret &&
		  (*test->says ? strstr(err, test->says) != NULL : !*err);

	ok = ok && !strcmp(out, prints);
	ktap_ok(t, ok, test->name);
	if (!ok)
		printf("# exit %d, want %d; said: %s; printed: %s\n", ret,
		       test->ret, err, out);
}

static void test_spans(struct ktap *t)
{
	const struct test list[] = {
		{ "span add", find_cmd(span_cmds, "add")->fn,
		  { "mon", "frames", "wire", "qlen", "9" },
		  { GET_FAMILY, LINK(NEW, ACK, 0, NULL) }, 0, "" },
		{ "span add of a name that is taken", find_cmd(span_cmds, "add")->fn,
		  { "mon" }, { GET_FAMILY, LINK(NEW, FAIL, EEXIST, NULL) },
		  1, "a device named mon exists" },
		{ "span add is undone when frames is refused",
		  find_cmd(span_cmds, "add")->fn, { "mon", "frames", "asis" },
		  { GET_FAMILY, LINK(NEW, ACK, 0, NULL),
		    VSPAN(SPAN_SET, FAIL, EINVAL, "no"),
		    VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
		    LINK(DEL, ACK, 0, NULL) }, 1, "span add mon: no" },
		{ "span set", find_cmd(span_cmds, "set")->fn,
		  { "mon", "qlen", "9", "frames", "asis" },
		  { GET_FAMILY, VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
		    LINK(NEW, ACK, 0, NULL),
		    VSPAN(SPAN_SET, ACK, 0, NULL) }, 0, "" },
		{ "span set puts qlen back when frames is refused",
		  find_cmd(span_cmds, "set")->fn, { "mon", "qlen", "9", "frames", "asis" },
		  { GET_FAMILY, VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
		    LINK(NEW, ACK, 0, NULL),
		    VSPAN(SPAN_SET, FAIL, EINVAL, "no"),
		    LINK(NEW, ACK, 0, NULL) }, 1, "span set mon frames: no" },
		{ "span set puts all of it back",
		  find_cmd(span_cmds, "set")->fn,
		  { "mon", "qlen", "9", "mtu", "9000", "down" },
		  { GET_FAMILY, VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
		    LINK(GET, ACK, 0, NULL), LINK(NEW, FAIL, EINVAL, "no"),
		    LINK(NEW, ACK, 0, NULL) }, 1, "span set mon: no" },
		{ "span del", find_cmd(span_cmds, "del")->fn, { "mon" },
		  { GET_FAMILY, VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
		    LINK(DEL, ACK, 0, NULL) }, 0, "" },
		{ "span del spares a device that is no span",
		  find_cmd(span_cmds, "del")->fn, { "eth0" },
		  { GET_FAMILY, VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
		    VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL) },
		  1, "no span is named eth0" },
		{ "span set of one that was moved away",
		  find_cmd(span_cmds, "set")->fn, { "span0", "qlen", "9" },
		  { GET_FAMILY, VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
		    VSPAN(SPAN_GET, AWAY_REPLY, 0, NULL) },
		  1, "in another network namespace (id 3)" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		run_test(t, &list[i], "");
}

static void test_outputs(struct ktap *t)
{
	const struct test list[] = {
		{ "output add", find_cmd(output_cmds, "add")->fn,
		  { "mon", "dev", "eth1", "vlan", "200", "strip" },
		  { GET_FAMILY, VSPAN(OUTPUT_NEW, ACK, 0, NULL) }, 0, "" },
		{ "output add that is refused", find_cmd(output_cmds, "add")->fn,
		  { "mon", "psample", "5" },
		  { GET_FAMILY, VSPAN(OUTPUT_NEW, FAIL, EEXIST, "it is there") },
		  1, "vspanctl: output add psample 5 to mon: it is there\n" },
		{ "output add makes no span", find_cmd(output_cmds, "add")->fn,
		  { "span0", "dev", "eth1" },
		  { GET_FAMILY, VSPAN(OUTPUT_NEW, FAIL, ENODEV, "none"),
		    VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL) },
		  1, "make it with: vspanctl span add span0" },
		{ "output add to a span that was moved away",
		  find_cmd(output_cmds, "add")->fn, { "span0", "dev", "eth1" },
		  { GET_FAMILY, VSPAN(OUTPUT_NEW, FAIL, ENODEV, "none"),
		    VSPAN(SPAN_GET, AWAY_REPLY, 0, NULL) },
		  1, "in another network namespace (id 3)" },
		{ "output del", find_cmd(output_cmds, "del")->fn,
		  { "mon", "psample", "5" },
		  { GET_FAMILY, VSPAN(OUTPUT_DEL, ACK, 0, NULL) }, 0, "" },
		{ "output del that is refused", find_cmd(output_cmds, "del")->fn,
		  { "mon", "dev", "eth1" },
		  { GET_FAMILY, VSPAN(OUTPUT_DEL, FAIL, ENOENT, "no such") },
		  1, "vspanctl: output del eth1 of mon: no such\n" },
		{ "output show of a missing span",
		  find_cmd(output_cmds, "show")->fn, { "mon" },
		  { GET_FAMILY, VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
		    VSPAN(OUTPUT_GET, DUMP_EMPTY, 0, NULL) },
		  1, "no span is named mon" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		run_test(t, &list[i], "");
}

#define XML_HEAD							\
	"<interface type='ethernet'>\n"					\
	"  <mac address='52:54:00:ab:0c:ff'/>\n"

/* clang-format takes these nested tables for something else. */
/* clang-format off */
static const struct {
	struct test test;
	const char *prints;
} xml_tests[] = {
	{ {
		"xml", cmd_xml, { "span0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			LINK(GET, LINK_REPLY, 0, NULL),
		}, 0, "" }, XML_HEAD
		"  <target dev='span0' managed='no'/>\n"
		"  <model type='virtio'/>\n</interface>\n",
	}, { {
		"xml with queues, of a name XML must escape", cmd_xml,
		{ "<a>'&\"", "queues", "2" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			LINK(GET, LINK_REPLY, 0, NULL),
		}, 0, "" }, XML_HEAD
		"  <target dev='&lt;a&gt;&apos;&amp;&quot;' managed='no'/>\n"
		"  <model type='virtio'/>\n"
		"  <driver name='vhost' queues='2'/>\n</interface>\n",
	}, { {
		"xml warns of a span that is down", cmd_xml, { "span0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, DOWN_REPLY, 0, NULL),
			LINK(GET, LINK_REPLY, 0, NULL),
		}, 0, "bring it up; do so with: ip link set span0 up\n" }, XML_HEAD
		"  <target dev='span0' managed='no'/>\n"
		"  <model type='virtio'/>\n</interface>\n",
	}, { {
		"xml of a name of 15 quotes", cmd_xml,
		{ "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			LINK(GET, LINK_REPLY, 0, NULL),
		}, 0, "" }, XML_HEAD
		"  <target dev='&quot;&quot;&quot;&quot;&quot;&quot;&quot;&quot;"
		"&quot;&quot;&quot;&quot;&quot;&quot;&quot;' managed='no'/>\n"
		"  <model type='virtio'/>\n</interface>\n",
	}, { {
		"xml of a name XML cannot hold", cmd_xml, { "a\x01" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
		}, 1, "XML has no way to write the name of a?" }, "",
	}, { {
		"xml without an address", cmd_xml, { "span0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, SPAN_REPLY, 0, NULL),
			LINK(GET, NO_MAC_REPLY, 0, NULL),
		}, 1, "vspanctl: xml span0: the kernel's answer is malformed" }, "",
	}, { {
		"xml of a span that was moved away", cmd_xml, { "span0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, AWAY_REPLY, 0, NULL),
		}, 1, "in another network namespace (id 3)" }, "",
	}, { {
		"xml of a device that is no span", cmd_xml, { "eth0" }, {
			GET_FAMILY,
			VSPAN(SPAN_GET, FAIL, ENODEV, NULL),
			VSPAN(SPAN_GET, DUMP_EMPTY, 0, NULL),
		}, 1, "xml: no span is named eth0" }, "",
	},
};
/* clang-format on */

int main(void)
{
	struct ktap t = { 0 };
	size_t i;

	ktap_start();
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_test(&t, &tests[i], "");
	test_spans(&t);
	test_outputs(&t);
	for (i = 0; i < ARRAY_SIZE(xml_tests); i++)
		run_test(&t, &xml_tests[i].test, xml_tests[i].prints);
	return ktap_end(&t);
}
