// SPDX-License-Identifier: GPL-2.0
/*
 * Sends arbitrary frames to a tap, like a VM with a broken or malicious guest:
 *   pkt wild TUN [ns=NAME] [seed=N] [count=N] [first=N] [show=1]
 * The seed and the number of a frame determine its contents. A packet socket on the tun
 * counts the frames and bytes that reach the packet taps, which are those that a source
 * on the tun must have copied.
 */
#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "probe.h"
#include "wild.h"

/* From Linux 6.2 and 6.17. */
#define OFFLOAD_USO	0x60
#define OFFLOAD_TUNNEL	0x180

struct wilderness {
	struct flow to;
	struct flow ref;
	struct wild w;
	int head;		/* length of the virtio header */
	uint32_t seed, first, count;
	uint32_t taken, refused, seen;
	uint64_t bytes;
	bool show;
};

/* A persistent tun keeps it. */
static void set_head(const struct wilderness *z, int head)
{
	if (ioctl(z->to.fd, TUNSETVNETHDRSZ, &head))
		die("%s: TUNSETVNETHDRSZ: %m", z->to.dev);
}

/*
 * Use virtio headers of each possible length; with the fields for tunnels if the kernel
 * supports them. The offloads for the reader of the tun do not matter, as it has none.
 */
static void dress(struct wilderness *z)
{
	static const int lengths[] = { 10, 12, 20, sizeof(struct wild_header) };
	unsigned long offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	z->head = lengths[wild_rnd(&z->w, 4)];
	set_head(z, z->head);
	if (z->head == sizeof(struct wild_header) &&
	    !ioctl(z->to.fd, TUNSETOFFLOAD, offload | OFFLOAD_USO | OFFLOAD_TUNNEL))
		return;
	if (ioctl(z->to.fd, TUNSETOFFLOAD, offload | OFFLOAD_USO) &&
	    ioctl(z->to.fd, TUNSETOFFLOAD, offload))
		die("%s: TUNSETOFFLOAD: %m", z->to.dev);
}

static void drain(struct wilderness *z)
{
	static uint8_t buf[PKT_BUF];
	struct frame fr;

	while (port_read(&z->ref, buf, &fr)) {
		z->seen++;
		z->bytes += fr.len;
	}
}

/* Sometimes truncate the virtio header, or send nothing after it. */
static void send_one(struct wilderness *z)
{
	struct iovec iov[2] = {
		{ .iov_base = &z->w.h, .iov_len = (size_t)z->head },
		{ .iov_base = z->w.data, .iov_len = z->w.len },
	};
	ssize_t n;

	if (!wild_rnd(&z->w, 200)) {
		iov[0].iov_len = wild_rnd(&z->w, (uint32_t)z->head + 1);
		iov[1].iov_len = 0;
	}
	do
		n = writev(z->to.fd, iov, 2);
	while (n < 0 && (errno == EAGAIN || errno == EINTR));
	z->taken += n >= 0;
	z->refused += n < 0;
}

/* Print the frame, to find a certain one among many. */
static void show(const struct wild *w, uint32_t number)
{
	const struct virtio_net_hdr v = w->h.v;
	uint32_t i;

	printf("frame=%u len=%u proto=%u l3=%u l4=%u payload=%u outer=%u flags=%#x gso=%#x:%u hdr=%u csum=%u+%u inner=%u outer_l4=%u bytes=",
	       number, w->len, w->proto, w->l3, w->l4, w->payload, w->outer_l4, v.flags,
	       v.gso_type, v.gso_size, v.hdr_len, v.csum_start, v.csum_offset,
	       w->h.inner_l3, w->h.outer_l4);
	for (i = 0; i < w->len && i < w->payload + 4; i++)
		printf("%02x", w->data[i]);
	putchar('\n');
}

static void send_all(struct wilderness *z)
{
	uint32_t i;

	for (i = z->first; i < z->first + z->count; i++) {
		z->w.rnd = rnd_seed(z->seed ^ i * 0x9e3779b1u);
		wild_frame(&z->w);
		wild_header(&z->w);
		wild_damage(&z->w);
		if (z->show)
			show(&z->w, i);
		send_one(z);
		drain(z);
	}
}

static void parse(struct wilderness *z, const char *word)
{
	const char *v;

	if ((v = opt_value(word, "ns")))
		z->to.ns = v;
	else if ((v = opt_value(word, "seed")))
		z->seed = opt_number("seed", v, 0xffffffff);
	else if ((v = opt_value(word, "count")))
		z->count = opt_number("count", v, 0x7fffffff);
	else if ((v = opt_value(word, "first")))
		z->first = opt_number("first", v, 0x7fffffff);
	else if ((v = opt_value(word, "show")))
		z->show = opt_number("show", v, 1);
	else
		die("wild: unknown word '%s'", word);
}

int wild_main(int argc, char **argv)
{
	static struct wilderness z = { .seed = 1, .count = 1000 };
	char tun[32];
	int i;

	if (!argc)
		die("wild: no tun");
	probe_flow(&z.to, ROLE_SEND);
	probe_flow(&z.ref, ROLE_RECV);
	for (i = 1; i < argc; i++)
		parse(&z, argv[i]);
	snprintf(tun, sizeof(tun), "tun:%s", argv[0]);
	z.to.dev = tun;
	z.to.vnet = true;
	z.ref.dev = argv[0];
	z.ref.ns = z.to.ns;
	z.w.rnd = rnd_seed(z.seed);
	port_open(&z.to, NULL, 0);
	dress(&z);
	port_open(&z.ref, NULL, 0);
	send_all(&z);
	port_drops(&z.ref);
	set_head(&z, sizeof(struct virtio_net_hdr));
	printf("frames=%u taken=%u refused=%u seen=%u bytes=%llu head=%d sockdrop=%u\n",
	       z.count, z.taken, z.refused, z.seen, (unsigned long long)z.bytes, z.head,
	       z.ref.t.sockdrop);
	return z.ref.t.sockdrop ? 1 : 0;
}
