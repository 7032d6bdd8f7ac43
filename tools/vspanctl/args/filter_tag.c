// SPDX-License-Identifier: GPL-2.0
/*
 * The outermost VLAN tag of a frame is either accelerated (in the metadata of the skb) or
 * in the bytes of the frame: a NIC removes it from the bytes, and for a device without
 * that offload the stack inserts it before transmission. Programs of libpcap for files
 * expect the tag in the bytes. Those for live devices look in both places, but only at
 * the word "vlan", and read everything before that word as if the tag were accelerated.
 * So "icmp and vlan 10" would miss frames that "vlan 10 and icmp" selects. After "vlan",
 * a frame without a tag is read as if it had one: "not vlan and udp" selects nothing.
 *
 * So a filter consists of two programs. The first is for frames with an accelerated tag
 * or none, and only looks at the metadata. The second is for frames with a tag in the
 * bytes. It is made from the first with moved offsets, and so reads the frame as if the
 * tag were accelerated.
 */
#include "args/filter_tag.h"
#include "args/filter_words.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/vspan.h>

#define QINQ_OLD	0x9100	/* for libpcap a tag, as 802.1Q's and 802.1ad's are */
#define TAG_AT		12
#define TAG_LEN		4
#define GROWTH		6	/* instructions that one becomes, at most */
#define JUMP_MAX	255	/* of a condition */

/**
 * struct making - A program being made.
 * @out: its instructions; NULL while they are only counted
 * @len: how many there are
 * @at: where each instruction of the first program has come to be
 */
struct making {
	struct bpf_insn *out;
	unsigned int len;
	const unsigned int *at;
};

static void emit(struct making *m, uint16_t code, uint8_t jt, uint8_t jf,
		 uint32_t k)
{
	if (m->out)
		m->out[m->len] = (struct bpf_insn){ code, jt, jf, k };
	m->len++;
}

/* The offset in a frame with a tag in the bytes. A load that begins before the tag and
 * ends behind it, such as ether[10:4], is not supported.
 */
static uint32_t moved(uint32_t k)
{
	return k >= TAG_AT && k < (uint32_t)SKF_LL_OFF ? k + TAG_LEN : k;
}

/* The index can only be computed in A, which the load overwrites anyway. */
static void emit_indirect(struct making *m, const struct bpf_insn *i)
{
	emit(m, BPF_MISC | BPF_TXA, 0, 0, 0);
	emit(m, BPF_ALU | BPF_ADD | BPF_K, 0, 0, i->k);
	emit(m, BPF_JMP | BPF_JGE | BPF_K, 0, 2, TAG_AT);
	emit(m, i->code, 0, 0, i->k + TAG_LEN);
	emit(m, BPF_JMP | BPF_JA, 0, 0, 1);
	emit(m, i->code, 0, 0, i->k);
}

/* Distance from the next instruction to the copy of one of the first program. */
static uint32_t distance(const struct making *m, unsigned int to)
{
	return m->at[to] - (m->len + 1);
}

/* @pos: index of @i in the first program */
static void emit_branch(struct making *m, const struct bpf_insn *i,
			unsigned int pos)
{
	unsigned int jt = pos + 1 + i->jt, jf = pos + 1 + i->jf;

	if (i->jt > JUMP_MAX / GROWTH || i->jf > JUMP_MAX / GROWTH) {
		emit(m, i->code, 0, 1, i->k);
		emit(m, BPF_JMP | BPF_JA, 0, 0, distance(m, jt));
		emit(m, BPF_JMP | BPF_JA, 0, 0, distance(m, jf));
	} else {
		emit(m, i->code, distance(m, jt), distance(m, jf), i->k);
	}
}

static void emit_absolute(struct making *m, const struct bpf_insn *i)
{
	if (i->k == (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT))
		emit(m, BPF_LD | BPF_IMM, 0, 0, 1);
	else if (i->k == (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG))
		emit(m, BPF_LD | BPF_ABS | BPF_H, 0, 0, TAG_AT + 2);
	else
		emit(m, i->code, 0, 0, moved(i->k));
}

