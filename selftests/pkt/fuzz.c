// SPDX-License-Identifier: GPL-2.0
/*
 * Sends random messages to the family vspan. Most have known attributes and names of
 * existing spans and devices, so that they pass the first checks; some of these are then
 * damaged. Some messages are random bytes after a header. The kernel must survive them.
 * The seed determines all messages.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vspan.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "pkt.h"
#include "request.h"
#include "rnd.h"

#define FILTER_MAX	24

enum shape {
	FUZZ_SPAN, FUZZ_DEV, FUZZ_KIND, FUZZ_U8, FUZZ_U16, FUZZ_U32, FUZZ_VLANS,
	FUZZ_FILTER, FUZZ_TEXT,
};

struct fuzz_attr {
	uint16_t type;
	enum shape shape;
};

struct fuzz_op {
	uint8_t cmd;
	uint8_t weight;
	const struct fuzz_attr *attrs;
};

struct fuzzer {
	struct request r;
	uint64_t rnd;
	uint32_t count;
	uint32_t done;
	uint32_t granted;
	uint32_t refused;
	uint32_t unsent;
};

static const struct fuzz_attr span_attrs[] = {
	{ VSPAN_A_SPAN_NAME, FUZZ_SPAN }, { VSPAN_A_SPAN_FRAMES, FUZZ_KIND }, { 0, 0 },
};

static const struct fuzz_attr source_attrs[] = {
	{ VSPAN_A_SOURCE_SPAN, FUZZ_SPAN }, { VSPAN_A_SOURCE_NAME, FUZZ_DEV },
	{ VSPAN_A_SOURCE_KIND, FUZZ_KIND }, { VSPAN_A_SOURCE_DIR, FUZZ_KIND },
	{ VSPAN_A_SOURCE_VLANS, FUZZ_VLANS }, { VSPAN_A_SOURCE_HOOK, FUZZ_KIND },
	{ VSPAN_A_SOURCE_REDIRECT, FUZZ_U8 }, { VSPAN_A_SOURCE_PROMISC, FUZZ_U8 },
	{ VSPAN_A_SOURCE_DUP_KEEP, FUZZ_U8 }, { VSPAN_A_SOURCE_FILTER, FUZZ_FILTER },
	{ VSPAN_A_SOURCE_FILTER_TEXT, FUZZ_TEXT }, { VSPAN_A_SOURCE_SNAPLEN, FUZZ_U32 },
	{ VSPAN_A_SOURCE_SNAP_HEADERS, FUZZ_U8 }, { VSPAN_A_SOURCE_SAMPLE, FUZZ_U32 },
	{ VSPAN_A_SOURCE_RATE, FUZZ_U32 }, { VSPAN_A_SOURCE_TAG, FUZZ_KIND },
	{ VSPAN_A_SOURCE_SHARE, FUZZ_KIND }, { VSPAN_A_SOURCE_SHARES, FUZZ_KIND }, { 0, 0 },
};

static const struct fuzz_attr binding_attrs[] = {
	{ VSPAN_A_BINDING_SPAN, FUZZ_SPAN }, { VSPAN_A_BINDING_NAME, FUZZ_DEV },
	{ VSPAN_A_BINDING_KIND, FUZZ_KIND }, { VSPAN_A_BINDING_DEV, FUZZ_DEV }, { 0, 0 },
};

static const struct fuzz_attr output_attrs[] = {
	{ VSPAN_A_OUTPUT_SPAN, FUZZ_SPAN }, { VSPAN_A_OUTPUT_DEV, FUZZ_DEV },
	{ VSPAN_A_OUTPUT_GROUP, FUZZ_KIND }, { VSPAN_A_OUTPUT_VLAN, FUZZ_U16 },
	{ VSPAN_A_OUTPUT_STRIP, FUZZ_U8 }, { 0, 0 },
};

static const struct fuzz_op fuzz_ops[] = {
	{ VSPAN_CMD_SPAN_GET, 6, span_attrs },
	{ VSPAN_CMD_SPAN_SET, 8, span_attrs },
	{ VSPAN_CMD_SOURCE_GET, 6, source_attrs },
	{ VSPAN_CMD_SOURCE_NEW, 30, source_attrs },
	{ VSPAN_CMD_SOURCE_SET, 24, source_attrs },
	{ VSPAN_CMD_SOURCE_DEL, 10, source_attrs },
	{ VSPAN_CMD_SOURCE_FLUSH, 1, source_attrs },
	{ VSPAN_CMD_BINDING_GET, 5, binding_attrs },
	{ VSPAN_CMD_OUTPUT_GET, 5, output_attrs },
	{ VSPAN_CMD_OUTPUT_NEW, 8, output_attrs },
	{ VSPAN_CMD_OUTPUT_DEL, 4, output_attrs },
};

static const char *const fuzz_spans[] = { "span0", "span1", "span2", "span0", "nospan" };

static const char *const fuzz_devs[] = {
	"eth0", "eth1", "br0", "eth0", "d0", "d1", "lo", "span0", "nodev", "*", "e*", "d?",
	"[a-e]*", "[!e]*", "[", "", "...", "a/b", "fifteen--chars1",
};

static uint32_t rnd(struct fuzzer *f, uint32_t n)
{
	return rnd_next(&f->rnd, n);
}

static void noise(struct fuzzer *f, uint8_t *p, uint32_t len)
{
	while (len--)
		*p++ = (uint8_t)rnd(f, 256);
}

static uint32_t number(struct fuzzer *f)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 13, 14, 15, 60, 64, 1514, 4094, 4095, 4096, 65535, 65536,
		0x7fffffff, 0x80000000, 0xffffffff,
	};

	if (rnd(f, 4))
		return edges[rnd(f, sizeof(edges) / sizeof(*edges))];
	return rnd(f, 0x7fffffff);
}

static uint32_t put_vlans(struct fuzzer *f, uint8_t *p)
{
	uint32_t i;

	memset(p, rnd(f, 2) ? 0xff : 0, VSPAN_VLAN_BITMAP_LEN);
	for (i = rnd(f, 4); i; i--)
		p[rnd(f, VSPAN_VLAN_BITMAP_LEN)] = (uint8_t)rnd(f, 256);
	if (rnd(f, 8))
		p[VSPAN_VLAN_BITMAP_LEN - 1] &= 0x7f;
	return VSPAN_VLAN_BITMAP_LEN;
}

/* Loads, jumps and the kernel's ancillary data, which often make valid programs. */
static uint32_t put_filter(struct fuzzer *f, uint8_t *p)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_H | BPF_ABS, BPF_LD | BPF_B | BPF_ABS,
		BPF_LD | BPF_B | BPF_IND, BPF_LD | BPF_IMM, BPF_LD | BPF_LEN, BPF_LD | BPF_MEM,
		BPF_ST, BPF_STX, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
		BPF_ALU | BPF_ADD | BPF_K, BPF_ALU | BPF_DIV | BPF_X, BPF_ALU | BPF_LSH | BPF_K,
		BPF_LDX | BPF_B | BPF_MSH, BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JA,
	};
	struct sock_filter prog[FILTER_MAX];
	uint32_t i, n = rnd(f, FILTER_MAX);

	for (i = 0; i < n; i++) {
		prog[i] = (struct sock_filter){
			.code = codes[rnd(f, sizeof(codes) / sizeof(*codes))],
			.jt = (uint8_t)rnd(f, n - i), .jf = (uint8_t)rnd(f, n - i),
			.k = rnd(f, 3) ? rnd(f, 16) :
			     (uint32_t)SKF_AD_OFF + 4 * rnd(f, SKF_AD_MAX / 4 + 1),
		};
		if (!rnd(f, 50))
			noise(f, (uint8_t *)&prog[i], sizeof(prog[i]));
	}
	if (n && rnd(f, 20))
		prog[n - 1] = (struct sock_filter){ BPF_RET | BPF_K, 0, 0, rnd(f, 2) };
	memcpy(p, prog, n * sizeof(*prog));
	return n * (uint32_t)sizeof(*prog);
}

