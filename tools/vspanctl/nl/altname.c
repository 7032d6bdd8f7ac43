// SPDX-License-Identifier: GPL-2.0
/* Devices that a pattern matches by an alternative name only. The module compares
 * patterns with own names, so such a device is no source.
 */
#include "nl/altname.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

static bool matches(const char *pattern, const char *name)
{
	return !fnmatch(pattern, name, 0);
}

/* The module would refuse any other device. */
static bool can_be_source(const struct link *link)
{
	return link->type == ARPHRD_ETHER && strcmp(link->kind, "vspan");
}

static const char *find_in_list(const struct nlattr *list, const char *pattern)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, list)
		if (mnl_attr_get_type(attr) == IFLA_ALT_IFNAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
		    matches(pattern, mnl_attr_get_str(attr)))
			return mnl_attr_get_str(attr);
	return NULL;
}

static const char *find_name(const struct nlmsghdr *nlh, const char *pattern)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == IFLA_PROP_LIST)
			return find_in_list(attr, pattern);
	return NULL;
}

/**
 * altnames_cb - Compare the device of a message with a pattern.
 * @nlh: the message
 * @data: struct altnames
 *
 * Return: 0 or a negative errno.
 */
int altnames_cb(const struct nlmsghdr *nlh, void *data)
{
	struct altnames *a = data;
	struct altname *alt = array_next(&a->missed, sizeof(*alt));
	const char *name;
	int err;

	if (!alt)
		return -ENOMEM;
	err = link_parse(nlh, &alt->link);
	if (err || !can_be_source(&alt->link))
		return err;
	if (matches(a->pattern, alt->link.name)) {
		a->has_own = true;
		return 0;
	}
	name = find_name(nlh, a->pattern);
	if (!name)
		return 0;
	snprintf(alt->name, sizeof(alt->name), "%s", name);
	a->missed.count++;
	return 0;
}

/**
 * altnames_read - Compare all devices of the netns with a pattern.
 * @a: has the pattern; free @a->missed.items whatever is returned
 * @nl: the connection
 *
 * Return: 0 or a negative errno.
 */
int altnames_read(struct altnames *a, struct nl *nl)
{
	return links_dump(nl, altnames_cb, a);
}

/**
 * altname_to_add - Choose the name by which vspanctl add makes the device a source.
 * @alt: the device
 *
 * Return: the alternative name; the own name if a source cannot have the other.
 */
const char *altname_to_add(const struct altname *alt)
{
	if (strlen(alt->name) > VSPAN_PATTERN_LEN ||
	    strpbrk(alt->name, "*?[/: \t\n\v\f\r"))
		return alt->link.name;
	return alt->name;
}
