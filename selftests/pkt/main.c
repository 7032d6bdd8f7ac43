// SPDX-License-Identifier: GPL-2.0
/* Command line of pkt; usage() explains the words. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "pkt.h"

#define MAX_FLOWS	16

static const char usage_text[] =
"Usage: pkt { send | recv | count | echo } PORT [WORD=VALUE ...] [{ send | ... } ...]\n"
"       pkt bulk from=NS to=NS addr=IP4 [port=N] [bytes=N]\n"
"       pkt queues /dev/tapN dev=DEV [ns=NAME] [queues=N] [flows=N] [count=N]\n"
"                         count UDP frames of each flow: each by one queue, in order\n"
"       pkt nl { bad | random | good | churn } span=NAME source=NAME [seed=N] [count=N]\n"
"       pkt nl { new | del } span=NAME source=NAME%REST [kind=0|1|2] [count=N]\n"
"       pkt overtake ns=NAME [by=NAME span=NAME] [only=SPAN]    dump the sources of ns;\n"
"                         after the first one, one of by's span comes and goes\n"
"       pkt fault REQUEST [WORD=VALUE ...]    each allocation failing in turn; see fault.c\n"
"       pkt fuzz [ns=NAME] [seed=N] [count=N]    random messages to the family\n"
"       pkt audit         audit records of vspan, one a line, until SIGTERM\n"
"       pkt last SPAN [ns=NAME] [sources=N]    its books as it is deleted; see last.c\n"
"       pkt json          JSON on stdin to one 'path value' line per scalar\n"
"       pkt probe from=DEV fromns=NS to=PORT tons=NS [mark=DEV markns=NS] [WORD=VALUE ...]\n"
"                         random frames and what a span may make of them\n"
"       pkt mix WORD=VALUE ...     one frame of each protocol; see mix.c\n"
"       pkt corpus WORD=VALUE ...  the frames of a capture file; see corpus.c\n"
"       pkt talk, pkt gather       a file over TCP, UDP or SCTP; see talk.c, gather.c\n"
"       pkt ask           a request that names its span by its index; see ask.c\n"
"       pkt own SPAN      who a span goes with; see own.c\n"
"       pkt prog          raw filter programs; see prog.c\n"
"       pkt broken DEV    super-frames that cannot be cut up\n"
"       pkt wild TUN [WORD=VALUE ...]    random frames with virtio headers; see wild.c\n"
"       pkt share         flows divided among spans; see share.c\n"
"       pkt stamps        time stamps of frames and of their copies\n"
"PORT := DEV (AF_PACKET) | tun:DEV (/dev/net/tun) | /dev/tapN | psample:GROUP |\n"
"        pcap:FILE\n"
"All readers attach, then 'ready' is printed, then the senders send in the\n"
"order given; a reader ends at the markers of its stream. One result line each;\n"
"exit 0 only if every reader got exactly what its words describe.\n"
"  ns=NAME        netns of the port\n"
"  count=N        frames of the stream (default 10)\n"
"  len=A[-B]      frame length without tags and FCS, swept from A to B\n"
"  vlan=VID[:PCP] outer tag; proto=0x8100|0x88a8; inner=VID adds a second tag;\n"
"                 outer=VID another 802.1Q tag around them\n"
"  dst=MAC src=MAC type=0xNNNN id=N seed=N     the rest of the frame\n"
"  end=0|1        send or expect the end markers (default 1)\n"
"  vnet=0|1       virtio header on a tap or tun, or before frames sent to DEV;\n"
"                 offload=N as TUNSETOFFLOAD\n"
"  rate=PPS cpu=N keep=1     sender: pace; CPU; go on when the device vanishes\n"
"  hop=1          sender: another CPU for each frame; mark=N SO_MARK of its frames\n"
"  gso=N          sender with vnet=1: TCP super-frames of len, N a segment; nocsum=1\n"
"                 without a word of their checksum\n"
"  churn=N        sender: delete the tun and make it anew every N frames,\n"
"                 hasty=1 without waiting for traffic by others\n"
"  timeout=MS     reader: give up after that much silence (default 60000, 0 never)\n"
"  bind=0xNNNN    reader: packet socket of this protocol only; stamp=1 asks it for\n"
"                 time stamps; hw=1 for the hardware's, which count prints in ns,\n"
"                 with the number of frames in a row that have it\n"
"  iif=N oif=N sampled=N     reader of psample: interfaces and rate of each sample\n"
"  orig=N                    and its frame's length, if longer than the sample\n"
"  silent=1       reader: do not make a span promiscuous, by which it knows of us\n"
"  early=1        reader: do so before the socket is bound to it\n"
"  loss=ok others=ok dir=any reader: what else is no failure; see outgoing frames\n";

void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fputs("pkt: ", stderr);
	va_start(ap, fmt);
	errno = err;	/* for %m */
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* The value if @word is KEY=VALUE for @key. */
const char *opt_value(const char *word, const char *key)
{
	size_t len = strlen(key);

	return strncmp(word, key, len) || word[len] != '=' ? NULL : word + len + 1;
}