static uint32_t put_word(struct fuzzer *f, uint8_t *p, const char *const *words,
			 uint32_t n)
{
	const char *word = words[rnd(f, n)];

	memcpy(p, word, strlen(word) + 1);
	return (uint32_t)strlen(word) + 1;
}

static uint32_t put_text(struct fuzzer *f, uint8_t *p)
{
	uint32_t i, len = rnd(f, 40);

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)(' ' + rnd(f, 95));
	p[len] = 0;
	return len + 1;
}

static uint32_t put_value(struct fuzzer *f, enum shape shape, uint8_t *p)
{
	uint32_t v = number(f);
	uint16_t v16 = (uint16_t)rnd(f, 4097);

	switch (shape) {
	case FUZZ_SPAN:
		return put_word(f, p, fuzz_spans, sizeof(fuzz_spans) / sizeof(*fuzz_spans));
	case FUZZ_DEV:
		return put_word(f, p, fuzz_devs, sizeof(fuzz_devs) / sizeof(*fuzz_devs));
	case FUZZ_KIND:
		v = rnd(f, 20) ? rnd(f, 4) : v;
		break;
	case FUZZ_U8:
		*p = (uint8_t)rnd(f, 3);
		return 1;
	case FUZZ_U16:
		memcpy(p, &v16, sizeof(v16));
		return sizeof(v16);
	case FUZZ_VLANS:
		return put_vlans(f, p);
	case FUZZ_FILTER:
		return put_filter(f, p);
	case FUZZ_TEXT:
		return put_text(f, p);
	default:
		break;
	}
	memcpy(p, &v, sizeof(v));
	return sizeof(v);
}

