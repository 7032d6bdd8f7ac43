// SPDX-License-Identifier: GPL-2.0
/* monitor NIC TTY ARG...: the program of a monitor VM. Brings its NIC up and becomes
 * "tcpdump -i NIC ARG..." with the serial port TTY as its output.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define TCPDUMP	"/usr/bin/tcpdump"

static int fail(const char *what)
{
	printf("vm-init: monitor: %s: %s\n", what, strerror(errno));
	return 1;
}

static int nic_up(const char *name)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr) < 0)
		return -1;
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		return -1;
	return close(fd);
}

/* Raw: a line ends as tcpdump ends it. */
static int output_to(const char *tty)
{
	struct termios tio;
	int fd = open(tty, O_RDWR | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &tio) < 0)
		return -1;
	cfmakeraw(&tio);
	if (tcsetattr(fd, TCSANOW, &tio) < 0)
		return -1;
	return dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	const char *nic, *tty;

	if (argc < 3) {
		fprintf(stderr, "usage: monitor NIC TTY [TCPDUMP-ARG...]\n");
		return 2;
	}
	nic = argv[1];
	tty = argv[2];
	if (nic_up(nic) < 0)
		return fail(nic);
	if (output_to(tty) < 0)
		return fail(tty);
	/* Their two places, and that of our own name, are what it begins with. */
	argv[0] = TCPDUMP;
	argv[1] = "-i";
	argv[2] = (char *)nic;
	execv(TCPDUMP, argv);
	return fail(TCPDUMP);
}
