// SPDX-License-Identifier: GPL-2.0
/* tapfd /dev/tapN COMMAND ARG...: runs the command with what the tap delivers, frame
 * by frame, as file descriptor 3, and ends with it. A datagram socket, not the tap
 * itself: user-mode Linux waits for SIGIO, which a tap node does not send.
 */
#include <linux/if.h>
#include <linux/if_tun.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#define COMMAND_FD	3
#define MAX_FRAME	65550

static void check(int ret, const char *what)
{
	if (ret >= 0)
		return;
	perror(what);
	exit(1);
}

static int tap_open(const char *path)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open(path, O_RDWR | O_CLOEXEC);

	check(fd, path);
	check(ioctl(fd, TUNSETIFF, &ifr), path);
	return fd;
}

/* One way only: a span takes nothing from its monitor. */
static void copy(int tap, int sock)
{
	static char frame[MAX_FRAME];
	ssize_t len;

	while ((len = read(tap, frame, sizeof(frame))) > 0)
		if (send(sock, frame, (size_t)len, MSG_NOSIGNAL) != len)
			return;
}

int main(int argc, char **argv)
{
	pid_t child;
	int sock[2];
	int tap;

	if (argc < 3) {
		fprintf(stderr, "usage: tapfd /dev/tapN COMMAND [ARG...]\n");
		return 2;
	}
	tap = tap_open(argv[1]);
	check(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sock), "socketpair");
	child = fork();
	check(child, "fork");
	if (!child) {
		check(dup2(sock[1], COMMAND_FD), "dup2");
		/* In case it was that already. */
		check(fcntl(COMMAND_FD, F_SETFD, 0), "fcntl");
		execvp(argv[2], argv + 2);
		check(-1, argv[2]);
	}
	close(sock[1]);
	copy(tap, sock[0]);
	return kill(child, SIGTERM) < 0;
}
