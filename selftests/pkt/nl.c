// SPDX-License-Identifier: GPL-2.0
/*
 * Sends invalid generic netlink messages to the family vspan. Each is a valid message for
 * an existing span and source with a single error, so only this error can be the reason
 * for the refusal.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vspan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pkt.h"
#include "request.h"

#define MSG_MAX	8192

struct abuser {
	const char *mode;
	const char *ns;
	const char *span;
	const char *source;
	const char *fresh;	/* name for new sources */
	uint32_t kind;
	uint32_t seed;
	uint32_t count;
	int fd;
	uint16_t family;
	uint32_t seq;
	/* verdicts */
	uint32_t sent;
	uint32_t refused;
	uint32_t accepted;
	uint32_t silent;	/* no answer at all */
	uint32_t mute;		/* refused without a sentence */
	bool core;		/* refused by the core, without a sentence */
};

struct msg {
	union {
		struct nlmsghdr h;
		uint8_t b[MSG_MAX];
	};
	uint32_t len;
};

enum shape { SHAPE_STRING, SHAPE_U32, SHAPE_BITMAP };

struct attr {
	uint16_t type;
	enum shape shape;
	uint32_t bad;		/* an invalid value of the right length */
};

struct op {
	uint8_t cmd;
	const char *name;
	struct attr attrs[6];
};

static const struct op ops[] = {
	{ VSPAN_CMD_SPAN_GET, "span-get", {
		{ VSPAN_A_SPAN_NAME, SHAPE_STRING, 0 } } },
	{ VSPAN_CMD_SPAN_SET, "span-set", {
		{ VSPAN_A_SPAN_NAME, SHAPE_STRING, 0 },
		{ VSPAN_A_SPAN_FRAMES, SHAPE_U32, 2 } } },
	{ VSPAN_CMD_SOURCE_GET, "source-get", {
		{ VSPAN_A_SOURCE_SPAN, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_NAME, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_KIND, SHAPE_U32, 77 } } },
	{ VSPAN_CMD_SOURCE_NEW, "source-new", {
		{ VSPAN_A_SOURCE_SPAN, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_NAME, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_KIND, SHAPE_U32, 77 },
		{ VSPAN_A_SOURCE_DIR, SHAPE_U32, 0x80000001 },
		{ VSPAN_A_SOURCE_VLANS, SHAPE_BITMAP, 4095 } } },
	{ VSPAN_CMD_SOURCE_SET, "source-set", {
		{ VSPAN_A_SOURCE_SPAN, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_NAME, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_KIND, SHAPE_U32, 77 },
		{ VSPAN_A_SOURCE_DIR, SHAPE_U32, 0x80000001 },
		{ VSPAN_A_SOURCE_VLANS, SHAPE_BITMAP, 4095 } } },
	{ VSPAN_CMD_SOURCE_DEL, "source-del", {
		{ VSPAN_A_SOURCE_SPAN, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_NAME, SHAPE_STRING, 0 },
		{ VSPAN_A_SOURCE_KIND, SHAPE_U32, 77 } } },
	{ VSPAN_CMD_SOURCE_FLUSH, "source-flush", {
		{ VSPAN_A_SOURCE_SPAN, SHAPE_STRING, 0 } } },
	{ VSPAN_CMD_BINDING_GET, "binding-get", {
		{ VSPAN_A_BINDING_SPAN, SHAPE_STRING, 0 },
		{ VSPAN_A_BINDING_NAME, SHAPE_STRING, 0 },
		{ VSPAN_A_BINDING_KIND, SHAPE_U32, 77 },
		{ VSPAN_A_BINDING_DEV, SHAPE_STRING, 0 } } },
};

#define NOPS	(sizeof(ops) / sizeof(*ops))

/* The errors of one attribute; the rest of the message is valid. */
enum fault {
	FAULT_MISSING,
	FAULT_EMPTY,
	FAULT_SHORT,
	FAULT_LONG,
	FAULT_TOO_LONG,
	FAULT_BAD_VALUE,
	FAULT_PAST_END,
	FAULT_TINY_HEADER,
	FAULTS,
	FAULT_NONE,
};

