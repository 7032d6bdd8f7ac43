// SPDX-License-Identifier: GPL-2.0
/*
 * Runs senders and readers. Readers attach first, senders send in the order given, and
 * readers read until all markers have arrived. One marker is sent from each CPU, because
 * a span has a queue per CPU, and each has another sender address, because a span keeps a
 * flow in order on one CPU. After the last marker no frame of the stream can follow, so
 * readers need no timeout.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cpu.h"
#include "pkt.h"

#define QUIET_MS	200	/* without markers: idle time that ends a stream */
#define DRAIN_EVERY	32

static uint8_t buf[PKT_BUF];
static volatile sig_atomic_t stopped;

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

static bool is_reader(const struct flow *f)
{
	return f->role != ROLE_SEND;
}

/* A marker's sequence number is PKT_MARKER + (CPU << 8) + number of CPUs. */
static void take_marker(struct flow *f, uint32_t seq)
{
	uint32_t cpu = (seq >> 8) & 0xff;

	f->nmarkers = seq & 0xff;
	if (cpu < 32)
		f->markers |= 1u << cpu;
	f->done = (uint32_t)__builtin_popcount(f->markers) >= f->nmarkers;
}

static void note_order(struct flow *f, uint32_t seq)
{
	if (f->seen[seq]) {
		f->t.dup++;
		return;
	}
	f->seen[seq] = 1;
	f->t.got++;
	if (f->any && seq < f->next)
		f->t.reordered++;
	else
		f->next = seq + 1;
	f->any = true;
}

static void note_corrupt(struct flow *f, const struct frame *fr, const uint8_t *want,
			 uint32_t wlen, uint32_t seq)
{
	uint32_t i = 0;

	while (i < fr->len && i < wlen && fr->data[i] == want[i])
		i++;
	if (!f->t.corrupt++)
		fprintf(stderr, "pkt: %s: frame %u differs at byte %u, length %u, expected %u\n",
			f->dev, seq, i, fr->len, wlen);
}

static void take_frame(struct flow *f, const struct frame *fr)
{
	static uint8_t want[PKT_BUF];
	uint32_t id, seq, wlen;

	if (!frame_ours(fr->data, fr->len, &id, &seq)) {
		f->t.noise++;
		return;
	}
	if (id != f->s.id) {
		f->t.other += seq < PKT_MARKER;
		return;
	}
	if (seq >= PKT_MARKER) {
		if (f->end)
			take_marker(f, seq);
		return;
	}
	if (seq >= f->s.count) {
		f->t.extra++;
		return;
	}
	wlen = frame_build(&f->s, seq, want);
	if (wlen != fr->len || memcmp(want, fr->data, wlen))
		note_corrupt(f, fr, want, wlen, seq);
	f->t.bytes += fr->len;
	f->tag_aux |= fr->aux_tag;
	f->tag_inband |= !fr->aux_tag && f->s.tagged;
	note_order(f, seq);
}

static void count_frame(struct flow *f, const struct frame *fr)
{
	uint32_t id, seq;

	if (!frame_ours(fr->data, fr->len, &id, &seq) || seq < PKT_MARKER)
		census_frame(f->census, fr);
	else if (id == f->s.id)
		take_marker(f, seq);
	else
		f->t.marks++;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %m", cpu);
}

static void get_cpus(cpu_set_t *cpus)
{
	if (sched_getaffinity(0, sizeof(*cpus), cpus))
		die("sched_getaffinity: %m");
}

/* True if the frame has been sent. A device that was deleted is looked up again by name.
 */
static bool send_frame(struct flow *f, const uint8_t *frame, uint32_t len)
{
	struct timespec brief = { .tv_nsec = 1000000 };
	int err;

	for (;;) {
		err = port_write(f, frame, len);
		if (!err)
			return true;
		if (f->keep) {
			f->t.lost++;
			port_find(f);
			nanosleep(&brief, NULL);	/* until the device is back */
			return false;
		}
		if (err != ENOBUFS && err != EAGAIN && err != EINTR)
			die("send to %s: %s", f->dev, strerror(err));
		nanosleep(&brief, NULL);
	}
}

