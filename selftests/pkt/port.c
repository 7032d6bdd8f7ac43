// SPDX-License-Identifier: GPL-2.0
/* Sends and receives frames: AF_PACKET sockets, tun devices, tap devices. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>

#include "pkt.h"

#define RCVBUF	(64 << 20)

/* Enter netns @ns (a name of ip-netns(8)); returns the argument for ns_leave(). */
int ns_enter(const char *ns)
{
	char path[256];
	int home, fd;

	if (!ns)
		return -1;
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		die("/proc/self/ns/net: %m");
	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("%s: %m", path);
	close(fd);
	return home;
}

void ns_leave(int home)
{
	if (home < 0)
		return;
	if (setns(home, CLONE_NEWNET))
		die("cannot return to the netns: %m");
	close(home);
}

static void set_opt(int fd, int level, int opt, int value)
{
	if (setsockopt(fd, level, opt, &value, sizeof(value)))
		die("socket option %d: %m", opt);
}

/* A socket stays in the netns in which it was made, also after ns_leave(). */
void port_find(struct flow *f)
{
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, f->dev, IFNAMSIZ - 1);
	f->ifindex = ioctl(f->fd, SIOCGIFINDEX, &ifr) ? 0 : ifr.ifr_ifindex;
}

static bool is_span(const struct flow *f)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (void *)&info };

	strncpy(ifr.ifr_name, f->dev, IFNAMSIZ - 1);
	return !ioctl(f->fd, SIOCETHTOOL, &ifr) && !strcmp(info.driver, "vspan");
}

/* Make the span promiscuous, as programs that capture do. */
static void be_promiscuous(const struct flow *f)
{
	struct packet_mreq mr = {
		.mr_ifindex = f->ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};

	if (setsockopt(f->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof(mr)))
		die("%s: PACKET_ADD_MEMBERSHIP: %m", f->dev);
}

static void packet_open(struct flow *f)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(f->bind),
	};

	/* protocol 0: a sender never receives, and no frame of another device
	 * slips in before bind()
	 */
	f->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (f->fd < 0)
		die("AF_PACKET socket: %m");
	port_find(f);
	if (!f->ifindex && !f->keep)
		die("no device %s%s%s", f->dev, f->ns ? " in netns " : "", f->ns ? f->ns : "");
	if (f->role == ROLE_SEND) {
		if (f->vnet)
			set_opt(f->fd, SOL_PACKET, PACKET_VNET_HDR, 1);
		if (f->mark)
			set_opt(f->fd, SOL_SOCKET, SO_MARK, (int)f->mark);
		return;
	}
	set_opt(f->fd, SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF);
	set_opt(f->fd, SOL_PACKET, PACKET_AUXDATA, 1);
	if (f->stamp)
		set_opt(f->fd, SOL_SOCKET, SO_TIMESTAMP, 1);
	if (f->hwtime)
		set_opt(f->fd, SOL_SOCKET, SO_TIMESTAMPING,
			SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE);
	if (!f->outgoing)
		set_opt(f->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	sll.sll_ifindex = f->ifindex;
	if (f->early)
		be_promiscuous(f);
	if (bind(f->fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("bind to %s: %m", f->dev);
	if (!f->silent && !f->early && is_span(f))
		be_promiscuous(f);
	if (fcntl(f->fd, F_SETFL, O_NONBLOCK))
		die("O_NONBLOCK: %m");
}

/*
 * A tap that was just opened has a carrier, but silently drops frames until the kernel's
 * link watch attaches its qdisc, together with the operational state "up". (IFF_RUNNING
 * is no indication: it is set while the state is still unknown, as that of a new tap.)
 */
static void tun_wait_up(const char *name)
{
	struct timespec brief = { .tv_nsec = 1000000 };
	int i;

	for (i = 0; i < 5000 && link_starting(name); i++)
		nanosleep(&brief, NULL);
}

static void file_open(struct flow *f, const char *path, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	f->kind = PORT_TAP;
	f->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (f->fd < 0)
		die("%s: %m", path);
	if (f->vnet)
		ifr.ifr_flags |= IFF_VNET_HDR;
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(f->fd, TUNSETIFF, &ifr))
		die("%s: TUNSETIFF: %m", path);
	if (f->offload >= 0 && ioctl(f->fd, TUNSETOFFLOAD, (unsigned long)f->offload))
		die("%s: TUNSETOFFLOAD: %m", path);
}

/* A tun that does not exist is created by the open, and is down. */
static void tun_open(struct flow *f, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd;

	file_open(f, "/dev/net/tun", name);
	if (f->churn) {
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
		if (ioctl(fd, SIOCSIFFLAGS, &ifr))
			die("%s: cannot set it up: %m", name);
		close(fd);
		return;
	}
	tun_wait_up(name);
}

/* Opening a tap twice would make a second queue, which takes half of the frames. */
static bool file_share(struct flow *f, const struct flow *before, int n)
{
	const struct flow *g;

	for (g = before; g < before + n; g++) {
		if (g->kind != PORT_TAP || strcmp(g->dev, f->dev))
			continue;
		f->fd = g->fd;
		f->vnet = g->vnet;
		f->kind = PORT_TAP;
		return true;
	}
	return false;
}

/* With PKT_TAP=1, spans are read through their tap, if they have one. So a test case can
 * be run with both kinds of readers.
 */
static bool span_open(struct flow *f)
{
	char path[32];

	if (!getenv("PKT_TAP") || f->role == ROLE_SEND)
		return false;
	snprintf(path, sizeof(path), "/dev/tap%u", if_nametoindex(f->dev));
	if (access(path, R_OK))
		return false;
	f->offload = -1;
	file_open(f, path, "");
	return true;
}

void port_open(struct flow *f, const struct flow *before, int nbefore)
{
	int home;

	if (file_share(f, before, nbefore))
		return;
	home = ns_enter(f->ns);
	if (!strncmp(f->dev, "/dev/", 5))
		file_open(f, f->dev, "");
	else if (!strncmp(f->dev, "tun:", 4))
		tun_open(f, f->dev + 4);
	else if (!strncmp(f->dev, "psample:", 8))
		psample_open(f, f->dev + 8);
	else if (!strncmp(f->dev, "pcap:", 5))
		pcap_open(f, f->dev + 5);
	else if (!span_open(f))
		packet_open(f);
	ns_leave(home);
}

/*
 * Closing a tun that was created by its open deletes the device. Before that, wait until
 * somebody else has sent on it, so that each of the devices has traffic; unless the flow
 * is hasty.
 */
void port_reopen(struct flow *f)
{
	struct pollfd pfd = { .fd = f->fd, .events = POLLIN };

	if (!f->hasty)
		poll(&pfd, 1, 5000);
	close(f->fd);
	port_open(f, NULL, 0);
}

static int file_read(struct flow *f, uint8_t *buf, struct frame *fr)
{
	uint32_t skip = f->vnet ? sizeof(struct virtio_net_hdr) : 0;
	ssize_t n = read(f->fd, buf, PKT_BUF);
	struct virtio_net_hdr vh;

	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == EIO || errno == EBADFD))
		return 0;
	if (n < (ssize_t)skip)
		die("read from %s: %m", f->dev);
	if (f->vnet) {
		memcpy(&vh, buf, sizeof(vh));
		f->t.vnet_gso += vh.gso_type != VIRTIO_NET_HDR_GSO_NONE;
		f->t.vnet_csum += !!(vh.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
		fr->csum_partial = vh.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	}
	fr->data = buf + skip;
	fr->len = (uint32_t)n - skip;
	return 1;
}

