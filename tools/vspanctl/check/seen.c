// SPDX-License-Identifier: GPL-2.0
/* Finds the VLANs of a device's frames by watching the device for a moment. */
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/vspan.h>
#include <sys/socket.h>

#include "check/seen.h"
#include "args/vlan.h"

#define SEEN_MS		1000	/* as long as an operator does not mind */
#define SEEN_FRAMES	1000	/* and no longer than it takes for these */

static int64_t ms_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The socket is bound before it receives, so it has no frames of other devices. */
static int seen_open(int ifindex)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) &&
	    !bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	close(fd);
	return -1;
}

/* The outer tag is usually in the metadata, else in the bytes. */
static unsigned int seen_vid(struct msghdr *msg, const uint8_t *frame)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_PACKET ||
		    cmsg->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			return aux.tp_vlan_tci & 0xfff;
	}
	if ((frame[12] << 8 | frame[13]) == ETH_P_8021Q ||
	    (frame[12] << 8 | frame[13]) == ETH_P_8021AD)
		return (frame[14] << 8 | frame[15]) & 0xfff;
	return 0;
}

/* Return: 1 for a frame of these directions, 0 for another, -1 for none. */
static int seen_one(int fd, uint32_t dir, uint8_t *vlans)
{
	_Alignas(struct cmsghdr) char control[256];
	struct sockaddr_ll from = { 0 };
	uint8_t frame[16] = { 0 };
	struct iovec iov = { .iov_base = frame, .iov_len = sizeof(frame) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(fd, &msg, 0) < 0)
		return -1;
	if (!(dir & (from.sll_pkttype == PACKET_OUTGOING ? VSPAN_DIR_TX :
							   VSPAN_DIR_RX)))
		return 0;
	vlan_set(vlans, seen_vid(&msg, frame));
	return 1;
}

/**
 * vlans_seen - Watch the frames of a device, for a second at most.
 * @ifindex: the device
 * @dir: mask of enum vspan_dir, as seen from the host
 * @vlans: the VLANs of these frames are added, bit 0 for none; at least
 *	VSPAN_VLAN_BITMAP_LEN bytes
 *
 * Return: the number of frames; 0 also if this is not permitted.
 */
unsigned int vlans_seen(int ifindex, uint32_t dir, uint8_t *vlans)
{
	int64_t left, end = ms_now() + SEEN_MS;
	struct pollfd pfd = { .events = POLLIN };
	unsigned int n = 0;
	int ret;

	pfd.fd = seen_open(ifindex);
	if (pfd.fd < 0)
		return 0;
	while (n < SEEN_FRAMES && (left = end - ms_now()) > 0) {
		ret = seen_one(pfd.fd, dir, vlans);
		if (ret > 0)
			n++;
		else if (ret < 0)
			poll(&pfd, 1, left);
	}
	close(pfd.fd);
	return n;
}
