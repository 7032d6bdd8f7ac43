/* SPDX-License-Identifier: GPL-2.0 */
/* The frames that share.c sends and expects. */
#ifndef _SHARE_H
#define _SHARE_H

#include <stdbool.h>
#include <stdint.h>

/* Forms of a flow. In those with BACK, the addresses are exchanged. */
enum share_form {
	FORM_PLAIN,
	FORM_BACK,
	FORM_VLAN,
	FORM_QINQ_BACK,
	FORM_FIRST,		/* the first fragment, with the ports */
	FORM_LATER_BACK,	/* a later fragment, without ports */
	FORM_TUNNEL,		/* other flows in a tunnel between the two */
	FORM_ARP,
	FORM_ARP_BACK,
	SHARE_FORMS,
};

/* The addresses of a flow: of IPv4, IPv6 or Ethernet, by their length. */
struct share_pair {
	uint8_t a[16];
	uint8_t b[16];
	uint32_t len;
};

#define SHARE_ROOM	128	/* for a frame */
#define SHARE_KINDS	3

/* shareframe.c */
void share_pair_of(struct share_pair *pair, uint32_t seed, uint32_t flow);
void share_pair_parse(struct share_pair *pair, const char *text);
uint32_t share_number(const struct share_pair *pair, uint32_t shares);
uint32_t share_build(const struct share_pair *pair, enum share_form form, uint32_t key,
		     uint8_t *buf);
bool share_key(const uint8_t *p, uint32_t len, uint32_t *key);

#endif /* _SHARE_H */
