// SPDX-License-Identifier: GPL-2.0
/*
 * Passes filter programs that no compiler generates directly to the kernel:
 *   pkt prog ns=NAME span=NAME source=NAME what=WORD
 * Prints "accepted" or the errno's name and the kernel's sentence.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vspan.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pkt.h"

#define MSG_ROOM	65536

union message {
	struct nlmsghdr h;
	uint8_t b[MSG_ROOM];
};

static const struct sock_filter accept_all[] = {
	BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
};

static const struct sock_filter no_ret[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
};

static const struct sock_filter jump_out[] = {
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 7, 0),
	BPF_STMT(BPF_RET | BPF_K, 1),
};

static const struct sock_filter bad_opcode[] = {
	BPF_STMT(0xff, 0),
	BPF_STMT(BPF_RET | BPF_K, 1),
};

static const struct sock_filter divide_by_zero[] = {
	BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_A, 0),
};

static const struct sock_filter memory_out[] = {
	BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS),
	BPF_STMT(BPF_RET | BPF_A, 0),
};

/* A program with this many instructions, which is valid except for their number. */
static uint32_t fill(struct sock_filter *p, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		p[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, i);
	p[n - 1] = accept_all[0];
	return n * (uint32_t)sizeof(*p);
}

/* A program whose compiled code contains no address. */
static const char unknown[] = "host vspan.invalid";

static const struct {
	const char *what;
	const void *prog;
	uint32_t len;		/* in bytes */
} programs[] = {
	{ "accept-all", accept_all, sizeof(accept_all) },
	{ "no-ret", no_ret, sizeof(no_ret) },
	{ "jump-out", jump_out, sizeof(jump_out) },
	{ "bad-opcode", bad_opcode, sizeof(bad_opcode) },
	{ "divide-by-zero", divide_by_zero, sizeof(divide_by_zero) },
	{ "memory-out", memory_out, sizeof(memory_out) },
	{ "odd-length", jump_out, sizeof(jump_out) - 4 },
	{ "one-byte", accept_all, 1 },
	{ "empty", accept_all, 0 },
	{ "text-of-none", accept_all, 0 },
	{ "text-only", NULL, 0 },
	{ "text-unknown", accept_all, sizeof(accept_all) },
};

static uint32_t choose(const char *what, struct sock_filter *room, const void **prog)
{
	size_t i;

	*prog = room;
	if (!strcmp(what, "longest"))
		return fill(room, BPF_MAXINSNS);
	if (!strcmp(what, "too-long"))
		return fill(room, BPF_MAXINSNS + 1);
	for (i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		*prog = programs[i].prog;
		if (!strcmp(programs[i].what, what))
			return programs[i].len;
	}
	die("prog: what is '%s'?", what);
}

static void begin(union message *m, uint16_t type, uint8_t cmd)
{
	struct genlmsghdr *g = (struct genlmsghdr *)(m->b + NLMSG_HDRLEN);

	memset(m, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	m->h.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	g->cmd = cmd;
	g->version = 1;
}

static void add(union message *m, uint16_t type, const void *data, uint32_t len)
{
	struct nlattr *nla = (struct nlattr *)(m->b + m->h.nlmsg_len);

	nla->nla_type = type;
	nla->nla_len = (uint16_t)(NLA_HDRLEN + len);
	memset(nla + 1, 0, NLA_ALIGN(len));
	memcpy(nla + 1, data, len);
	m->h.nlmsg_len += NLA_ALIGN(NLA_HDRLEN + len);
}

/* Find an attribute in the answer, or NULL. */
static const void *find(const union message *m, uint32_t off, uint16_t type)
{
	const struct nlattr *nla;

	for (; off + NLA_HDRLEN < m->h.nlmsg_len; off += NLA_ALIGN(nla->nla_len)) {
		nla = (const struct nlattr *)(m->b + off);
		if ((nla->nla_type & NLA_TYPE_MASK) == type)
			return nla + 1;
		if (nla->nla_len < NLA_HDRLEN)
			break;
	}
	return NULL;
}

static void talk(int fd, union message *m)
{
	if (send(fd, m->b, m->h.nlmsg_len, 0) < 0 || recv(fd, m->b, sizeof(m->b), 0) < 0)
		die("netlink: %m");
}

static int open_netlink(const char *ns)
{
	int home = ns_enter(ns), one = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		die("netlink socket: %m");
	ns_leave(home);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	return fd;
}

static uint16_t family(int fd)
{
	static union message m;
	const uint16_t *id;

	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	m.h.nlmsg_flags = NLM_F_REQUEST;
	add(&m, CTRL_ATTR_FAMILY_NAME, VSPAN_FAMILY_NAME, sizeof(VSPAN_FAMILY_NAME));
	talk(fd, &m);
	id = find(&m, NLMSG_HDRLEN + GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	if (!id)
		die("no generic netlink family vspan");
	return *id;
}

/* Print the kernel's answer. It names the attribute by its offset in the request. */
static int say(const union message *m)
{
	const struct nlmsgerr *e = (const struct nlmsgerr *)(m->b + NLMSG_HDRLEN);
	const char *text = NULL;

	if (m->h.nlmsg_type != NLMSG_ERROR)
		die("prog: no answer");
	if (!e->error) {
		puts("accepted");
		return 0;
	}
	if (m->h.nlmsg_flags & NLM_F_ACK_TLVS)
		text = find(m, NLMSG_HDRLEN + sizeof(*e), NLMSGERR_ATTR_MSG);
	printf("%s: %s\n", strerrorname_np(-e->error), text ? text : "no sentence");
	return 1;
}

int prog_main(int argc, char **argv)
{
	static struct sock_filter room[BPF_MAXINSNS + 1];
	static union message m;
	const char *ns = NULL, *span = "span0", *source = "eth0", *what = NULL, *v;
	uint32_t kind = VSPAN_KIND_NAME, len;
	const void *prog;
	int i, fd;

	for (i = 0; i < argc; i++) {
		if ((v = opt_value(argv[i], "ns")))
			ns = v;
		else if ((v = opt_value(argv[i], "span")))
			span = v;
		else if ((v = opt_value(argv[i], "source")))
			source = v;
		else if ((v = opt_value(argv[i], "what")))
			what = v;
		else
			die("prog: unknown word '%s'", argv[i]);
	}
	if (!what)
		die("prog: no what=");
	len = choose(what, room, &prog);
	fd = open_netlink(ns);
	begin(&m, family(fd), VSPAN_CMD_SOURCE_SET);
	add(&m, VSPAN_A_SOURCE_SPAN, span, (uint32_t)strlen(span) + 1);
	add(&m, VSPAN_A_SOURCE_NAME, source, (uint32_t)strlen(source) + 1);
	add(&m, VSPAN_A_SOURCE_KIND, &kind, sizeof(kind));
	if (prog)
		add(&m, VSPAN_A_SOURCE_FILTER, prog, len);
	if (!strcmp(what, "text-unknown"))
		add(&m, VSPAN_A_SOURCE_FILTER_TEXT, unknown, sizeof(unknown));
	else if (!strncmp(what, "text-", strlen("text-")))
		add(&m, VSPAN_A_SOURCE_FILTER_TEXT, "udp", sizeof("udp"));
	talk(fd, &m);
	close(fd);
	return say(&m);
}