/* Copy one instruction for frames that have the tag in the bytes. */
static void emit_tagged(struct making *m, const struct bpf_insn *i,
			unsigned int pos)
{
	if (i->code == (BPF_JMP | BPF_JA)) {
		emit(m, i->code, 0, 0, distance(m, pos + 1 + i->k));
	} else if (BPF_CLASS(i->code) == BPF_JMP) {
		emit_branch(m, i, pos);
	} else if (BPF_CLASS(i->code) == BPF_LD && BPF_MODE(i->code) == BPF_ABS) {
		emit_absolute(m, i);
	} else if (BPF_CLASS(i->code) == BPF_LD && BPF_MODE(i->code) == BPF_IND) {
		emit_indirect(m, i);
	} else if (i->code == (BPF_LDX | BPF_B | BPF_MSH)) {
		emit(m, i->code, 0, 0, moved(i->k));
	} else {
		emit(m, i->code, i->jt, i->jf, i->k);
		if (i->code == (BPF_LD | BPF_W | BPF_LEN))
			emit(m, BPF_ALU | BPF_SUB | BPF_K, 0, 0, TAG_LEN);
	}
}

/* Emit the branch between the two programs, and the unchanged first program. */
static void emit_first(struct making *m, const struct bpf_program *prog)
{
	unsigned int i;

	emit(m, BPF_LD | BPF_ABS | BPF_B, 0, 0,
	     SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT);
	emit(m, BPF_JMP | BPF_JEQ | BPF_K, 5, 0, 1);
	emit(m, BPF_LD | BPF_ABS | BPF_H, 0, 0, TAG_AT);
	emit(m, BPF_JMP | BPF_JEQ | BPF_K, 2, 0, ETH_P_8021Q);
	emit(m, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ETH_P_8021AD);
	emit(m, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, QINQ_OLD);
	emit(m, BPF_JMP | BPF_JA, 0, 0, prog->bf_len);
	for (i = 0; i < prog->bf_len; i++)
		emit(m, prog->bf_insns[i].code, prog->bf_insns[i].jt,
		     prog->bf_insns[i].jf, prog->bf_insns[i].k);
}

/* @at: gets the places of the second program's parts, if they are not there yet */
static void make_both(struct making *m, const struct bpf_program *prog,
		      unsigned int *at)
{
	unsigned int i;

	m->len = 0;
	emit_first(m, prog);
	for (i = 0; i < prog->bf_len; i++) {
		if (!m->out)
			at[i] = m->len;
		emit_tagged(m, &prog->bf_insns[i], i);
	}
}

/* Is this a load of a marked byte? Without the optimizer, libpcap reads a byte at k by
 * "ld #k; st M[n]; ldx M[n]; ldb [x + 0]".
 */
static bool loads_tag(const struct bpf_insn *i)
{
	return i[0].code == (BPF_LD | BPF_IMM) &&
	       (i[0].k == FILTER_TAG_PRESENT || i[0].k == FILTER_TAG) &&
	       i[1].code == BPF_ST &&
	       i[2].code == (BPF_LDX | BPF_MEM) && i[2].k == i[1].k &&
	       i[3].code == (BPF_LD | BPF_B | BPF_IND) && !i[3].k;
}

/**
 * filter_tag_loads - Have the bytes at FILTER_TAG_PRESENT and FILTER_TAG be the tag
 *		      that is beside a frame's bytes.
 * @prog: program of an expression that filter_words_mark() has marked; changed
 *
 * The kernel reads such an offset as the tag only if it is a constant in the load.
 *
 * Return: the number of loads that were changed.
 */
unsigned int filter_tag_loads(struct bpf_program *prog)
{
	struct bpf_insn *insn = prog->bf_insns;
	unsigned int i, count = 0;

	for (i = 0; i + 4 <= prog->bf_len; i++) {
		if (!loads_tag(&insn[i]))
			continue;
		insn[i + 3].code = BPF_LD | BPF_B | BPF_ABS;
		insn[i + 3].k = insn[i].k;
		count++;
	}
	return count;
}

/**
 * filter_tag - Make a program independent of where the outermost tag is.
 * @prog: program that reads an accelerated tag, after filter_tag_loads(); replaced
 *
 * Return: 0; -ENOMEM; -E2BIG if it is longer than VSPAN_FILTER_MAX then.
 */
int filter_tag(struct bpf_program *prog)
{
	unsigned int *at = calloc(prog->bf_len, sizeof(*at));
	struct making m = { .at = at };
	int ret = -ENOMEM;

	if (!at)
		return ret;
	make_both(&m, prog, at);
	m.out = calloc(m.len, sizeof(*m.out));
	if (m.out && m.len > VSPAN_FILTER_MAX) {
		free(m.out);
		ret = -E2BIG;
	} else if (m.out) {
		make_both(&m, prog, at);
		pcap_freecode(prog);
		prog->bf_insns = m.out;
		prog->bf_len = m.len;
		ret = 0;
	}
	free(at);
	return ret;
}
