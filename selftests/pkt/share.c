// SPDX-License-Identifier: GPL-2.0
/*
 * Sends flows that are distributed to several spans, and checks the shares:
 *   pkt share from=DEV fromns=NS to=SPAN,SPAN... tons=NS mark=DEV markns=NS
 *             { flows=N [seed=N] | pair=ADDRESS,ADDRESS } [turns=1] [whole=1]
 * Each flow is a pair of addresses, of IPv4, IPv6 and Ethernet in turn, and is sent in
 * all forms that it can have; with turns=1, in both directions plainly and in one more
 * form. The Kth span must get the flows of share K, each frame once; with whole=1, each
 * span must get all. Prints the number of flows and copies of each span.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "probe.h"
#include "share.h"

#define SPANS		8
#define BATCH		32
#define WINDOW		1024	/* frames in flight: less than a span's queue holds */
#define PATIENCE_MS	20000

struct share {
	struct flow tx;
	struct flow mark;
	struct flow to[SPANS];
	const char *tons;
	uint32_t spans;
	uint32_t flows;
	uint32_t seed;
	bool turns;
	bool whole;
	struct share_pair given;	/* len 0: no pair is given */
	uint8_t *seen;			/* per frame, a bit for each span that got it */
	/* what happened */
	uint32_t sent;
	uint32_t got;
	uint32_t twice;
	uint32_t noise;
	uint32_t wrong;
	uint32_t uneven;
	uint32_t copies[SPANS];
	uint32_t split[SPANS];
	uint32_t markers[SPANS];
	uint32_t wanted;
};

static void pair_of(const struct share *s, uint32_t flow, struct share_pair *pair)
{
	if (s->given.len)
		*pair = s->given;
	else
		share_pair_of(pair, s->seed, flow);
}

/* Make a frame of the flow in @buf; 0 if it is not sent in this form. */
static uint32_t build(const struct share *s, uint32_t flow, uint32_t form, uint8_t *buf)
{
	struct share_pair pair;

	if (s->turns && form > FORM_BACK &&
	    form != FORM_VLAN + flow / SHARE_KINDS % (SHARE_FORMS - FORM_VLAN))
		return 0;
	pair_of(s, flow, &pair);
	return share_build(&pair, form, flow * SHARE_FORMS + form, buf);
}

static void take(struct share *s, uint32_t span, const struct frame *fr)
{
	uint8_t bit = (uint8_t)(1 << span);
	uint32_t key, id, seq;

	if (share_key(fr->data, fr->len, &key) && key < s->flows * SHARE_FORMS) {
		s->twice += !!(s->seen[key] & bit);
		s->seen[key] |= bit;
		s->copies[span]++;
		s->got++;
	} else if (frame_ours(fr->data, fr->len, &id, &seq) && id == PROBE_ID &&
		   seq >= PKT_MARKER) {
		s->markers[span] |= 1u << (seq >> 8 & 31);
	} else {
		s->noise++;
	}
}

static void drain(struct share *s)
{
	static uint8_t buf[PKT_BUF];
	struct frame fr;
	uint32_t i;

	for (i = 0; i < s->spans; i++)
		while (port_read(&s->to[i], buf, &fr))
			take(s, i, &fr);
}

static bool caught_up(const struct share *s)
{
	return s->got + WINDOW >= s->sent * (s->whole ? s->spans : 1);
}

static bool ended(const struct share *s)
{
	uint32_t i;

	for (i = 0; i < s->spans; i++)
		if ((uint32_t)__builtin_popcount(s->markers[i]) != s->wanted)
			return false;
	return true;
}

static void wait_for(struct share *s, bool (*true_now)(const struct share *s))
{
	uint64_t end = now_ms() + PATIENCE_MS;
	struct pollfd pfd[SPANS];
	uint32_t i;

	for (i = 0; i < s->spans; i++)
		pfd[i] = (struct pollfd){ .fd = s->to[i].fd, .events = POLLIN };
	for (drain(s); !true_now(s) && now_ms() < end; drain(s))
		poll(pfd, s->spans, 50);
	if (!true_now(s))
		die("share: copies are missing: %u sent, %u copies", s->sent, s->got);
}

static void send_batch(struct share *s, struct iovec *iov, unsigned int n)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = s->tx.ifindex,
		.sll_halen = 6 };
	struct mmsghdr mm[BATCH] = { 0 };
	unsigned int i, done = 0;
	int ret;

	for (i = 0; i < n; i++)
		mm[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to),
			.msg_iov = &iov[i], .msg_iovlen = 1 };
	while (done < n) {
		ret = sendmmsg(s->tx.fd, mm + done, n - done, 0);
		if (ret < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			die("send to %s: %m", s->tx.dev);
		done += ret > 0 ? (unsigned int)ret : 0;
	}
	s->sent += n;
	wait_for(s, caught_up);
}

static void send_all(struct share *s)
{
	static uint8_t bufs[BATCH][SHARE_ROOM];
	struct iovec iov[BATCH];
	uint32_t flow, form, len;
	unsigned int n = 0;

	for (flow = 0; flow < s->flows; flow++) {
		for (form = 0; form < SHARE_FORMS; form++) {
			len = build(s, flow, form, bufs[n]);
			if (!len)
				continue;
			iov[n] = (struct iovec){ .iov_base = bufs[n], .iov_len = len };
			if (++n < BATCH)
				continue;
			send_batch(s, iov, n);
			n = 0;
		}
	}
	send_batch(s, iov, n);
}

