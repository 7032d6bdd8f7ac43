// SPDX-License-Identifier: GPL-2.0
/*
 * Sends the mixed frames through a source, in both directions, and checks the copies.
 * Words:
 *   rx=DEV rxns=NS     the device from which the source receives frames
 *   tx=DEV txns=NS     the source itself
 *   to=PORT tons=NS    the span;  mark=DEV markns=NS  for the markers
 *   against=N          the copies are the first N frames in the capture on stdin;
 *                      without: they are all the frames
 *   cut=headers        each copy is cut after its headers
 *   answered=MAC       each frame is sent there, and the next copy must be the answer, of
 *                      the same length and to the sender
 *   rounds=N           repeat N times
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "log.h"
#include "mix.h"
#include "probe.h"

#define MOST	4096	/* frames in a capture */

struct mix {
	struct flow rx, tx, to, mark;
	struct mixed frames[MIX_FRAMES];
	uint32_t nframes, rounds;
	uint32_t expect;	/* frames in the capture */
	bool against, headers;
	bool answered;
	uint8_t whom[6];
	uint32_t markers;	/* by CPU */
	bool done;
	struct log want, got;
	uint32_t secrets;
	uint32_t warm;		/* copies of frames that are sent before the mix */
};

/* Is it a frame of pkt, which is not part of the mix? Only its type is certain, as it may
 * be cut.
 */
static bool is_ours(const uint8_t *data, uint32_t len)
{
	return len >= 14 && get16(data + 12) == PKT_TYPE;
}

static void take_marker(struct mix *m, uint32_t seq)
{
	m->markers |= 1u << (seq >> 8 & 31);
	m->done = (uint32_t)__builtin_popcount(m->markers) == (seq & 0xff);
}

static void take(struct mix *m, const struct frame *fr)
{
	uint32_t id, seq;

	if (is_ours(fr->data, fr->len)) {
		if (frame_ours(fr->data, fr->len, &id, &seq) && seq >= PKT_MARKER)
			take_marker(m, seq);
		else
			m->warm++;
		return;
	}
	log_add(&m->got, fr->data, fr->len);
	m->secrets += !!memmem(fr->data, fr->len, MIX_SECRET, 4);
}

static void drain(struct mix *m)
{
	static uint8_t buf[PKT_BUF];
	struct frame fr;

	while (port_read(&m->to, buf, &fr))
		take(m, &fr);
}

static void must_write(struct flow *f, const uint8_t *data, uint32_t len)
{
	int err = port_write(f, data, len);

	if (err)
		die("send to %s: %s", f->dev, strerror(err));
}

/* Check the destination of an answer; its contents are not known here. */
static void want_answer(struct mix *m, const struct mixed *x)
{
	uint8_t buf[MIX_LONGEST];

	memcpy(buf, x->data, x->len);
	memcpy(buf, x->data + 6, 6);
	log_add(&m->want, buf, m->headers ? x->hlen : x->len);
}

/* Without a capture to compare with, the copies must equal the frames sent. */
static void send_all(struct mix *m, struct flow *f)
{
	struct mixed *x;

	for (x = m->frames; x < m->frames + m->nframes; x++) {
		if (m->answered)
			memcpy(x->data, m->whom, 6);
		must_write(f, x->data, x->len);
		if (!m->against)
			log_add(&m->want, x->data, m->headers ? x->hlen : x->len);
		if (m->answered)
			want_answer(m, x);
	}
	drain(m);
}

static void send_ours(struct flow *f, uint32_t seq)
{
	uint8_t buf[256];

	must_write(f, buf, frame_build(&f->s, seq, buf));
}

static void must_read(void *buf, size_t len)
{
	uint8_t *p = buf;
	ssize_t n;

	while (len) {
		n = read(0, p, len);
		if (n <= 0)
			die("mix: the capture ended early");
		p += n;
		len -= (size_t)n;
	}
}

/* tcpdump has installed its filter when it writes this. */
static void capture_begin(void)
{
	uint32_t header[6];

	must_read(header, sizeof(header));
	if (header[0] != 0xa1b2c3d4)
		die("mix: stdin is no capture");
}

static void capture_read(struct mix *m)
{
	static uint8_t buf[PKT_BUF];
	uint32_t header[4];

	while (m->want.n < m->expect) {
		must_read(header, sizeof(header));
		if (header[2] > sizeof(buf) || header[2] != header[3])
			die("mix: a frame was captured with %u of %u bytes", header[2],
			    header[3]);
		must_read(buf, header[2]);
		if (!is_ours(buf, header[2]))
			log_add(&m->want, buf, header[2]);
	}
}

