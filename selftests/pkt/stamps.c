// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the time stamp of a frame from a packet socket on the source with that of its
 * copy on the span. They must be equal, and between the times before and after the frame
 * was sent. Words: from= fromns= the sender; source= sourcens= the source; to= tons= the
 * span; count=N.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "probe.h"

struct stamps {
	struct flow from, source, to;
	uint32_t count;
	uint32_t equal, outside, backwards;
};

/* Get the stamp of frame @seq, which must be the next of the stream; skip other frames.
 */
static uint64_t stamp_of(struct flow *f, uint32_t seq)
{
	static uint8_t buf[PKT_BUF];
	struct pollfd pfd = { .fd = f->fd, .events = POLLIN };
	uint64_t end = now_ms() + 20000;
	uint32_t id, got;
	struct frame fr;

	while (now_ms() < end) {
		if (!port_read(f, buf, &fr))
			poll(&pfd, 1, 50);
		else if (frame_ours(fr.data, fr.len, &id, &got) && id == PROBE_ID && got == seq)
			return probe_stamp(f);
	}
	die("frame %u did not come to %s", seq, f->dev);
}

static void one_frame(struct stamps *s, uint32_t seq, uint64_t before[2], uint64_t after[2])
{
	struct timespec brief = { .tv_nsec = 1000000 };
	uint8_t buf[256];
	uint32_t len = frame_build(&s->from.s, seq, buf);
	uint64_t sent;

	before[0] = probe_ns(CLOCK_REALTIME);
	if (port_write(&s->from, buf, len))
		die("send to %s: %m", s->from.dev);
	sent = probe_ns(CLOCK_REALTIME);
	/* read late, so that a stamp from the time of reading is noticed */
	nanosleep(&brief, NULL);
	before[1] = stamp_of(&s->source, seq);
	after[0] = stamp_of(&s->to, seq);
	after[1] = sent;
}

/* After the first request, the kernel enables time stamps in the background. */
static uint32_t warm_up(struct stamps *s)
{
	uint64_t before[2], after[2];
	uint32_t seq = 0;

	do {
		one_frame(s, seq++, before, after);
	} while (before[1] > after[1] && seq < 10000);
	return seq;
}

static void measure(struct stamps *s)
{
	uint32_t seq = warm_up(s), end = seq + s->count;
	uint64_t before[2], after[2], last = 0;

	for (; seq < end; seq++) {
		one_frame(s, seq, before, after);
		s->equal += before[1] == after[0];
		s->outside += after[0] < before[0] || after[0] > after[1];
		s->backwards += after[0] < last;
		last = after[0];
	}
}

static void stamps_parse(struct stamps *s, const char *word)
{
	const char *v;

	if (probe_port(&s->from, "from", word) || probe_port(&s->source, "source", word) ||
	    probe_port(&s->to, "to", word))
		return;
	v = opt_value(word, "count");
	if (!v)
		die("stamps: unknown word '%s'", word);
	s->count = opt_number("count", v, 100000);
}

int stamps_main(int argc, char **argv)
{
	static struct stamps s = { .count = 100 };
	int i;

	probe_flow(&s.from, ROLE_SEND);
	probe_flow(&s.source, ROLE_RECV);
	probe_flow(&s.to, ROLE_RECV);
	s.source.outgoing = true;
	for (i = 0; i < argc; i++)
		stamps_parse(&s, argv[i]);
	port_open(&s.from, NULL, 0);
	port_open(&s.source, NULL, 0);
	port_open(&s.to, NULL, 0);
	probe_stamp(&s.source);
	probe_stamp(&s.to);
	measure(&s);
	printf("count=%u equal=%u outside=%u backwards=%u\n", s.count, s.equal, s.outside,
	       s.backwards);
	return s.equal == s.count && !s.outside && !s.backwards ? 0 : 1;
}
