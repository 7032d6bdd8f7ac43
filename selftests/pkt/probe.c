// SPDX-License-Identifier: GPL-2.0
/*
 * Sends and reads long streams of frames with random lengths and contents, in one process
 * on one CPU. The number of a frame determines its expected copy. The end markers use a
 * device of their own, so that the options of the source under test do not drop or cut
 * them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "probe.h"

#define BATCH	32
#define LONGEST	2048

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

void probe_flow(struct flow *f, enum role role)
{
	*f = (struct flow){
		.role = role, .cpu = -1, .offload = -1, .bind = 3, .fd = -1,
		.s = { .dst = { 2, 0, 0, 0, 0, 0x77 }, .src = { 2, 0, 0, 0, 0, 0x11 },
			.type = PKT_TYPE, .tpid = 0x8100, .lmin = PKT_MIN, .lmax = PKT_MIN,
			.id = PROBE_ID },
	};
}

/* Parse KEY=DEV or KEYns=NS; false if it is another word. */
bool probe_port(struct flow *f, const char *key, const char *word)
{
	size_t len = strlen(key);
	const char *v = opt_value(word, key);

	if (v) {
		f->dev = v;
		return true;
	}
	v = strncmp(word, key, len) ? NULL : opt_value(word + len, "ns");
	if (v)
		f->ns = v;
	return v;
}

uint64_t probe_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Time at which the last frame from a packet socket was received or sent, CLOCK_REALTIME.
 */
