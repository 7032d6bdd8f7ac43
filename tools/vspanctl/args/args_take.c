// SPDX-License-Identifier: GPL-2.0
/* The words that say how frames are taken from a device. */
#include <string.h>

#include "args/args_int.h"

/**
 * hook_parse - Read the word behind hook.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int hook_parse(struct args *a, const char *val)
{
	if (!strcmp(val, "tap"))
		a->hook = VSPAN_HOOK_TAP;
	else if (!strcmp(val, "rx-handler"))
		a->hook = VSPAN_HOOK_RX_HANDLER;
	else
		return args_error(a, "hook \"%.40s\" is unknown: it is tap or rx-handler",
				  val);
	return 0;
}

/**
 * hook_put - Say by which hook frames are taken.
 * @nlh: the message
 * @a: the parsed words
 */
void hook_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_HOOK, a->hook);
}

/**
 * redirect_parse - Read on or off behind redirect.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int redirect_parse(struct args *a, const char *val)
{
	a->redirect = !strcmp(val, "on");
	return 0;
}

/**
 * redirect_put - Say whether the host is to see the frames.
 * @nlh: the message
 * @a: the parsed words
 */
void redirect_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u8(nlh, VSPAN_A_SOURCE_REDIRECT, a->redirect);
}

/**
 * promisc_parse - Read on or off behind promisc.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int promisc_parse(struct args *a, const char *val)
{
	a->promisc = !strcmp(val, "on");
	return 0;
}

/**
 * promisc_put - Say whether the devices are promiscuous.
 * @nlh: the message
 * @a: the parsed words
 */
void promisc_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u8(nlh, VSPAN_A_SOURCE_PROMISC, a->promisc);
}

/**
 * dup_parse - Read the word behind dup.
 * @a: gets it
 * @val: the word
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int dup_parse(struct args *a, const char *val)
{
	a->dup_keep = !strcmp(val, "keep");
	if (!a->dup_keep && strcmp(val, "drop"))
		return args_error(a, "dup \"%.40s\" is unknown: it is keep or drop",
				  val);
	return 0;
}

/**
 * dup_put - Say whether second copies are kept.
 * @nlh: the message
 * @a: the parsed words
 */
void dup_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u8(nlh, VSPAN_A_SOURCE_DUP_KEEP, a->dup_keep);
}