/* Send one marker from each CPU of this process. Return: their number. */
uint32_t flow_markers(struct flow *f)
{
	uint32_t ncpu, len;
	cpu_set_t cpus;
	int cpu;

	get_cpus(&cpus);
	ncpu = (uint32_t)CPU_COUNT(&cpus);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &cpus))
			continue;
		pin(cpu);
		len = frame_build(&f->s, PKT_MARKER + ((uint32_t)cpu << 8) + ncpu, buf);
		send_frame(f, buf, len);
		f->t.bytes += len;
	}
	cpu_set(&cpus);
	return ncpu;
}

/* Answer pings, and send all markers back once they have arrived. */
static void answer(struct flow *f, const struct frame *fr)
{
	uint32_t id, seq;

	if (!frame_ours(fr->data, fr->len, &id, &seq)) {
		echo_frame(f, fr->data, fr->len);
		return;
	}
	if (seq < PKT_MARKER)
		return;
	take_marker(f, seq);
	if (!f->done)
		return;
	f->done = false;
	f->markers = 0;
	f->s.id = id;
	flow_markers(f);
}

static void drain(struct flow *f)
{
	struct frame fr;

	while (!f->done && port_read(f, buf, &fr)) {
		f->last_ms = now_ms();
		if (f->role == ROLE_RECV)
			take_frame(f, &fr);
		else if (f->role == ROLE_COUNT)
			count_frame(f, &fr);
		else
			answer(f, &fr);
	}
}

static void drain_all(struct flow *flows, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (is_reader(&flows[i]))
			drain(&flows[i]);
}