uint32_t opt_number(const char *word, const char *text, uint32_t max)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 0);
	if (errno || end == text || *end || v > max)
		die("bad value '%s' for %s", text, word);
	return (uint32_t)v;
}

static void parse_len(struct stream *s, const char *text)
{
	char first[16];
	const char *dash = strchr(text, '-');

	snprintf(first, sizeof(first), "%.*s",
		 (int)(dash ? dash - text : (long)strlen(text)), text);
	s->lmin = opt_number("len", first, 65535);
	s->lmax = dash ? opt_number("len", dash + 1, 65535) : s->lmin;
	if (s->lmin < 26 || s->lmax < s->lmin)
		die("bad length '%s'", text);
}

static void parse_vlan(struct stream *s, const char *text)
{
	unsigned int vid, pcp = 0;
	int n = sscanf(text, "%u:%u", &vid, &pcp);

	if (n < 1 || vid > 4095 || pcp > 7)
		die("bad VLAN '%s'", text);
	s->tagged = true;
	s->tci = (uint16_t)(pcp << 13 | vid);
}

static void parse_inner(struct stream *s, const char *text)
{
	s->inner_tci = (uint16_t)opt_number("inner", text, 4095);
	s->inner = true;
}

void opt_mac(uint8_t *mac, const char *text)
{
	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5]) != 6)
		die("bad MAC '%s'", text);
}

static bool parse_stream_word(struct stream *s, const char *word)
{
	const char *v;

	if ((v = opt_value(word, "count")))
		s->count = opt_number("count", v, PKT_MARKER - 1);
	else if ((v = opt_value(word, "len")))
		parse_len(s, v);
	else if ((v = opt_value(word, "vlan")))
		parse_vlan(s, v);
	else if ((v = opt_value(word, "proto")))
		s->tpid = (uint16_t)opt_number("proto", v, 65535);
	else if ((v = opt_value(word, "inner")))
		parse_inner(s, v);
	else if ((v = opt_value(word, "outer")))
		s->outer_vid = (uint16_t)opt_number("outer", v, 4095);
	else if ((v = opt_value(word, "dst")))
		opt_mac(s->dst, v);
	else if ((v = opt_value(word, "src")))
		opt_mac(s->src, v);
	else if ((v = opt_value(word, "type")))
		s->type = (uint16_t)opt_number("type", v, 65535);
	else if ((v = opt_value(word, "id")))
		s->id = opt_number("id", v, 0xffffffff);
	else if ((v = opt_value(word, "seed")))
		s->seed = opt_number("seed", v, 0xffffffff);
	else
		return false;
	return true;
}

static bool parse_sampled_word(struct sampled *s, const char *word)
{
	const char *v;

	if ((v = opt_value(word, "iif")))
		s->iif = opt_number("iif", v, 65535);
	else if ((v = opt_value(word, "oif")))
		s->oif = opt_number("oif", v, 65535);
	else if ((v = opt_value(word, "orig")))
		s->orig = opt_number("orig", v, 65535);
	else if ((v = opt_value(word, "sampled")))
		s->rate = opt_number("sampled", v, 0xffffffff);
	else
		return false;
	return true;
}

