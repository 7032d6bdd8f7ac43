// SPDX-License-Identifier: GPL-2.0
/* tapcat /dev/tapN: what a monitor VM would receive from that device, as a
 * pcap stream on stdout. Opens it the way QEMU does.
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#define MAX_FRAME	65550

static const struct {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snaplen, linktype;
} file_header = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1 };

struct record {
	uint32_t sec, usec, caplen, len;
	char frame[MAX_FRAME];
};

static int put(const void *data, size_t len)
{
	return write(STDOUT_FILENO, data, len) == (ssize_t)len ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	static struct record rec;
	struct timeval now;
	ssize_t len;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: tapcat /dev/tapN\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0) {
		perror(argv[1]);
		return 1;
	}
	if (put(&file_header, sizeof(file_header)))
		return 1;
	while ((len = read(fd, rec.frame, sizeof(rec.frame))) > 0) {
		gettimeofday(&now, NULL);
		rec.sec = (uint32_t)now.tv_sec;
		rec.usec = (uint32_t)now.tv_usec;
		rec.caplen = rec.len = (uint32_t)len;
		if (put(&rec, offsetof(struct record, frame) + (size_t)len))
			return 1;
	}
	perror(argv[1]);
	return 1;
}
