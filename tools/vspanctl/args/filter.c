// SPDX-License-Identifier: GPL-2.0
/* Compiles pcap-filter(7) to classic BPF with libpcap. */
#include "args/filter.h"
#include "args/filter_tag.h"
#include "args/filter_words.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/vspan.h>

#define FILTER_SNAPLEN	262144	/* tcpdump's */

/* A dead handle for Ethernet; created once, since that takes a while. */
static pcap_t *filter_pcap;

static pcap_t *filter_open(void)
{
	if (!filter_pcap)
		filter_pcap = pcap_open_dead(DLT_EN10MB, FILTER_SNAPLEN);
	return filter_pcap;
}

/* libpcap only makes programs that read an accelerated tag for a live device, and to open
 * one takes rights that a service should not have. So "vlan" is replaced by comparisons
 * of bytes at offsets that do not exist, and the loads of these bytes in the program are
 * then changed to load the tag. The optimizer is not used: that of libpcap 1.10 may jump
 * over the load of the tag to its comparison, so "icmp and vlan 10" would select nothing.
 */
static int compile_marked(pcap_t *p, const char *marked, unsigned int marks,
			  struct bpf_program *prog)
{
	if (pcap_compile(p, prog, marked, 0, PCAP_NETMASK_UNKNOWN))
		return -EINVAL;
	if (filter_tag_loads(prog) == marks)
		return 0;
	pcap_freecode(prog);
	return -EPROTO;
}

/* Compiles the original expression first, so that libpcap's errors are about the words
 * that the user wrote.
 */
static int compile_words(pcap_t *p, const char *text, struct bpf_program *prog)
{
	unsigned int marks;
	char *marked;
	int ret;

	if (pcap_compile(p, prog, text, 0, PCAP_NETMASK_UNKNOWN))
		return -EINVAL;
	pcap_freecode(prog);
	ret = filter_words_mark(text, &marked, &marks);
	if (ret)
		return ret;
	if (marked)
		ret = compile_marked(p, marked, marks, prog);
	else if (pcap_compile(p, prog, text, 1, PCAP_NETMASK_UNKNOWN))
		ret = -EINVAL;
	free(marked);
	return ret;
}

static void say_why(int why, const char *text, char *err, size_t len)
{
	if (why == -ENOMEM)
		snprintf(err, len, "filter: there is no memory for libpcap");
	else if (why == -EINVAL)
		snprintf(err, len, "filter \"%.80s\": %s", text,
			 pcap_geterr(filter_pcap));
	else if (why == -EPROTO)
		snprintf(err, len, "filter \"%.80s\": vspanctl does not know how this libpcap (%.40s) asks for a VLAN tag; use the option vlan in its place",
			 text, pcap_lib_version());
	else
		snprintf(err, len, "filter \"%.80s\": its program would have more than %d instructions; name a net in place of its hosts, say",
			 text, VSPAN_FILTER_MAX);
}

static int filter_compile(const char *text, struct bpf_program *prog,
			  char *err, size_t len)
{
	pcap_t *p = filter_open();
	int ret = p ? compile_words(p, text, prog) : -ENOMEM;

	if (!ret) {
		ret = filter_tag(prog);
		if (ret)
			pcap_freecode(prog);
	}
	if (ret)
		say_why(ret, text, err, len);
	return ret && ret != -ENOMEM ? -EINVAL : ret;
}

/**
 * filter_check - Check that an expression can be compiled.
 * @text: the expression; an empty one removes the filter
 * @err: gets libpcap's sentence if it cannot
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
	if (!ret)
		pcap_freecode(&prog);
	return ret;
}

/**
 * filter_says - Get libpcap's error for an expression.
 * @text: the expression
 *
 * Return: the error, valid until the next call; NULL if the expression can be compiled.
 */
const char *filter_says(const char *text)
{
	pcap_t *p = filter_open();
	struct bpf_program prog;

	if (!p)
		return "";
	if (pcap_compile(p, &prog, text, 0, PCAP_NETMASK_UNKNOWN))
		return pcap_geterr(p);
	pcap_freecode(&prog);
	return NULL;
}

/**
 * filter_put - Add the program of an expression to a message.
 * @nlh: the message, with room for VSPAN_FILTER_MAX instructions
 * @type: number of the attribute
 * @text: the expression, "" for an empty program
 * @err: gets a sentence if there is no program; nothing is added then
 * @len: size of @err
 *
 * An expression that was checked before may fail now if it has names of hosts.
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int filter_put(struct nlmsghdr *nlh, uint16_t type, const char *text,
	       char *err, size_t len)
{
	struct bpf_program prog = { 0 };
	int ret = *text ? filter_compile(text, &prog, err, len) : 0;

	if (ret)
		return ret;
	mnl_attr_put(nlh, type, prog.bf_len * sizeof(*prog.bf_insns),
		     prog.bf_insns);
	pcap_freecode(&prog);
	return 0;
}

/**
 * filter_close - Free libpcap's handle.
 */
void filter_close(void)
{
	if (filter_pcap)
		pcap_close(filter_pcap);
	filter_pcap = NULL;
}
