// SPDX-License-Identifier: GPL-2.0
/* The words that select which frames are copied, how many, and in what length. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args/args_int.h"
#include "args/filter.h"

/* Most digits of a number of share */
#define SHARE_DIGITS	3

/**
 * filter_parse - Read the expression behind filter.
 * @a: gets it
 * @val: one word of the shell
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int filter_parse(struct args *a, const char *val)
{
	if (strlen(val) > VSPAN_FILTER_TEXT_LEN)
		return args_error(a, "filter \"%.40s...\" is too long: it has at most %d characters",
				  val, VSPAN_FILTER_TEXT_LEN);
	strcpy(a->filter, val);
	return filter_check(val, a->err, sizeof(a->err));
}

/**
 * filter_make - Add a filter's program and its text to a message.
 * @nlh: the message
 * @a: the parsed words
 * @err: gets a sentence if there is no program any more
 * @len: size of @err
 *
 * Return: 0, -EINVAL or -ENOMEM; nothing is added then.
 */
int filter_make(struct nlmsghdr *nlh, const struct args *a, char *err,
		size_t len)
{
	int ret = filter_put(nlh, VSPAN_A_SOURCE_FILTER, a->filter, err, len);

	if (!ret)
		mnl_attr_put_strz(nlh, VSPAN_A_SOURCE_FILTER_TEXT, a->filter);
	return ret;
}

/**
 * snaplen_parse - Read what is behind snaplen: bytes, headers, or 0 for all.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int snaplen_parse(struct args *a, const char *val)
{
	a->snaplen = 0;
	a->snap_headers = !strcmp(val, "headers");
	if (a->snap_headers || !strcmp(val, "0"))
		return 0;
	if (number_parse(a, "snaplen", val, VSPAN_SNAPLEN_MIN,
			 VSPAN_SNAPLEN_MAX, &a->snaplen))
		return args_error(a, "snaplen \"%.40s\" is neither headers nor a number from %d to %d; 0 means whole frames",
				  val, VSPAN_SNAPLEN_MIN, VSPAN_SNAPLEN_MAX);
	return 0;
}

/**
 * snaplen_put - Add how much of a frame is copied to a message.
 * @nlh: the message
 * @a: the parsed words
 */
void snaplen_put(struct nlmsghdr *nlh, const struct args *a)
{
	if (a->snap_headers)
		mnl_attr_put_u8(nlh, VSPAN_A_SOURCE_SNAP_HEADERS, 1);
	else
		mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_SNAPLEN, a->snaplen);
}

static bool share_read(const char *val, uint32_t *share, uint32_t *shares)
{
	static const char digits[] = "0123456789";
	size_t len = strspn(val, digits), of_len;
	const char *of = val + len + 1;

	if (!len || len > SHARE_DIGITS || val[len] != '/')
		return false;
	of_len = strspn(of, digits);
	if (!of_len || of_len > SHARE_DIGITS || of[of_len])
		return false;
	*share = strtoul(val, NULL, 10);
	*shares = strtoul(of, NULL, 10);
	return *share >= 1 && *share <= *shares && *shares <= VSPAN_SHARES_MAX;
}

/**
 * share_parse - Read which share of the flows is copied: K/N, or all.
 * @a: gets it; 1/1 is all
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int share_parse(struct args *a, const char *val)
{
	a->share = 0;
	a->shares = 0;
	if (!strcmp(val, "all"))
		return 0;
	if (!share_read(val, &a->share, &a->shares))
		return args_error(a, "share \"%.40s\" is no share: it is K/N, N from 1 to %d and K from 1 to N, or all",
				  val, VSPAN_SHARES_MAX);
	if (a->shares == 1) {
		a->share = 0;
		a->shares = 0;
	}
	return 0;
}

/**
 * share_put - Add which share of the flows is copied to a message.
 * @nlh: the message
 * @a: the parsed words
 */
void share_put(struct nlmsghdr *nlh, const struct args *a)
{
	if (a->shares)
		mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_SHARE, a->share);
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_SHARES, a->shares);
}

/**
 * sample_parse - Read the N of 1-in-N behind sample.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int sample_parse(struct args *a, const char *val)
{
	return number_parse(a, "sample", val, 1, UINT32_MAX, &a->sample);
}

/**
 * sample_put - Add one in how many frames is copied to a message.
 * @nlh: the message
 * @a: the parsed words
 */
void sample_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_SAMPLE, a->sample);
}

/**
 * rate_parse - Read the copies a second behind rate, 0 for no limit.
 * @a: gets them
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int rate_parse(struct args *a, const char *val)
{
	return number_parse(a, "rate", val, 0, UINT32_MAX, &a->rate);
}

/**
 * rate_put - Add how many copies a second there may be to a message.
 * @nlh: the message
 * @a: the parsed words
 */
void rate_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_RATE, a->rate);
}

/**
 * tag_parse - Read which VLAN tag a copy has.
 * @a: gets it
 * @val: port or bridge
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int tag_parse(struct args *a, const char *val)
{
	if (!strcmp(val, "port"))
		a->tag = VSPAN_TAG_PORT;
	else if (!strcmp(val, "bridge"))
		a->tag = VSPAN_TAG_BRIDGE;
	else
		return args_error(a, "tag \"%.40s\" is unknown: it is port or bridge",
				  val);
	return 0;
}

/**
 * tag_put - Add which VLAN tag a copy has to a message.
 * @nlh: the message
 * @a: the parsed words
 */
void tag_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_TAG, a->tag);
}