static const char *const fault_names[] = {
	"missing", "empty", "one byte short", "one byte long", "much too long",
	"bad value", "longer than the message", "header shorter than itself",
};

static void msg_start(struct abuser *a, struct msg *m, uint16_t type, uint8_t cmd)
{
	struct genlmsghdr *g = (struct genlmsghdr *)(m->b + NLMSG_HDRLEN);

	memset(m, 0, sizeof(*m));
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	m->h.nlmsg_seq = ++a->seq;
	g->cmd = cmd;
	g->version = 1;
	m->len = NLMSG_HDRLEN + GENL_HDRLEN;
}

static void msg_attr(struct msg *m, uint16_t type, const void *data, uint32_t len)
{
	struct nlattr *nla = (struct nlattr *)(m->b + m->len);

	nla->nla_type = type;
	nla->nla_len = (uint16_t)(NLA_HDRLEN + len);
	memcpy(nla + 1, data, len);
	m->len += NLA_ALIGN(NLA_HDRLEN + len);
}

/* The kernel answers before send() returns, so no wait is needed. */
static int msg_answer(struct abuser *a, bool *sentence)
{
	union {
		struct nlmsghdr h;
		uint8_t b[65536];
	} r;
	struct nlmsgerr *e = (struct nlmsgerr *)(r.b + NLMSG_HDRLEN);
	ssize_t n;

	for (;;) {
		n = recv(a->fd, r.b, sizeof(r.b), MSG_DONTWAIT);
		if (n < 0)
			return -1;
		if (r.h.nlmsg_seq != a->seq)
			continue;
		if (r.h.nlmsg_type == NLMSG_DONE || r.h.nlmsg_flags & NLM_F_MULTI)
			return 0;
		if (r.h.nlmsg_type != NLMSG_ERROR)
			continue;
		*sentence = r.h.nlmsg_flags & NLM_F_ACK_TLVS;
		return -e->error;
	}
}

static int msg_send(struct abuser *a, struct msg *m, bool *sentence)
{
	*sentence = false;
	if (!m->h.nlmsg_len)
		m->h.nlmsg_len = m->len;
	if (send(a->fd, m->b, m->len, 0) < 0)
		die("netlink send: %m");
	return msg_answer(a, sentence);
}

/* Send a message that must be refused; report it otherwise. */
static void msg_refuse(struct abuser *a, struct msg *m, const char *op, const char *what)
{
	bool sentence;
	int err = msg_send(a, m, &sentence);

	a->sent++;
	if (err < 0) {
		a->silent++;
	} else if (!err) {
		a->accepted++;
		fprintf(stderr, "pkt: accepted: %s with %s\n", op, what);
	} else {
		a->refused++;
		if (sentence || a->core)
			return;
		a->mute++;
		fprintf(stderr, "pkt: no sentence: %s with %s: %s\n", op, what, strerror(err));
	}
}

static uint32_t good_data(const struct abuser *a, const struct op *op,
			  const struct attr *at, uint8_t *data)
{
	static const uint32_t one = 1, zero;
	bool dir = at->bad == 0x80000001;

	switch (at->shape) {
	case SHAPE_STRING:
		/* Attribute 1 is the span in all commands. A new source needs a new name;
		 * otherwise each message would be refused for the name.
		 */
		if (at == op->attrs)
			strcpy((char *)data, a->span);
		else
			strcpy((char *)data, op->cmd == VSPAN_CMD_SOURCE_NEW ?
			       a->fresh : a->source);
		return (uint32_t)strlen((char *)data) + 1;
	case SHAPE_U32:
		memcpy(data, dir ? &one : &zero, 4);
		return 4;
	case SHAPE_BITMAP:
		memset(data, 0xff, VSPAN_VLAN_BITMAP_LEN);
		data[VSPAN_VLAN_BITMAP_LEN - 1] = 0x7f;
		return VSPAN_VLAN_BITMAP_LEN;
	}
	return 0;
}

