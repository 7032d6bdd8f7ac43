/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pkt: the traffic tool of the vspan selftests. A stream of frames is determined by its
 * parameters. So a reader can check that the frames are equal, in order and complete,
 * without data from the sender.
 */
#ifndef _PKT_H
#define _PKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PKT_MAGIC	0x5653504eu	/* "VSPN" */
#define PKT_MARKER	0xffff0000u	/* sequence numbers from here on are end markers */
#define PKT_TYPE	0x88b5		/* IEEE local experimental: no stack answers it */
#define PKT_BUF		(256 * 1024)
#define PKT_MIN		60

/* Parameters of a stream, the same for its sender and reader. */
struct stream {
	uint32_t id;
	uint32_t seed;
	uint32_t count;
	uint32_t lmin;		/* frame length without tags and FCS */
	uint32_t lmax;
	uint8_t dst[6];
	uint8_t src[6];
	uint16_t type;
	uint16_t tpid;
	uint16_t tci;
	uint16_t inner_tci;
	uint16_t outer_vid;	/* another 802.1Q tag before the others, or 0 */
	bool tagged;
	bool inner;
};

struct tally {
	uint32_t got;
	uint32_t lost;
	uint32_t dup;
	uint32_t reordered;
	uint32_t corrupt;
	uint32_t extra;		/* sequence number beyond the count */
	uint32_t other;		/* frames of other streams of pkt */
	uint32_t marks;		/* end markers of others, not part of a census */
	uint32_t noise;		/* frames that are not from pkt */
	uint32_t sockdrop;
	uint32_t vnet_gso;
	uint32_t vnet_csum;
	uint64_t bytes;
};

/* A frame as received by a reader, with the tag inserted again. */
struct frame {
	uint8_t *data;
	uint32_t len;
	bool aux_tag;		/* the tag was metadata, not in the frame */
	bool csum_partial;	/* the checksum is not complete yet */
	bool outgoing;
	uint64_t hwtime;	/* in ns, or 0 */
};

enum role { ROLE_SEND, ROLE_RECV, ROLE_COUNT, ROLE_ECHO };

enum port_kind {
	PORT_PACKET,		/* packet socket */
	PORT_TAP,		/* a tap or tun: read() and write() */
	PORT_PSAMPLE,		/* samples of a psample group */
	PORT_PCAP,		/* a capture file, which may still grow */
};

/* The expected metadata of samples. */
struct sampled {
	uint32_t group;
	uint32_t iif;
	uint32_t oif;
	uint32_t orig;
	uint32_t rate;
};

struct flow {
	enum role role;
	const char *dev;	/* PORT as in usage() */
	const char *ns;
	struct stream s;
	int fd;
	int ifindex;
	enum port_kind kind;
	struct sampled want;
	bool vnet;
	bool end;		/* markers end the stream */
	bool loss_ok;
	bool others_ok;
	bool stamp;
	bool hwtime;		/* request hardware time stamps */
	bool keep;		/* continue when the device is deleted, until SIGTERM */
	bool outgoing;		/* also receive frames that the host sends */
	bool silent;		/* do not make the span promiscuous */
	bool early;		/* make the device promiscuous before bind() */
	uint16_t bind;		/* protocol of the packet socket */
	int cpu;
	bool hop;		/* use another CPU for each frame */
	uint32_t gso;		/* send GSO packets with segments of this length */
	bool nocsum;		/* GSO packets without checksum offset */
	uint32_t churn;		/* frames after which the tun is created anew */
	bool hasty;		/* do not wait for traffic of others before that */
	int offload;		/* TUNSETOFFLOAD, or -1 */
	uint32_t mark;		/* SO_MARK of a packet socket that sends */
	uint32_t rate;
	uint32_t timeout;
	/* reader state */
	struct tally t;
	uint8_t *seen;
	uint32_t next;
	bool any;
	bool done;
	uint32_t markers;
	uint32_t nmarkers;
	uint64_t last_ms;
	bool tag_aux;
	bool tag_inband;
	struct census *census;
};

/* frame.c */
uint32_t frame_build(const struct stream *s, uint32_t seq, uint8_t *buf);
uint32_t frame_ethertype(const uint8_t *p, uint32_t len, uint16_t *type);
bool frame_ours(const uint8_t *p, uint32_t len, uint32_t *id, uint32_t *seq);
uint32_t csum_add(uint32_t sum, const uint8_t *p, uint32_t len);
uint16_t csum_fold(uint32_t sum);
uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
void put16(uint8_t *p, uint16_t v);
void put32(uint8_t *p, uint32_t v);

/* link.c */
bool link_starting(const char *name);

/* port.c */
int ns_enter(const char *ns);
void ns_leave(int home);
void port_open(struct flow *f, const struct flow *before, int nbefore);
void port_reopen(struct flow *f);
int port_read(struct flow *f, uint8_t *buf, struct frame *fr);
int port_write(struct flow *f, const uint8_t *frame, uint32_t len);
void port_find(struct flow *f);
void port_drops(struct flow *f);

/* psample.c */
void psample_open(struct flow *f, const char *group);
int psample_read(struct flow *f, uint8_t *buf, struct frame *fr);

/* pcap.c */
void pcap_open(struct flow *f, const char *path);
int pcap_read(struct flow *f, uint8_t *buf, struct frame *fr);

/* flow.c */
int flow_run(struct flow *flows, int n);
uint32_t flow_markers(struct flow *f);
uint64_t now_ms(void);
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* census.c */
struct census *census_new(void);
void census_frame(struct census *c, const struct frame *fr);
void census_print(const struct census *c);

/* echo.c */
void echo_frame(struct flow *f, uint8_t *frame, uint32_t len);

/* super.c */
struct virtio_net_hdr;
void super_build(const struct stream *s, uint32_t seq, uint32_t len, uint8_t *buf);
void super_header(uint32_t mss, struct virtio_net_hdr *vh);

/* bulk.c */
int bulk_main(int argc, char **argv);

/* queues.c */
int queues_main(int argc, char **argv);

/* nl.c */
int nl_main(int argc, char **argv);
int overtake_main(int argc, char **argv);

/* fault.c */
int fault_main(int argc, char **argv);

/* fuzz.c */
int fuzz_main(int argc, char **argv);

/* audit.c */
int audit_main(void);
int auditd_main(int argc, char **argv);

/* last.c */
int last_main(int argc, char **argv);

/* json.c */
int json_main(void);

/* probe.c, mix.c, corpus.c, talk.c, gather.c, prog.c, stamps.c, broken.c, wild.c,
 * share.c
 */
int probe_main(int argc, char **argv);
int mix_main(int argc, char **argv);
int corpus_main(int argc, char **argv);
int talk_main(int argc, char **argv);
int gather_main(int argc, char **argv);
int prog_main(int argc, char **argv);
int own_main(int argc, char **argv);
int ask_main(int argc, char **argv);
int stamps_main(int argc, char **argv);
int broken_main(int argc, char **argv);
int wild_main(int argc, char **argv);
int share_main(int argc, char **argv);

/* main.c */
const char *opt_value(const char *word, const char *key);
uint32_t opt_number(const char *word, const char *text, uint32_t max);
void opt_mac(uint8_t *mac, const char *text);

#endif /* _PKT_H */
