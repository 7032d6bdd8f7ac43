// SPDX-License-Identifier: GPL-2.0
/* The words that say in which network namespace a span is. */
#include <stdio.h>

#include "args/args_int.h"

/**
 * netns_parse - Read the name behind netns.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int netns_parse(struct args *a, const char *val)
{
	if (!netns_can_be(val))
		return args_error(a, "\"%.40s\" cannot name a network namespace; list them with: ip netns",
				  val);
	snprintf(a->netns, sizeof(a->netns), "%s", val);
	return 0;
}

/**
 * netnsid_parse - Read the number behind netnsid, which show tells.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int netnsid_parse(struct args *a, const char *val)
{
	uint32_t id = 0;
	int err = number_parse(a, "netnsid", val, 0, INT32_MAX, &id);

	a->netnsid = id;
	a->is_away = !err;
	return err;
}

/**
 * args_span_text - Name a span as the command line does.
 * @a: the parsed words
 * @buf: room for the text
 * @size: bytes in @buf
 *
 * Return: @buf.
 */
const char *args_span_text(const struct args *a, char *buf, size_t size)
{
	if (!(a->has & HAS_NETNS))
		snprintf(buf, size, "%s", a->span);
	else if (a->netns[0])
		snprintf(buf, size, "%s netns %s", a->span, a->netns);
	else
		snprintf(buf, size, "%s netnsid %d", a->span, a->netnsid);
	return buf;
}

/**
 * args_put_span - Say in a vspan message which span is meant.
 * @nlh: the message
 * @a: the parsed words, after ctx_netns()
 * @name: attribute for the span's name
 * @ifindex: attribute for its index
 * @netnsid: attribute for its netns
 *
 * A span in this netns is identified by its name, which older modules support as well.
 */
void args_put_span(struct nlmsghdr *nlh, const struct args *a, uint16_t name,
		   uint16_t ifindex, uint16_t netnsid)
{
	if (a->is_away && a->ifindex)
		mnl_attr_put_u32(nlh, ifindex, a->ifindex);
	else
		mnl_attr_put_strz(nlh, name, a->span);
	if (a->is_away)
		mnl_attr_put_u32(nlh, netnsid, a->netnsid);
}
