// SPDX-License-Identifier: GPL-2.0
/*
 * Reassembles a connection from the frames that a reader gets:
 *   pkt gather PORT ns=NAME id=N [port=N] [vxlan=1] [vnet=1 [offload=N]]
 *              [stream=FILE] [pcap=FILE]
 * The data of one direction (TCP, UDP or SCTP to destination port N) is written to
 * stream=, all frames to pcap=. Ends at the markers of stream id; prints a census and the
 * missing data. For SCTP, segments= is the number of DATA chunks, and holes= of missing
 * ones.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

#define ROOM		(16u << 20)
#define OUTER_VXLAN	(14 + 20 + 8 + 8)
#define CHUNKS		65536

/* The bytes of a DATA chunk */
struct chunk {
	uint32_t off, len;
};

struct gather {
	struct flow f;
	uint16_t port;
	bool vxlan;
	FILE *stream, *pcap;
	uint8_t *data;
	uint8_t *have;
	uint32_t base;		/* sequence number of the first byte (TCP) or of the
				 * first chunk (SCTP)
				 */
	struct chunk *chunks;	/* SCTP: by their number; len 0: not seen */
	uint32_t nchunks;
	uint32_t end;		/* highest byte seen */
	bool based;
	uint32_t segments, changed, empty;
	uint32_t markers;
	struct census *census;
};

static void put_bytes(struct gather *g, uint32_t off, const uint8_t *p, uint32_t len)
{
	uint32_t i;

	if (off > ROOM || len > ROOM - off)
		die("gather: byte %u is out of reach", off);
	for (i = 0; i < len; i++) {
		/* a retransmission has the same bytes */
		g->changed += g->have[off + i] && g->data[off + i] != p[i];
		g->have[off + i] = 1;
		g->data[off + i] = p[i];
	}
	if (off + len > g->end)
		g->end = off + len;
	g->segments++;
}

static void take_tcp(struct gather *g, const uint8_t *tcp, uint32_t len)
{
	uint32_t hlen = (uint32_t)(tcp[12] >> 4) * 4, seq = get32(tcp + 4);

	if (len < 20 || len < hlen || get16(tcp + 2) != g->port)
		return;
	if (tcp[13] & 2) {
		g->base = seq + 1;
		g->based = true;
	}
	if (len > hlen && g->based)
		put_bytes(g, seq - g->base, tcp + hlen, len - hlen);
	g->empty += len == hlen;
}

static void take_udp(struct gather *g, const uint8_t *udp, uint32_t len)
{
	if (len < 8 || get16(udp + 2) != g->port || get16(udp + 4) > len)
		return;
	put_bytes(g, g->end, udp + 8, get16(udp + 4) - 8u);
}

/* The offset of a chunk is only known when all preceding chunks have arrived. */
static void put_chunk(struct gather *g, uint32_t no, const uint8_t *p, uint32_t len)
{
	struct chunk *c = g->chunks + no;

	if (no >= CHUNKS)
		die("gather: chunk %u is out of reach", no);
	if (!c->len)
		*c = (struct chunk){ g->end, len };
	if (c->len == len)
		put_bytes(g, c->off, p, len);
	else
		g->changed++;
	if (no >= g->nchunks)
		g->nchunks = no + 1;
}

/* INIT contains the number of the first DATA chunk. */
static void take_sctp_chunk(struct gather *g, const uint8_t *p, uint32_t len)
{
	if (p[0] == 1 && len >= 20) {
		g->base = get32(p + 16);
		g->based = true;
	} else if (p[0] == 0 && len > 16 && g->based) {
		put_chunk(g, get32(p + 4) - g->base, p + 16, len - 16);
	}
}

/* A GSO packet has its chunks in a row, like a single packet. */
static void take_sctp(struct gather *g, const uint8_t *p, uint32_t len)
{
	uint32_t off = 12, clen;

	if (len < 12 || get16(p + 2) != g->port)
		return;
	for (; off + 4 <= len; off += (clen + 3) & ~3u) {
		clen = get16(p + off + 2);
		if (clen < 4 || clen > len - off)
			return;
		take_sctp_chunk(g, p + off, clen);
	}
}

static void take_l4(struct gather *g, uint8_t proto, const uint8_t *l4, uint32_t len)
{
	if (proto == 6)
		take_tcp(g, l4, len);
	else if (proto == 17)
		take_udp(g, l4, len);
	else if (proto == 132)
		take_sctp(g, l4, len);
}

static void take_ip(struct gather *g, const uint8_t *p, uint32_t len)
{
	uint16_t type = 0;
	uint32_t off = frame_ethertype(p, len, &type), ihl, tot;

	if (!off || off + 40 > len)
		return;
	p += off;
	len -= off;
	if (type == 0x0800) {
		ihl = (p[0] & 15u) * 4;
		tot = get16(p + 2);
		if (tot >= ihl && tot <= len)
			take_l4(g, p[9], p + ihl, tot - ihl);
	} else if (type == 0x86dd && get16(p + 4) <= len - 40) {
		take_l4(g, p[6], p + 40, get16(p + 4));
	}
}