static void spoil(const struct attr *at, uint8_t *data, uint32_t *len)
{
	switch (at->shape) {
	case SHAPE_STRING:
		/* 15 characters, the name of no device or span, so that it is looked up
		 */
		memcpy(data, "nosuchname12345", *len = 16);
		break;
	case SHAPE_U32:
		memcpy(data, &at->bad, 4);
		break;
	case SHAPE_BITMAP:
		data[VSPAN_VLAN_BITMAP_LEN - 1] = 0xff;
		break;
	}
}

static void put_faulty(struct abuser *a, struct msg *m, const struct op *op,
		       const struct attr *at, enum fault fault)
{
	uint8_t data[2048] = { 0 };
	uint32_t len = good_data(a, op, at, data);
	uint32_t start = m->len;
	struct nlattr *nla = (struct nlattr *)(m->b + start);

	switch (fault) {
	case FAULT_MISSING:
		return;
	case FAULT_EMPTY:
		len = 0;
		break;
	case FAULT_SHORT:
		len--;		/* a string loses its NUL */
		break;
	case FAULT_LONG:
		data[len - 1] |= 'x';	/* a string loses its NUL here, too */
		len++;
		if (at->shape == SHAPE_STRING)
			data[len - 1] = 'x';
		break;
	case FAULT_TOO_LONG:
		memset(data, 'y', 1024);
		len = 1025;
		break;
	case FAULT_BAD_VALUE:
		spoil(at, data, &len);
		break;
	default:
		break;
	}
	msg_attr(m, at->type, data, len);
	if (fault == FAULT_PAST_END)
		nla->nla_len = (uint16_t)(nla->nla_len + 64);
	else if (fault == FAULT_TINY_HEADER)
		nla->nla_len = 3;
}

/* Only the attributes of the key, which are names, must not be missing. */
static bool applies(const struct op *op, const struct attr *at, enum fault fault)
{
	bool last = at == &op->attrs[5] || !at[1].type;

	if (fault == FAULT_MISSING)
		return at->shape == SHAPE_STRING && op->cmd != VSPAN_CMD_SOURCE_FLUSH;
	/* after a truncated attribute, the others would be parsed at wrong offsets */
	if (fault == FAULT_PAST_END || fault == FAULT_TINY_HEADER)
		return last;
	/* the name of a new source may be any name, so it is valid */
	if (fault == FAULT_BAD_VALUE && op->cmd == VSPAN_CMD_SOURCE_NEW)
		return at->shape != SHAPE_STRING || at == op->attrs;
	return true;
}

static void build_op(struct abuser *a, struct msg *m, const struct op *op,
		     const struct attr *wrong, enum fault fault)
{
	const struct attr *at;

	msg_start(a, m, a->family, op->cmd);
	for (at = op->attrs; at < op->attrs + 6 && at->type; at++)
		put_faulty(a, m, op, at, at == wrong ? fault : FAULT_NONE);
}

static void abuse_attrs(struct abuser *a, const struct op *op)
{
	const struct attr *at;
	char what[96];
	struct msg m;
	int fault;

	for (at = op->attrs; at < op->attrs + 6 && at->type; at++) {
		for (fault = 0; fault < FAULTS; fault++) {
			if (!applies(op, at, (enum fault)fault))
				continue;
			build_op(a, &m, op, at, (enum fault)fault);
			snprintf(what, sizeof(what), "attribute %u %s", at->type,
				 fault_names[fault]);
			msg_refuse(a, &m, op->name, what);
		}
	}
}