/* Wait until frame @seq is due at @rate frames per second. */
static void pace(const struct timespec *start, uint32_t rate, uint32_t seq)
{
	uint64_t ns = (uint64_t)seq * 1000000000u / rate + (uint64_t)start->tv_nsec;
	struct timespec ts = {
		.tv_sec = start->tv_sec + (time_t)(ns / 1000000000u),
		.tv_nsec = (long)(ns % 1000000000u),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* Move to the next CPU of this process. */
static void hop(const cpu_set_t *cpus)
{
	int cpu = sched_getcpu();

	do {
		cpu = (cpu + 1) % CPU_SETSIZE;
	} while (!CPU_ISSET(cpu, cpus));
	pin(cpu);
}

/*
 * Use one CPU for the whole stream by default: frames from another CPU use another queue,
 * and may overtake the earlier ones in production.
 */
static void send_flow(struct flow *flows, int n, struct flow *f)
{
	struct timespec start;
	cpu_set_t cpus;
	uint32_t seq, len;

	get_cpus(&cpus);
	pin(f->cpu >= 0 ? f->cpu : sched_getcpu());
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (seq = 0; seq < f->s.count && !stopped; seq++) {
		if (f->rate)
			pace(&start, f->rate, seq);
		if (f->hop)
			hop(&cpus);
		if (f->churn && seq && seq % f->churn == 0)
			port_reopen(f);
		len = f->gso ? f->s.lmin : frame_build(&f->s, seq, buf);
		if (f->gso)
			super_build(&f->s, seq, len, buf);
		if (send_frame(f, buf, len)) {
			f->t.got++;
			f->t.bytes += len;
		}
		if (seq % DRAIN_EVERY == DRAIN_EVERY - 1)
			drain_all(flows, n);
	}
	cpu_set(&cpus);
	if (f->end)
		f->markers = flow_markers(f);
}

static bool expired(struct flow *f)
{
	uint64_t idle = now_ms() - f->last_ms;

	if (!f->end && f->role == ROLE_RECV && f->t.got >= f->s.count)
		return idle >= QUIET_MS;
	return f->timeout && idle >= f->timeout;
}

static void read_all(struct flow *flows, int n)
{
	struct pollfd pfd[n];
	int i, open;

	for (i = 0; i < n; i++)
		flows[i].last_ms = now_ms();
	while (!stopped) {
		open = 0;
		for (i = 0; i < n; i++) {
			pfd[i].fd = -1;
			pfd[i].events = POLLIN;
			if (!is_reader(&flows[i]) || flows[i].done)
				continue;
			drain(&flows[i]);
			flows[i].done |= expired(&flows[i]);
			if (flows[i].done)
				continue;
			pfd[i].fd = flows[i].fd;
			open++;
		}
		if (!open)
			return;
		poll(pfd, (nfds_t)n, 50);
	}
	/* the test ends a reader when all frames have arrived, not when all are read */
	drain_all(flows, n);
}

static bool verdict(const struct flow *f)
{
	const struct tally *t = &f->t;

	if (t->dup || t->reordered || t->corrupt || t->extra || t->sockdrop)
		return false;
	if (t->lost && !f->loss_ok)
		return false;
	if (t->other && !f->others_ok)
		return false;
	return !f->end || (f->nmarkers && (uint32_t)__builtin_popcount(f->markers) >= f->nmarkers);
}

static const char *tag_text(const struct flow *f)
{
	if (f->tag_aux && f->tag_inband)
		return "both";
	if (f->tag_aux)
		return "aux";
	return f->tag_inband ? "inband" : "none";
}

/* Print a line of key=value for a flow. True if the reader got the expected frames. */
static bool report(struct flow *f)
{
	struct tally *t = &f->t;

	if (f->role == ROLE_SEND) {
		printf("sent=%u frames=%u bytes=%llu errors=%u\n", t->got,
		       t->got + f->markers, (unsigned long long)t->bytes, t->lost);
		return true;
	}
	if (f->role == ROLE_ECHO)
		return true;
	port_drops(f);
	if (f->role == ROLE_COUNT) {
		printf("gso=%u csum=%u marks=%u ", t->vnet_gso, t->vnet_csum, t->marks);
		census_print(f->census);
		return !t->sockdrop && (!f->end || f->done);
	}
	t->lost = f->s.count - t->got;
	printf("got=%u lost=%u dup=%u reordered=%u corrupt=%u extra=%u other=%u noise=%u bytes=%llu tag=%s gso=%u csum=%u sockdrop=%u markers=%d/%u\n",
	       t->got, t->lost, t->dup, t->reordered, t->corrupt, t->extra, t->other,
	       t->noise, (unsigned long long)t->bytes, tag_text(f), t->vnet_gso,
	       t->vnet_csum, t->sockdrop, __builtin_popcount(f->markers), f->nmarkers);
	return verdict(f);
}

static void prepare(struct flow *f, const struct flow *flows)
{
	port_open(f, flows, (int)(f - flows));
	if (f->role == ROLE_RECV) {
		f->seen = calloc(f->s.count + 1, 1);
		if (!f->seen)
			die("out of memory");
	} else if (f->role == ROLE_COUNT) {
		f->census = census_new();
	} else if (f->role == ROLE_ECHO) {
		f->timeout = 0;		/* until SIGTERM */
	}
}

int flow_run(struct flow *flows, int n)
{
	bool readers = false, good = true;
	int i;

	catch_signals();
	for (i = 0; i < n; i++) {
		prepare(&flows[i], flows);
		readers |= is_reader(&flows[i]);
	}
	if (readers) {
		puts("ready");
		fflush(stdout);
	}
	for (i = 0; i < n; i++)
		if (!is_reader(&flows[i]))
			send_flow(flows, n, &flows[i]);
	read_all(flows, n);
	for (i = 0; i < n; i++)
		good &= report(&flows[i]);
	return good ? 0 : 1;
}
