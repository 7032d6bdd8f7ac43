// SPDX-License-Identifier: GPL-2.0
/*
 * Sends the frames of a capture file and compares their copies, byte for byte and in
 * order. Words:
 *   file=PATH            pcap, in this machine's byte order, of Ethernet
 *   from=DEV fromns=NS   the device that sends them
 *   ref=DEV refns=NS     frames that arrive here must be copied; without: all frames
 *   to=PORT tons=NS      the span;  mark=DEV markns=NS  for the markers
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cpu.h"
#include "log.h"
#include "probe.h"

#define SHORTEST	14	/* frame that can be sent */
#define LONGEST		(65535 + 14)
#define BATCH		32	/* frames sent between two reads */

struct corpus {
	struct flow from, ref, to, mark;
	FILE *file;
	uint32_t sent, passed_over;
	uint32_t markers;
	bool done;
	struct log want, got;
};

static void open_file(struct corpus *c, const char *path)
{
	uint32_t header[6];

	c->file = fopen(path, "re");
	if (!c->file)
		die("%s: %m", path);
	if (fread(header, sizeof(header), 1, c->file) != 1 ||
	    (header[0] != 0xa1b2c3d4 && header[0] != 0xa1b23c4d) ||
	    (header[5] & 0xffff) != 1)
		die("%s is no pcap of Ethernet frames: try editcap -F pcap", path);
}

/* Returns the length, or 0 at the end. */
static uint32_t next_frame(struct corpus *c, uint8_t *buf)
{
	uint32_t header[4];

	while (fread(header, sizeof(header), 1, c->file) == 1) {
		if (header[2] >= SHORTEST && header[2] <= LONGEST)
			return fread(buf, header[2], 1, c->file) == 1 ? header[2] : 0;
		fseek(c->file, header[2], SEEK_CUR);
		c->passed_over++;
	}
	return 0;
}

/* Markers only show the end of the copies. */
static bool take_marker(struct corpus *c, const struct frame *fr)
{
	uint32_t id, seq;

	if (!frame_ours(fr->data, fr->len, &id, &seq) || seq < PKT_MARKER)
		return false;
	c->markers |= 1u << (seq >> 8 & 31);
	c->done = (uint32_t)__builtin_popcount(c->markers) == (seq & 0xff);
	return true;
}

static void drain(struct corpus *c)
{
	static uint8_t buf[PKT_BUF];
	struct frame fr;

	while (c->ref.dev && port_read(&c->ref, buf, &fr))
		log_add(&c->want, fr.data, fr.len);
	while (port_read(&c->to, buf, &fr))
		if (!take_marker(c, &fr))
			log_add(&c->got, fr.data, fr.len);
}

static void send_all(struct corpus *c)
{
	static uint8_t buf[PKT_BUF];
	uint32_t len;
	int err;

	while ((len = next_frame(c, buf))) {
		err = port_write(&c->from, buf, len);
		if (err)
			die("corpus: frame %u, of %u bytes: %s", c->sent, len,
			    strerror(err));
		if (!c->ref.dev)
			log_add(&c->want, buf, len);
		if (!(++c->sent % BATCH))
			drain(c);
	}
}

static void wait_markers(struct corpus *c)
{
	struct pollfd pfd = { .fd = c->to.fd, .events = POLLIN };
	uint64_t end = now_ms() + 20000;

	while (!c->done && now_ms() < end) {
		poll(&pfd, 1, 50);
		drain(c);
	}
	if (!c->done)
		die("corpus: the span's markers did not come");
}

static bool compare(const struct corpus *c)
{
	const uint8_t *a = c->want.data, *b = c->got.data;
	uint32_t i, len;

	for (i = 0; i < c->want.n && i < c->got.n; i++) {
		len = c->want.len[i];
		if (len != c->got.len[i] || memcmp(a, b, len)) {
			fprintf(stderr, "pkt: frame %u: %u bytes, and a copy of %u that is not the same\n",
				i, len, c->got.len[i]);
			return false;
		}
		a += len;
		b += len;
	}
	if (c->want.n != c->got.n)
		fprintf(stderr, "pkt: %u copies of %u frames\n", c->got.n, c->want.n);
	return c->want.n == c->got.n;
}

static void corpus_parse(struct corpus *c, const char *word)
{
	const char *v = opt_value(word, "file");

	if (v)
		open_file(c, v);
	else if (!probe_port(&c->from, "from", word) && !probe_port(&c->ref, "ref", word) &&
		 !probe_port(&c->to, "to", word) && !probe_port(&c->mark, "mark", word))
		die("corpus: unknown word '%s'", word);
}

static void corpus_open(struct corpus *c)
{
	if (!c->file || !c->from.dev || !c->to.dev || !c->mark.dev)
		die("corpus: file=, from=, to= and mark= are needed");
	port_open(&c->from, NULL, 0);
	if (c->ref.dev)
		port_open(&c->ref, NULL, 0);
	port_open(&c->mark, NULL, 0);
	port_open(&c->to, NULL, 0);
}

int corpus_main(int argc, char **argv)
{
	static struct corpus c;
	cpu_set_t cpus;
	bool good;
	int i;

	probe_flow(&c.from, ROLE_SEND);
	probe_flow(&c.mark, ROLE_SEND);
	probe_flow(&c.ref, ROLE_RECV);
	probe_flow(&c.to, ROLE_RECV);
	for (i = 0; i < argc; i++)
		corpus_parse(&c, argv[i]);
	corpus_open(&c);
	cpu_stay(&cpus);
	send_all(&c);
	cpu_set(&cpus);
	flow_markers(&c.mark);
	wait_markers(&c);
	port_drops(&c.to);
	good = compare(&c) && !c.to.t.sockdrop;
	printf("sent=%u passed_over=%u wanted=%u got=%u sockdrop=%u\n", c.sent,
	       c.passed_over, c.want.n, c.got.n, c.to.t.sockdrop);
	return good ? 0 : 1;
}