uint64_t probe_stamp(const struct flow *f)
{
	struct timespec ts;

	if (ioctl(f->fd, SIOCGSTAMPNS, &ts))
		return 0;
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Make frame number @seq, with its own length and contents. */
static uint32_t probe_build(const struct probe *p, uint32_t seq, uint8_t *buf)
{
	struct stream s = p->tx.s;
	uint32_t x = (seq + 1) * 2654435761u ^ s.seed * 40503u;

	x ^= x >> 15;
	x *= 0x2c1b3c6du;
	x ^= x >> 12;
	s.lmin += x % (s.lmax - s.lmin + 1);
	s.lmax = s.lmin;
	return frame_build(&s, seq, buf);
}

/* The index of the copy's length in the expected ones; -1 if none, or if bytes differ. */
static int probe_class(const struct probe *p, const struct frame *fr, const uint8_t *want,
		       uint32_t len)
{
	uint32_t cut;
	int i;

	if (fr->len > len || memcmp(fr->data, want, fr->len))
		return -1;
	for (i = 0; i < p->nsnaps; i++) {
		cut = p->snaps[i] && p->snaps[i] < len ? p->snaps[i] : len;
		if (fr->len == cut)
			return i;
	}
	return -1;
}

static void probe_copy(struct probe *p, const struct frame *fr, uint32_t seq)
{
	static uint8_t want[LONGEST];
	uint32_t len = probe_build(p, seq, want);
	int class = probe_class(p, fr, want, len);

	if (class < 0) {
		if (!p->corrupt++)
			fprintf(stderr, "pkt: frame %u of %u bytes came with %u\n", seq, len,
				fr->len);
	} else {
		p->classes[class]++;
	}
	p->reordered += p->got && seq <= p->last;
	p->last = seq;
	if (p->got < p->room)
		p->copies[p->got] = (struct copy){ seq, probe_stamp(&p->rx) };
	p->got++;
}

static void probe_take(struct probe *p, const struct frame *fr)
{
	uint32_t id, seq;

	if (!frame_ours(fr->data, fr->len, &id, &seq) || id != PROBE_ID)
		p->noise++;
	else if (seq >= PKT_MARKER)
		p->markers |= 1u << (seq >> 8 & 31);
	else if (seq >= p->sent)
		p->corrupt++;
	else
		probe_copy(p, fr, seq);
}

static void probe_drain(struct probe *p)
{
	static uint8_t buf[PKT_BUF];
	struct frame fr;

	while (port_read(&p->rx, buf, &fr))
		probe_take(p, &fr);
}

static void send_batch(struct probe *p, unsigned int n)
{
	static uint8_t bufs[BATCH][LONGEST];
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = p->tx.ifindex,
		.sll_halen = 6 };
	struct mmsghdr mm[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned int i, done = 0;
	int ret;

	for (i = 0; i < n; i++) {
		iov[i].iov_base = bufs[i];
		iov[i].iov_len = probe_build(p, p->sent + i, bufs[i]);
		p->bytes += iov[i].iov_len;
		mm[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to),
			.msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	p->sent += n;
	while (done < n) {
		ret = sendmmsg(p->tx.fd, mm + done, n - done, 0);
		if (ret < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			die("send to %s: %m", p->tx.dev);
		done += ret > 0 ? (unsigned int)ret : 0;
	}
}

/* Send in bursts of a millisecond, so that other processes can change options meanwhile.
 */
static void breathe(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	nanosleep(&ms, NULL);
}

static void probe_send(struct probe *p)
{
	uint64_t now = probe_ns(CLOCK_MONOTONIC);
	uint64_t start = now, end = now + p->seconds * 1000000000ull, gap;
	uint32_t left;

	while (!stopped && (p->seconds ? now < end : !p->count || p->sent < p->count)) {
		left = p->count ? p->count - p->sent : BATCH;
		send_batch(p, left < BATCH ? left : BATCH);
		probe_drain(p);
		if (!p->count && !p->seconds)
			breathe();
		gap = probe_ns(CLOCK_MONOTONIC) - now;
		now += gap;
		/* after a stop of the machine, send no more than a burst at once */
		p->busy_ns += gap < PROBE_BURST_NS ? gap : PROBE_BURST_NS;
	}
	p->total_ns = now - start;
}

static bool probe_ended(const struct probe *p)
{
	return (uint32_t)__builtin_popcount(p->markers) == p->wanted;
}

static void probe_wait(struct probe *p)
{
	uint64_t end = now_ms() + 20000;
	struct pollfd pfd = { .fd = p->rx.fd, .events = POLLIN };

	while (!probe_ended(p) && now_ms() < end) {
		poll(&pfd, 1, 50);
		probe_drain(p);
	}
}

static void probe_open(struct probe *p)
{
	port_open(&p->tx, NULL, 0);
	if (!p->mark.dev)
		p->mark = p->tx;
	else
		port_open(&p->mark, NULL, 0);
	port_open(&p->rx, NULL, 0);
	p->room = p->seconds || p->sample ? 1u << 20 : 0;
	p->copies = calloc(p->room + 1, sizeof(*p->copies));
	if (!p->copies)
		die("out of memory");
	probe_stamp(&p->rx);	/* request time stamps */
	p->nsnaps += !p->nsnaps;
}

static bool probe_report(struct probe *p)
{
	uint32_t lost = p->sent - p->got;
	bool good = !p->corrupt && !p->reordered && !p->noise && !p->rx.t.sockdrop &&
		    probe_ended(p) && (!lost || p->loss_ok);
	int i;

	good &= probe_judge(p);
	printf("sent=%u got=%u lost=%u corrupt=%u reordered=%u noise=%u sockdrop=%u markers=%d/%u bytes=%llu",
	       p->sent, p->got, lost, p->corrupt, p->reordered, p->noise, p->rx.t.sockdrop,
	       __builtin_popcount(p->markers), p->wanted, (unsigned long long)p->bytes);
	for (i = 0; i < p->nsnaps; i++)
		printf(" snap%u=%u", p->snaps[i], p->classes[i]);
	putchar('\n');
	return good;
}

static void parse_snaps(struct probe *p, const char *text)
{
	char copy[128], *word, *save;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (p->nsnaps == PROBE_SNAPS)
			die("probe: too many lengths");
		p->snaps[p->nsnaps++] = opt_number("snap", word, 65535);
	}
}

static void parse_len(struct probe *p, const char *text)
{
	if (sscanf(text, "%u-%u", &p->tx.s.lmin, &p->tx.s.lmax) != 2 ||
	    p->tx.s.lmin < PKT_MIN || p->tx.s.lmax < p->tx.s.lmin ||
	    p->tx.s.lmax > LONGEST - 8)
		die("probe: bad length '%s'", text);
}

static void probe_parse(struct probe *p, const char *word)
{
	const char *v;

	if (probe_port(&p->tx, "from", word) || probe_port(&p->rx, "to", word) ||
	    probe_port(&p->mark, "mark", word))
		return;
	if ((v = opt_value(word, "count")))
		p->count = opt_number("count", v, PKT_MARKER - 1);
	else if ((v = opt_value(word, "seconds")))
		p->seconds = opt_number("seconds", v, 60);
	else if ((v = opt_value(word, "len")))
		parse_len(p, v);
	else if ((v = opt_value(word, "seed")))
		p->tx.s.seed = opt_number("seed", v, 0xffffffff);
	else if ((v = opt_value(word, "snap")))
		parse_snaps(p, v);
	else if ((v = opt_value(word, "sample")))
		p->sample = opt_number("sample", v, 0xffffffff);
	else if ((v = opt_value(word, "rate")))
		p->rate = opt_number("rate", v, 0xffffffff);
	else if ((v = opt_value(word, "vlan"))) {
		p->tx.s.tci = (uint16_t)opt_number("vlan", v, 0xffff);
		p->tx.s.tagged = true;
	} else if (!strcmp(word, "loss=ok"))
		p->loss_ok = true;
	else
		die("probe: unknown word '%s'", word);
}

int probe_main(int argc, char **argv)
{
	static struct probe p;
	struct sigaction sa = { .sa_handler = on_signal };
	cpu_set_t cpus, one;
	int i;

	probe_flow(&p.tx, ROLE_SEND);
	probe_flow(&p.mark, ROLE_SEND);
	probe_flow(&p.rx, ROLE_RECV);
	for (i = 0; i < argc; i++)
		probe_parse(&p, argv[i]);
	if (!p.tx.dev || !p.rx.dev)
		die("probe: from= and to= are needed");
	sigaction(SIGTERM, &sa, NULL);
	probe_open(&p);
	puts("ready");
	fflush(stdout);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	probe_send(&p);
	/* the stream was sent from one CPU, but its copies may be on others */
	sched_setaffinity(0, sizeof(cpus), &cpus);
	p.wanted = flow_markers(&p.mark);
	probe_wait(&p);
	port_drops(&p.rx);
	return probe_report(&p) ? 0 : 1;
}