/* Add the first two attributes, which are names, mostly; each of the others sometimes. */
static void put_attr(struct fuzzer *f, const struct fuzz_attr *at, bool key)
{
	uint8_t data[2048];
	uint32_t len;

	if (key ? !rnd(f, 30) : rnd(f, 4))
		return;
	len = put_value(f, at->shape, data);
	if (!rnd(f, 60))
		len = rnd(f, 40);
	request_attr(&f->r, (uint16_t)(at->type | (rnd(f, 80) ? 0 : NLA_F_NESTED)), data, len);
}

static const struct fuzz_op *draw_op(struct fuzzer *f)
{
	uint32_t i, sum = 0, at;

	for (i = 0; i < sizeof(fuzz_ops) / sizeof(*fuzz_ops); i++)
		sum += fuzz_ops[i].weight;
	at = rnd(f, sum);
	for (i = 0; at >= fuzz_ops[i].weight; i++)
		at -= fuzz_ops[i].weight;
	return &fuzz_ops[i];
}

static void build(struct fuzzer *f)
{
	const struct fuzz_op *op = draw_op(f);
	const struct fuzz_attr *at;

	request_start(&f->r, f->r.family, op->cmd, rnd(f, 12) ? 0 : NLM_F_DUMP);
	for (at = op->attrs; at->type; at++)
		put_attr(f, at, at < op->attrs + 2 && !(op->attrs == span_attrs && at->type != 1));
	if (!rnd(f, 20))
		put_attr(f, &op->attrs[0], true);
}

/* Damage bytes after the headers, so that the message still reaches the family. */
static void damage(struct fuzzer *f)
{
	const uint32_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	uint32_t i;

	for (i = rnd(f, 6); i && f->r.len > head; i--)
		f->r.b[head + rnd(f, f->r.len - head)] ^= (uint8_t)(1 << rnd(f, 8));
	if (!rnd(f, 3) && f->r.len > head)
		f->r.len -= rnd(f, f->r.len - head);
}

static void blind(struct fuzzer *f)
{
	uint32_t len = rnd(f, rnd(f, 4) ? 64 : 4096);

	request_start(&f->r, f->r.family, (uint8_t)rnd(f, VSPAN_CMD_MAX + 4),
		      (uint16_t)(rnd(f, 2) ? 0 : rnd(f, 0x10000)));
	noise(f, f->r.b + f->r.len, len);
	f->r.len += len;
	if (!rnd(f, 10))
		f->r.b[NLMSG_HDRLEN + 1] = (uint8_t)rnd(f, 256);
}

/* Read all answers, since a dump continues only when it is read. */
static void answers(struct fuzzer *f)
{
	static union {
		struct nlmsghdr h;
		uint8_t b[65536];
	} a;
	int32_t err;

	while (recv(f->r.fd, a.b, sizeof(a.b), MSG_DONTWAIT) >= NLMSG_HDRLEN) {
		if (a.h.nlmsg_type != NLMSG_ERROR)
			continue;
		memcpy(&err, a.b + NLMSG_HDRLEN, sizeof(err));
		f->granted += !err;
		f->refused += !!err;
	}
}

static void one(struct fuzzer *f)
{
	if (!rnd(f, 8)) {
		blind(f);
	} else {
		build(f);
		if (!rnd(f, 5))
			damage(f);
	}
	f->r.h.nlmsg_len = f->r.len;
	if (!rnd(f, 200))
		f->r.h.nlmsg_len = rnd(f, 2 * f->r.len);
	if (send(f->r.fd, f->r.b, f->r.len, 0) < 0)
		f->unsent++;
	answers(f);
	f->done++;
}

int fuzz_main(int argc, char **argv)
{
	static struct fuzzer f = { .count = 10000 };
	const char *ns = NULL, *v;
	uint32_t seed = 1;
	int i;

	for (i = 0; i < argc; i++) {
		if ((v = opt_value(argv[i], "seed")))
			seed = opt_number("seed", v, 0xffffffff);
		else if ((v = opt_value(argv[i], "count")))
			f.count = opt_number("count", v, 0xffffffff);
		else if ((v = opt_value(argv[i], "ns")))
			ns = v;
		else
			die("fuzz: unknown word %s", argv[i]);
	}
	f.rnd = rnd_seed(seed);
	request_open(&f.r, ns, NETLINK_GENERIC);
	while (f.done < f.count)
		one(&f);
	printf("messages=%u granted=%u refused=%u unsent=%u\n", f.done, f.granted, f.refused,
	       f.unsent);
	return 0;
}