static void abuse_frame(struct abuser *a, const struct op *op)
{
	static const uint16_t unknown[] = { 0, 100, 1000, 0x3fff };
	uint32_t i, value = 1;
	struct msg m;

	for (i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		build_op(a, &m, op, NULL, FAULT_NONE);
		msg_attr(&m, unknown[i], &value, 4);
		msg_refuse(a, &m, op->name, "an unknown attribute");
	}
	build_op(a, &m, op, NULL, FAULT_NONE);
	m.len += 3;
	msg_refuse(a, &m, op->name, "three bytes of rest");
	build_op(a, &m, op, NULL, FAULT_NONE);
	msg_attr(&m, op->attrs[0].type, "", 0);
	msg_refuse(a, &m, op->name, "the first attribute twice, once empty");
	if (op->cmd == VSPAN_CMD_SOURCE_FLUSH)
		return;		/* without attributes it is valid, and means all */
	msg_start(a, &m, a->family, op->cmd);
	msg_refuse(a, &m, op->name, "no attribute");
}

/* Messages without valid contents: they may get no answer, but must not succeed. */
static void abuse_headers(struct abuser *a)
{
	struct msg m;
	uint32_t len;

	a->core = true;
	for (len = 1; len < NLMSG_HDRLEN + GENL_HDRLEN; len += 3) {
		build_op(a, &m, &ops[6], NULL, FAULT_NONE);
		m.len = len;
		msg_refuse(a, &m, "source-flush", "a cut header");
	}
	for (len = 1; len <= NLMSG_HDRLEN + GENL_HDRLEN; len += 7) {
		build_op(a, &m, &ops[6], NULL, FAULT_NONE);
		m.h.nlmsg_len = m.len + len;
		msg_refuse(a, &m, "source-flush", "a length beyond the message");
	}
	msg_start(a, &m, a->family, 200);
	msg_refuse(a, &m, "operation 200", "no attribute");
	msg_start(a, &m, a->family, 0);
	msg_refuse(a, &m, "operation 0", "no attribute");
	msg_start(a, &m, a->family, VSPAN_CMD_SOURCE_NEW_NTF);
	msg_refuse(a, &m, "a notification", "no attribute");
	a->core = false;
}

static uint32_t rnd(struct abuser *a)
{
	a->seed = a->seed * 1664525u + 1013904223u;
	return a->seed >> 8;
}

/* Send random attributes; a flush gets at least one, as it is valid without. */
static void abuse_random(struct abuser *a)
{
	uint8_t data[600];
	struct msg m;
	uint32_t i, n, len;

	msg_start(a, &m, a->family, (uint8_t)(rnd(a) % (VSPAN_CMD_MAX + 3)));
	for (n = rnd(a) % 6 + 1; n; n--) {
		len = rnd(a) % (rnd(a) % 4 ? 24u : (uint32_t)sizeof(data));
		for (i = 0; i < len; i++)
			data[i] = (uint8_t)rnd(a);
		msg_attr(&m, (uint16_t)(rnd(a) % 4 ? rnd(a) % 9 : rnd(a)), data, len);
	}
	if (rnd(a) % 3 == 0)
		m.len -= rnd(a) % 4;
	for (i = 0; i < rnd(a) % 8; i++)
		m.b[NLMSG_HDRLEN + GENL_HDRLEN +
		    rnd(a) % (m.len - NLMSG_HDRLEN - GENL_HDRLEN)] ^= (uint8_t)rnd(a);
	msg_refuse(a, &m, "operation with", "random bytes");
}

static void nl_open(struct abuser *a)
{
	static struct request r;

	request_open(&r, a->ns, NETLINK_GENERIC);
	a->fd = r.fd;
	a->family = r.family;
	a->seq = r.seq;		/* ignore the answers to earlier requests */
}