static void judge_frame(struct share *s, uint32_t flow, uint32_t form, uint32_t want)
{
	uint32_t has = s->seen[flow * SHARE_FORMS + form];

	if (has == want)
		return;
	if (!s->wrong++)
		fprintf(stderr, "pkt: form %u of flow %u is in spans %#x, expected %#x\n",
			form, flow, has, want);
}

static void judge_flow(struct share *s, uint32_t flow, const struct share_pair *pair)
{
	uint32_t all = (1u << s->spans) - 1, form;
	uint32_t want = s->whole ? all : 1u << (share_number(pair, s->spans) - 1);
	uint8_t buf[SHARE_ROOM];

	for (form = 0; form < SHARE_FORMS; form++)
		if (build(s, flow, form, buf))
			judge_frame(s, flow, form, want);
}

/* A share has n / N of @n flows, within four standard deviations. */
static void judge_balance(struct share *s, uint32_t n, const uint32_t *split)
{
	int64_t off;
	uint32_t i;

	for (i = 0; i < s->spans; i++) {
		off = (int64_t)split[i] * s->spans - n;
		s->uneven += !s->whole && off * off > 16 * (int64_t)n * (s->spans - 1);
		s->split[i] += split[i];
	}
}

/* The first frame of a flow shows in which share it is. */
static void judge(struct share *s)
{
	uint32_t split[SHARE_KINDS][SPANS] = { 0 }, n[SHARE_KINDS] = { 0 };
	uint32_t flow, kind, i;
	struct share_pair pair;

	for (flow = 0; flow < s->flows; flow++) {
		kind = flow % SHARE_KINDS;
		pair_of(s, flow, &pair);
		judge_flow(s, flow, &pair);
		n[kind]++;
		for (i = 0; i < s->spans; i++)
			split[kind][i] += s->seen[flow * SHARE_FORMS] >> i & 1;
	}
	for (kind = 0; kind < SHARE_KINDS; kind++)
		judge_balance(s, n[kind], split[kind]);
}

static void print_list(const char *key, const uint32_t *list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		printf("%s%s%u", i ? "," : key, i ? "" : "=", list[i]);
}

static bool report(struct share *s)
{
	uint32_t i, sockdrop = 0;

	for (i = 0; i < s->spans; i++) {
		port_drops(&s->to[i]);
		sockdrop += s->to[i].t.sockdrop;
	}
	printf("flows=%u sent=%u got=%u wrong=%u twice=%u uneven=%u noise=%u sockdrop=%u",
	       s->flows, s->sent, s->got, s->wrong, s->twice, s->uneven, s->noise, sockdrop);
	print_list(" split", s->split, s->spans);
	print_list(" copies", s->copies, s->spans);
	putchar('\n');
	return !s->wrong && !s->twice && !s->uneven && !s->noise && !sockdrop;
}

static void parse_spans(struct share *s, const char *text)
{
	static char copy[128];
	char *word, *save;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (s->spans == SPANS)
			die("share: too many spans");
		probe_flow(&s->to[s->spans], ROLE_RECV);
		s->to[s->spans++].dev = word;
	}
}

static void parse(struct share *s, const char *word)
{
	const char *v;

	if (probe_port(&s->tx, "from", word) || probe_port(&s->mark, "mark", word))
		return;
	if ((v = opt_value(word, "to")))
		parse_spans(s, v);
	else if ((v = opt_value(word, "tons")))
		s->tons = v;
	else if ((v = opt_value(word, "flows")))
		s->flows = opt_number("flows", v, 1u << 24);
	else if ((v = opt_value(word, "seed")))
		s->seed = opt_number("seed", v, 0xffffffff);
	else if ((v = opt_value(word, "pair")))
		share_pair_parse(&s->given, v);
	else if ((v = opt_value(word, "turns")))
		s->turns = opt_number("turns", v, 1);
	else if ((v = opt_value(word, "whole")))
		s->whole = opt_number("whole", v, 1);
	else
		die("share: unknown word '%s'", word);
}

static void open_all(struct share *s)
{
	uint32_t i;

	port_open(&s->tx, NULL, 0);
	port_open(&s->mark, NULL, 0);
	for (i = 0; i < s->spans; i++) {
		s->to[i].ns = s->tons;
		port_open(&s->to[i], NULL, 0);
	}
	s->seen = calloc(s->flows, SHARE_FORMS);
	if (!s->seen)
		die("out of memory");
}

int share_main(int argc, char **argv)
{
	static struct share s;
	int i;

	s.flows = 1;
	probe_flow(&s.tx, ROLE_SEND);
	probe_flow(&s.mark, ROLE_SEND);
	for (i = 0; i < argc; i++)
		parse(&s, argv[i]);
	if (!s.tx.dev || !s.spans || !s.mark.dev)
		die("share: from=, to= and mark= are needed");
	open_all(&s);
	send_all(&s);
	s.wanted = flow_markers(&s.mark);
	wait_for(&s, ended);
	judge(&s);
	return report(&s) ? 0 : 1;
}