static void wait_marker(struct mix *m)
{
	struct pollfd pfd = { .fd = m->to.fd, .events = POLLIN };
	uint64_t end = now_ms() + 20000;

	while (!m->done && now_ms() < end) {
		poll(&pfd, 1, 50);
		drain(m);
	}
	if (!m->done)
		die("mix: the span's markers did not come");
}

static const char *name_of(const struct mix *m, const uint8_t *data, uint32_t len)
{
	const struct mixed *x;

	for (x = m->frames; x < m->frames + m->nframes; x++)
		if (len <= x->len && !memcmp(x->data, data, len))
			return x->name;
	return "something else";
}

/* Frame by frame, in order. */
static bool compare(const struct mix *m)
{
	const uint8_t *a = m->want.data, *b = m->got.data;
	uint32_t i, la, lb;

	for (i = 0; i < m->want.n && i < m->got.n; i++) {
		la = m->want.len[i];
		lb = m->got.len[i];
		if (la != lb || memcmp(a, b, m->answered ? 6 : la)) {
			fprintf(stderr, "pkt: frame %u: wanted %s with %u bytes, got %s with %u\n",
				i, name_of(m, a, la), la, name_of(m, b, lb), lb);
			return false;
		}
		a += la;
		b += lb;
	}
	if (m->want.n != m->got.n)
		fprintf(stderr, "pkt: %u copies, not %u; the first too many or too few is %s\n",
			m->got.n, m->want.n, i < m->got.n ? name_of(m, b, m->got.len[i]) :
			name_of(m, a, m->want.len[i]));
	return m->want.n == m->got.n;
}

static void mix_parse(struct mix *m, const char *word)
{
	const char *v;

	if (probe_port(&m->rx, "rx", word) || probe_port(&m->tx, "tx", word) ||
	    probe_port(&m->to, "to", word) || probe_port(&m->mark, "mark", word))
		return;
	if ((v = opt_value(word, "against"))) {
		m->expect = opt_number("against", v, MOST);
		m->against = true;
	} else if (!strcmp(word, "cut=headers"))
		m->headers = true;
	else if ((v = opt_value(word, "answered"))) {
		m->answered = true;
		opt_mac(m->whom, v);
	} else if ((v = opt_value(word, "rounds")))
		m->rounds = opt_number("rounds", v, 100);
	else
		die("mix: unknown word '%s'", word);
}

static void mix_open(struct mix *m)
{
	if (m->rx.dev)
		port_open(&m->rx, NULL, 0);
	if (m->tx.dev)
		port_open(&m->tx, NULL, 0);
	port_open(&m->mark, NULL, 0);
	port_open(&m->to, NULL, 0);
	m->nframes = mixed_build(m->frames);
}

int mix_main(int argc, char **argv)
{
	static struct mix m = { .rounds = 1 };
	cpu_set_t cpus;
	bool good;
	uint32_t i;

	probe_flow(&m.rx, ROLE_SEND);
	probe_flow(&m.tx, ROLE_SEND);
	probe_flow(&m.mark, ROLE_SEND);
	probe_flow(&m.to, ROLE_RECV);
	for (i = 0; i < (uint32_t)argc; i++)
		mix_parse(&m, argv[i]);
	if (!m.to.dev || !m.mark.dev)
		die("mix: to= and mark= are needed");
	mix_open(&m);
	cpu_stay(&cpus);
	if (m.against) {
		alarm(30);	/* a capture with too few frames would never end */
		capture_begin();
		/* libpcap filters the first frame itself, without its direction */
		send_ours(&m.rx, 0);
		send_ours(&m.tx, 0);
	}
	for (i = 0; i < m.rounds; i++) {
		if (m.rx.dev)
			send_all(&m, &m.rx);
		if (m.tx.dev)
			send_all(&m, &m.tx);
	}
	cpu_set(&cpus);
	flow_markers(&m.mark);
	wait_marker(&m);
	if (m.against)
		capture_read(&m);
	port_drops(&m.to);
	good = compare(&m) && !m.to.t.sockdrop;
	printf("frames=%u wanted=%u got=%u warm=%u secrets=%u sockdrop=%u\n", m.nframes,
	       m.want.n, m.got.n, m.warm, m.secrets, m.to.t.sockdrop);
	return good ? 0 : 1;
}
