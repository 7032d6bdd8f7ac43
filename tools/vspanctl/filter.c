// SPDX-License-Identifier: GPL-2.0
/* pcap-filter(7) to classic BPF, by libpcap. */
#include "filter.h"
#include "filter_tag.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/vspan.h>
#include <unistd.h>

#define FILTER_SNAPLEN	262144	/* tcpdump's */

/* Compiles for Ethernet; made once, since it takes a while to make. */
static pcap_t *filter_pcap;

/* It knows where Linux keeps a tag that is not in the frame's bytes. */
static bool filter_is_live;

static int loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = ioctl(fd, SIOCSIFFLAGS, &ifr) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static pcap_t *pcap_on_loopback(void)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_create("lo", err);

	if (!p)
		return NULL;
	pcap_set_snaplen(p, FILTER_SNAPLEN);
	if (pcap_activate(p) >= 0 && pcap_datalink(p) == DLT_EN10MB)
		return p;
	pcap_close(p);
	return NULL;
}

/* libpcap writes programs that find a tag wherever it is, if they are for a
 * live Ethernet device. The loopback device of a netns of our own is one that
 * is always to be had, and nothing is ever captured on it.
 */
static pcap_t *pcap_live(void)
{
	int self = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	pcap_t *p = NULL;

	if (self < 0)
		return NULL;
	if (!unshare(CLONE_NEWNET)) {
		if (!loopback_up())
			p = pcap_on_loopback();
		if (setns(self, CLONE_NEWNET) < 0)
			_exit(1);	/* nothing may go to the wrong netns */
	}
	close(self);
	return p;
}

static pcap_t *filter_open(void)
{
	if (!filter_pcap) {
		filter_pcap = pcap_live();
		filter_is_live = filter_pcap;
	}
	if (!filter_pcap)
		filter_pcap = pcap_open_dead(DLT_EN10MB, FILTER_SNAPLEN);
	return filter_pcap;
}

/* The optimizer of libpcap 1.10 may lead past the load of the tag to where it is
 * compared: "icmp and vlan 10" then selects nothing. What it was given is right.
 */
static bool compile_plain(pcap_t *p, const char *text, struct bpf_program *prog)
{
	if (pcap_compile(p, prog, text, 0, PCAP_NETMASK_UNKNOWN))
		return false;
	if (filter_asks_for_tag(prog))
		return true;
	pcap_freecode(prog);
	return !pcap_compile(p, prog, text, 1, PCAP_NETMASK_UNKNOWN);
}

static int filter_compile(const char *text, struct bpf_program *prog,
			  char *err, size_t len)
{
	pcap_t *p = filter_open();
	int ret = p ? 0 : -ENOMEM;

	if (!ret && !compile_plain(p, text, prog)) {
		snprintf(err, len, "filter \"%.80s\": %s", text, pcap_geterr(p));
		return -EINVAL;
	}
	if (!ret) {
		ret = filter_tag(prog);
		if (ret)
			pcap_freecode(prog);
	}
	if (ret == -ENOMEM)
		snprintf(err, len, "filter: there is no memory for libpcap");
	else if (ret)
		snprintf(err, len, "filter \"%.80s\": its program would have more than %d instructions; name a net in place of its hosts, say",
			 text, VSPAN_FILTER_MAX);
	return ret == -E2BIG ? -EINVAL : ret;
}

/**
 * filter_check - Can an expression be a filter?
 * @text: the expression; an empty one takes the filter away
 * @err: gets a sentence if it cannot, libpcap's own
 * @len: size of @err
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int filter_check(const char *text, char *err, size_t len)
{
	struct bpf_program prog;
	int ret;

	if (!*text)
		return 0;
	ret = filter_compile(text, &prog, err, len);
	if (ret)
		return ret;
	pcap_freecode(&prog);
	if (filter_is_live || !strstr(text, "vlan"))
		return 0;
	snprintf(err, len, "filter \"%.80s\": vlan needs the right to make a network namespace and to capture in it; run as root",
		 text);
	return -EINVAL;
}

/**
 * filter_put - Add the program of an expression to a message.
 * @nlh: the message, with room for VSPAN_FILTER_MAX instructions
 * @type: number of the attribute
 * @text: an expression that filter_check() has found good
 */
void filter_put(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	struct bpf_program prog = { 0 };
	char err[PCAP_ERRBUF_SIZE + 128];

	if (*text && filter_compile(text, &prog, err, sizeof(err)))
		return;
	mnl_attr_put(nlh, type, prog.bf_len * sizeof(*prog.bf_insns),
		     prog.bf_insns);
	pcap_freecode(&prog);
}

/**
 * filter_close - Give back what compiling takes.
 */
void filter_close(void)
{
	if (filter_pcap)
		pcap_close(filter_pcap);
	filter_pcap = NULL;
}
