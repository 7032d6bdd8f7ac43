// SPDX-License-Identifier: GPL-2.0
/* Reads frames from a capture file, which tcpdump -U may still be writing. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pkt.h"

#define FILE_HEADER	24
#define FRAME_HEADER	16

/* The file may not be there yet, or be empty. */
void pcap_open(struct flow *f, const char *path)
{
	f->kind = PORT_PCAP;
	f->fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (f->fd < 0)
		die("%s: %m", path);
}

/* Read all of @len bytes at @off, or nothing. */
static int get(struct flow *f, void *out, uint32_t len, off_t off)
{
	return pread(f->fd, out, len, off) == (ssize_t)len;
}

int pcap_read(struct flow *f, uint8_t *buf, struct frame *fr)
{
	struct timespec brief = { .tv_nsec = 5000000 };
	uint32_t header[FRAME_HEADER / 4];
	off_t off = lseek(f->fd, 0, SEEK_CUR);

	if (off < FILE_HEADER)
		off = FILE_HEADER;
	if (!get(f, header, sizeof(header), off) || header[2] > PKT_BUF ||
	    !get(f, buf, header[2], off + FRAME_HEADER)) {
		/* poll() does not wait for files */
		nanosleep(&brief, NULL);
		return 0;
	}
	lseek(f->fd, off + FRAME_HEADER + header[2], SEEK_SET);
	fr->data = buf;
	fr->len = header[2];
	return 1;
}