static void parse_flow_word(struct flow *f, const char *word)
{
	const char *v;

	if (parse_stream_word(&f->s, word) || parse_sampled_word(&f->want, word))
		return;
	if ((v = opt_value(word, "ns")))
		f->ns = v;
	else if ((v = opt_value(word, "end")))
		f->end = opt_number("end", v, 1);
	else if ((v = opt_value(word, "vnet")))
		f->vnet = opt_number("vnet", v, 1);
	else if ((v = opt_value(word, "offload")))
		f->offload = (int)opt_number("offload", v, 0xff);
	else if ((v = opt_value(word, "rate")))
		f->rate = opt_number("rate", v, 10000000);
	else if ((v = opt_value(word, "cpu")))
		f->cpu = (int)opt_number("cpu", v, 1023);
	else if ((v = opt_value(word, "mark")))
		f->mark = opt_number("mark", v, 0xffffffff);
	else if ((v = opt_value(word, "hop")))
		f->hop = opt_number("hop", v, 1);
	else if ((v = opt_value(word, "gso")))
		f->gso = opt_number("gso", v, 65000);
	else if ((v = opt_value(word, "nocsum")))
		f->nocsum = opt_number("nocsum", v, 1);
	else if ((v = opt_value(word, "churn")))
		f->churn = opt_number("churn", v, 1000000);
	else if ((v = opt_value(word, "hasty")))
		f->hasty = opt_number("hasty", v, 1);
	else if ((v = opt_value(word, "keep")))
		f->keep = opt_number("keep", v, 1);
	else if ((v = opt_value(word, "timeout")))
		f->timeout = opt_number("timeout", v, 0x7fffffff);
	else if ((v = opt_value(word, "stamp")))
		f->stamp = opt_number("stamp", v, 1);
	else if ((v = opt_value(word, "hw")))
		f->hwtime = opt_number("hw", v, 1);
	else if ((v = opt_value(word, "bind")))
		f->bind = (uint16_t)opt_number("bind", v, 65535);
	else if (!strcmp(word, "loss=ok"))
		f->loss_ok = true;
	else if (!strcmp(word, "others=ok"))
		f->others_ok = true;
	else if ((v = opt_value(word, "silent")))
		f->silent = opt_number("silent", v, 1);
	else if ((v = opt_value(word, "early")))
		f->early = opt_number("early", v, 1);
	else if (!strcmp(word, "dir=any"))
		f->outgoing = true;
	else
		die("unknown word '%s'", word);
}

static bool parse_role(const char *word, enum role *role)
{
	static const char *const names[] = {
		[ROLE_SEND] = "send", [ROLE_RECV] = "recv",
		[ROLE_COUNT] = "count", [ROLE_ECHO] = "echo",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(word, names[i]))
			continue;
		*role = (enum role)i;
		return true;
	}
	return false;
}

static int parse_flows(struct flow *flows, int argc, char **argv)
{
	static const struct flow fresh = {
		.s = {
			.id = 1, .count = 10, .lmin = PKT_MIN, .lmax = PKT_MIN,
			.dst = { 0x02, 0, 0, 0, 0, 0x02 },
			.src = { 0x02, 0, 0, 0, 0, 0x01 },
			.type = PKT_TYPE, .tpid = 0x8100,
		},
		.want = { .rate = 1 },
		.end = true, .cpu = -1, .offload = -1, .bind = 3, .timeout = 60000,
	};
	enum role role;
	int i, n = 0;

	for (i = 0; i < argc; i++) {
		if (!parse_role(argv[i], &role)) {
			if (!n)
				die("what is '%s'? Try pkt help", argv[i]);
			parse_flow_word(&flows[n - 1], argv[i]);
			continue;
		}
		if (n == MAX_FLOWS || ++i == argc)
			die("%s: %s", argv[i - 1], n == MAX_FLOWS ? "too many" : "no port");
		flows[n] = fresh;
		flows[n].role = role;
		flows[n++].dev = argv[i];
	}
	return n;
}

int main(int argc, char **argv)
{
	static struct flow flows[MAX_FLOWS];

	/* end with the test script, also if that is killed */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc < 2 || !strcmp(argv[1], "help")) {
		fputs(usage_text, argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	if (!strcmp(argv[1], "bulk"))
		return bulk_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "queues"))
		return queues_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "nl"))
		return nl_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "overtake"))
		return overtake_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "fault"))
		return fault_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "fuzz"))
		return fuzz_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "audit"))
		return audit_main();
	if (!strcmp(argv[1], "auditd"))
		return auditd_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "last"))
		return last_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "json"))
		return json_main();
	if (!strcmp(argv[1], "probe"))
		return probe_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "mix"))
		return mix_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "corpus"))
		return corpus_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "talk"))
		return talk_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "gather"))
		return gather_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "own"))
		return own_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "ask"))
		return ask_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "prog"))
		return prog_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "broken"))
		return broken_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "wild"))
		return wild_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "share"))
		return share_main(argc - 2, argv + 2);
	if (!strcmp(argv[1], "stamps"))
		return stamps_main(argc - 2, argv + 2);
	return flow_run(flows, parse_flows(flows, argc - 1, argv + 1));
}