static void put_pcap(FILE *file, const struct frame *fr)
{
	uint32_t header[4] = { 0, 0, fr->len, fr->len };

	fwrite(header, sizeof(header), 1, file);
	fwrite(fr->data, fr->len, 1, file);
}

static void take(struct gather *g, const struct frame *fr)
{
	uint32_t id, seq;

	if (frame_ours(fr->data, fr->len, &id, &seq) && seq >= PKT_MARKER) {
		if (id == g->f.s.id)
			g->markers |= 1u << (seq >> 8 & 31);
		g->f.nmarkers = seq & 0xff;
		return;
	}
	census_frame(g->census, fr);
	if (g->pcap)
		put_pcap(g->pcap, fr);
	if (g->vxlan && fr->len > OUTER_VXLAN)
		take_ip(g, fr->data + OUTER_VXLAN, fr->len - OUTER_VXLAN);
	else
		take_ip(g, fr->data, fr->len);
}

static bool gather_all(struct gather *g)
{
	static uint8_t buf[PKT_BUF];
	struct pollfd pfd = { .fd = g->f.fd, .events = POLLIN };
	uint64_t last = now_ms();
	struct frame fr;

	while (!g->f.nmarkers || (uint32_t)__builtin_popcount(g->markers) < g->f.nmarkers) {
		while (port_read(&g->f, buf, &fr)) {
			take(g, &fr);
			last = now_ms();
		}
		if (now_ms() - last > 30000)
			return false;
		poll(&pfd, 1, 50);
	}
	return true;
}

static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		die("%s: %m", path);
	return file;
}

static void open_pcap(struct gather *g, const char *path)
{
	static const uint32_t header[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1 };

	g->pcap = open_file(path);
	fwrite(header, sizeof(header), 1, g->pcap);
}

static void gather_parse(struct gather *g, const char *word)
{
	const char *v;

	if ((v = opt_value(word, "ns")))
		g->f.ns = v;
	else if ((v = opt_value(word, "id")))
		g->f.s.id = opt_number("id", v, 0xffffffff);
	else if ((v = opt_value(word, "port")))
		g->port = (uint16_t)opt_number("port", v, 65535);
	else if ((v = opt_value(word, "vxlan")))
		g->vxlan = opt_number("vxlan", v, 1);
	else if ((v = opt_value(word, "vnet")))
		g->f.vnet = opt_number("vnet", v, 1);
	else if ((v = opt_value(word, "offload")))
		g->f.offload = (int)opt_number("offload", v, 0xff);
	else if ((v = opt_value(word, "stream")))
		g->stream = open_file(v);
	else if ((v = opt_value(word, "pcap")))
		open_pcap(g, v);
	else
		die("gather: unknown word '%s'", word);
}

static void put_stream(struct gather *g)
{
	const struct chunk *c;

	if (!g->nchunks)
		fwrite(g->data, 1, g->end, g->stream);
	for (c = g->chunks; c < g->chunks + g->nchunks; c++)
		fwrite(g->data + c->off, 1, c->len, g->stream);
}

static uint32_t count_holes(const struct gather *g)
{
	uint32_t i, holes = 0;

	for (i = 0; i < g->end; i++)
		holes += !g->have[i];
	for (i = 0; i < g->nchunks; i++)
		holes += !g->chunks[i].len;
	return holes;
}

static bool gather_close(struct gather *g)
{
	bool good = true;

	if (g->stream) {
		put_stream(g);
		good &= !ferror(g->stream) && !fclose(g->stream);
	}
	if (g->pcap)
		good &= !ferror(g->pcap) && !fclose(g->pcap);
	return good;
}

int gather_main(int argc, char **argv)
{
	static struct gather g = { .port = 5001 };
	uint32_t i, holes;
	bool good;

	if (!argc)
		die("gather: no port");
	probe_flow(&g.f, ROLE_COUNT);
	g.f.dev = argv[0];
	for (i = 1; i < (uint32_t)argc; i++)
		gather_parse(&g, argv[i]);
	g.data = calloc(ROOM, 1);
	g.have = calloc(ROOM, 1);
	g.chunks = calloc(CHUNKS, sizeof(*g.chunks));
	g.census = census_new();
	if (!g.data || !g.have || !g.chunks)
		die("out of memory");
	port_open(&g.f, NULL, 0);
	puts("ready");
	fflush(stdout);
	good = gather_all(&g);
	port_drops(&g.f);
	holes = count_holes(&g);
	good &= gather_close(&g) && !holes && !g.changed && !g.f.t.sockdrop;
	printf("segments=%u empty=%u holes=%u changed=%u sockdrop=%u ", g.segments, g.empty,
	       holes, g.changed, g.f.t.sockdrop);
	census_print(g.census);
	return good ? 0 : 1;
}