static void nl_parse(struct abuser *a, int argc, char **argv)
{
	const char *v;
	int i;

	if (!argc)
		die("nl: no mode");
	a->mode = argv[0];
	for (i = 1; i < argc; i++) {
		if ((v = opt_value(argv[i], "span")))
			a->span = v;
		else if ((v = opt_value(argv[i], "source")))
			a->source = v;
		else if ((v = opt_value(argv[i], "ns")))
			a->ns = v;
		else if ((v = opt_value(argv[i], "kind")))
			a->kind = opt_number("kind", v, VSPAN_KIND_MASTER);
		else if ((v = opt_value(argv[i], "seed")))
			a->seed = opt_number("seed", v, 0xffffffff);
		else if ((v = opt_value(argv[i], "count")))
			a->count = opt_number("count", v, 1000000);
		else
			die("nl: unknown word %s", argv[i]);
	}
	if (strlen(a->span) > VSPAN_NAME_LEN || strlen(a->source) > VSPAN_NAME_LEN)
		die("nl: name too long");
}

/* Check that the unmodified messages are valid, since the other tests rely on it. */
static void check_good(struct abuser *a)
{
	bool sentence;
	struct msg m;
	int err;

	build_op(a, &m, &ops[4], NULL, FAULT_NONE);
	err = msg_send(a, &m, &sentence);
	if (err)
		die("a good source-set was refused: %s", err < 0 ? "no answer" : strerror(err));
}

/* Make and delete a source repeatedly; both must succeed. */
static void churn(struct abuser *a)
{
	static const int turn[] = { 3, 5 };	/* source-new, source-del */
	bool sentence;
	struct msg m;
	uint32_t i;

	a->fresh = a->source;
	for (i = 0; i < 2 * a->count; i++) {
		build_op(a, &m, &ops[turn[i % 2]], NULL, FAULT_NONE);
		if (msg_send(a, &m, &sentence))
			die("%s of round %u was refused", ops[turn[i % 2]].name, i / 2);
		a->sent++;
	}
}

/* Make or delete many sources; '%' in the name is replaced by the number of each. */
static void many(struct abuser *a, uint8_t cmd)
{
	const char *hole = strchr(a->source, '%');
	char name[VSPAN_PATTERN_LEN + 1];
	bool sentence;
	struct msg m;
	int len, err;

	if (!hole)
		die("nl: no %% in the name %s", a->source);
	for (; a->sent < a->count; a->sent++) {
		len = snprintf(name, sizeof(name), "%.*s%u%s", (int)(hole - a->source),
			       a->source, a->sent, hole + 1);
		msg_start(a, &m, a->family, cmd);
		msg_attr(&m, VSPAN_A_SOURCE_SPAN, a->span, (uint32_t)strlen(a->span) + 1);
		msg_attr(&m, VSPAN_A_SOURCE_NAME, name, (uint32_t)len + 1);
		msg_attr(&m, VSPAN_A_SOURCE_KIND, &a->kind, 4);
		err = msg_send(a, &m, &sentence);
		if (err)
			die("nl %s of %s: %s", a->mode, name, strerror(err));
	}
}

int nl_main(int argc, char **argv)
{
	struct abuser a = {
		.span = "span0", .source = "eth0", .fresh = "pktnew",
		.seed = 1, .count = 1000,
	};
	size_t i;

	nl_parse(&a, argc, argv);
	nl_open(&a);
	if (!strcmp(a.mode, "good")) {
		check_good(&a);
	} else if (!strcmp(a.mode, "churn")) {
		churn(&a);
	} else if (!strcmp(a.mode, "new")) {
		many(&a, VSPAN_CMD_SOURCE_NEW);
	} else if (!strcmp(a.mode, "del")) {
		many(&a, VSPAN_CMD_SOURCE_DEL);
	} else if (!strcmp(a.mode, "bad")) {
		for (i = 0; i < NOPS; i++) {
			abuse_attrs(&a, &ops[i]);
			abuse_frame(&a, &ops[i]);
		}
		abuse_headers(&a);
	} else if (!strcmp(a.mode, "random")) {
		while (a.sent < a.count)
			abuse_random(&a);
	} else {
		die("nl: what is '%s'?", a.mode);
	}
	printf("sent=%u refused=%u accepted=%u silent=%u mute=%u\n", a.sent, a.refused,
	       a.accepted, a.silent, a.mute);
	return a.accepted ? 1 : 0;
}