/* The kernel reports a tag as metadata; insert it after the MAC addresses. */
static void restore_tag(struct frame *fr, const struct tpacket_auxdata *aux)
{
	fr->csum_partial = aux->tp_status & TP_STATUS_CSUMNOTREADY;
	if (!(aux->tp_status & TP_STATUS_VLAN_VALID) || fr->len < 12)
		return;
	fr->data -= 4;
	memmove(fr->data, fr->data + 4, 12);
	put16(fr->data + 12, aux->tp_status & TP_STATUS_VLAN_TPID_VALID ?
	      aux->tp_vlan_tpid : 0x8100);
	put16(fr->data + 14, aux->tp_vlan_tci);
	fr->len += 4;
	fr->aux_tag = true;
}

/* Read the metadata of a frame. */
static void take_control(struct frame *fr, const struct cmsghdr *c)
{
	struct scm_timestamping ts;
	struct tpacket_auxdata aux;

	if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		restore_tag(fr, &aux);
	} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING) {
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		fr->hwtime = (uint64_t)ts.ts[2].tv_sec * 1000000000u +
			     (uint64_t)ts.ts[2].tv_nsec;
	}
}

static int packet_read(struct flow *f, uint8_t *buf, struct frame *fr)
{
	union {
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata)) +
			   CMSG_SPACE(sizeof(struct scm_timestamping))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = buf + 4, .iov_len = PKT_BUF - 4 };
	struct sockaddr_ll from;
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t n;

	n = recvmsg(f->fd, &msg, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENETDOWN))
		return 0;
	if (n < 0)
		die("receive from %s: %m", f->dev);
	fr->data = buf + 4;
	fr->len = (uint32_t)n;
	fr->outgoing = from.sll_pkttype == PACKET_OUTGOING;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		take_control(fr, c);
	return 1;
}

/* Return: 1 and a frame in @fr, or 0 if there is none now. */
int port_read(struct flow *f, uint8_t *buf, struct frame *fr)
{
	static const struct {
		int (*read)(struct flow *f, uint8_t *buf, struct frame *fr);
	} readers[] = {
		[PORT_PACKET] = { packet_read }, [PORT_TAP] = { file_read },
		[PORT_PSAMPLE] = { psample_read }, [PORT_PCAP] = { pcap_read },
	};

	memset(fr, 0, sizeof(*fr));
	return readers[f->kind].read(f, buf, fr);
}

/* Return: 0, or the errno if the frame could not be sent. */
int port_write(struct flow *f, const uint8_t *frame, uint32_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = f->ifindex,
		.sll_halen = 6,
	};
	struct virtio_net_hdr vh;
	struct iovec iov[2] = {
		{ .iov_base = &vh, .iov_len = sizeof(vh) },
		{ .iov_base = (void *)frame, .iov_len = len },
	};
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = f->vnet ? iov : iov + 1, .msg_iovlen = f->vnet ? 2 : 1,
	};
	ssize_t n;

	super_header(get16(frame + 12) == 0x0800 ? f->gso : 0, &vh);
	if (f->nocsum)
		vh.flags = 0;
	memcpy(to.sll_addr, frame, 6);
	if (f->kind == PORT_TAP)
		n = writev(f->fd, msg.msg_iov, (int)msg.msg_iovlen);
	else
		n = sendmsg(f->fd, &msg, 0);
	return n < 0 ? errno : 0;
}

/* Number of frames that the socket dropped: an error of the test, not of the span. */
void port_drops(struct flow *f)
{
	struct tpacket_stats st = { 0 };
	socklen_t len = sizeof(st);

	if (f->kind == PORT_PACKET &&
	    !getsockopt(f->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len))
		f->t.sockdrop += st.tp_drops;
}
