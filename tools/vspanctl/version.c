// SPDX-License-Identifier: GPL-2.0
/* The version of the loaded module, which is older than the tool if the packages were
 * upgraded while the module was in use.
 */
#include "version.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/vspan.h>

#include "vspanctl.h"

#define MODULE_VERSION_FILE	"/sys/module/vspan/version"
#define MODULE_DIR		"/sys/module/vspan"

/* The words of the command line for attributes that an older module may not know. netns
 * and netnsid use the same attribute.
 */
static const struct {
	uint8_t cmd;
	uint16_t attr;
	const char *word;
} words[] = {
	{ VSPAN_CMD_SPAN_GET,	VSPAN_A_SPAN_NETNSID,		"netns" },
	{ VSPAN_CMD_SPAN_SET,	VSPAN_A_SPAN_FRAMES,		"frames" },
	{ VSPAN_CMD_SPAN_SET,	VSPAN_A_SPAN_OWNED,		"capture" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_KIND,		"that kind of source" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_HOOK,		"hook" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_REDIRECT,	"redirect" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_PROMISC,		"promisc" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_DUP_KEEP,	"dup" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_FILTER,		"filter" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_FILTER_TEXT,	"filter" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SNAPLEN,		"snaplen" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SNAP_HEADERS,	"snaplen headers" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SHARE,		"share" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SHARES,		"share" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SAMPLE,		"sample" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_RATE,		"rate" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_TAG,		"tag" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SPAN_IFINDEX,	"netns" },
	{ VSPAN_CMD_SOURCE_NEW,	VSPAN_A_SOURCE_SPAN_NETNSID,	"netns" },
	{ VSPAN_CMD_OUTPUT_NEW,	VSPAN_A_OUTPUT_GROUP,		"psample" },
	{ VSPAN_CMD_OUTPUT_NEW,	VSPAN_A_OUTPUT_VLAN,		"vlan" },
	{ VSPAN_CMD_OUTPUT_NEW,	VSPAN_A_OUTPUT_STRIP,		"strip" },
	{ VSPAN_CMD_OUTPUT_NEW,	VSPAN_A_OUTPUT_SPAN_IFINDEX,	"netns" },
	{ VSPAN_CMD_OUTPUT_NEW,	VSPAN_A_OUTPUT_SPAN_NETNSID,	"netns" },
};

/* The command that stands for all commands with the same attribute set. */
static uint8_t cmd_of_set(uint8_t cmd)
{
	switch (cmd) {
	case VSPAN_CMD_SOURCE_SET:
	case VSPAN_CMD_SOURCE_DEL:
		return VSPAN_CMD_SOURCE_NEW;
	case VSPAN_CMD_OUTPUT_DEL:
		return VSPAN_CMD_OUTPUT_NEW;
	default:
		return cmd;
	}
}

static const char *word_of(uint8_t cmd, uint16_t attr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].cmd == cmd_of_set(cmd) && words[i].attr == attr)
			return words[i].word;
	return NULL;
}

/* Is this netlink's own error for an attribute that is unknown or out of range? The tool
 * has checked all values, so a module of the same version would accept them.
 */
static bool is_unknown(const char *extack)
{
	static const char *const says[] = {
		"Unknown attribute type", "Unsupported attribute",
		"integer out of range", "reserved bit set",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(says); i++)
		if (!strcmp(extack, says[i]))
			return true;
	return false;
}

/* Reads the next number, or 0. A sign or a Debian revision ends the version. */
static unsigned long number(const char **at)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)**at))
		return 0;
	n = strtoul(*at, &end, 10);
	*at = end + (*end == '.');
	return n;
}

/**
 * version_cmp - Compare two versions.
 * @x: a version like 0.1.0; anything after the numbers is ignored
 * @y: another
 *
 * Return: less than, equal to or greater than 0, as @x is older, as old, or newer.
 */
int version_cmp(const char *x, const char *y)
{
	unsigned long a, b;

	for (;;) {
		a = number(&x);
		b = number(&y);
		if (a != b)
			return a < b ? -1 : 1;
		if (!isdigit((unsigned char)*x) && !isdigit((unsigned char)*y))
			return 0;
	}
}

/**
 * module_version - Ask for the version of the module that is loaded.
 * @buf: gets it, or ""
 * @size: bytes in @buf
 *
 * Return: false if none is loaded.
 */
bool module_version(char *buf, size_t size)
{
	FILE *fp = fopen(MODULE_VERSION_FILE, "re");

	*buf = '\0';
	if (!fp)
		return !access(MODULE_DIR, F_OK);
	if (!fgets(buf, size, fp))
		*buf = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	fclose(fp);
	return true;
}

/**
 * version_print - Print the versions of the tool and of the module.
 */
void version_print(void)
{
	char loaded[VERSION_LEN];

	puts("vspanctl " VSPAN_VERSION);
	if (!module_version(loaded, sizeof(loaded)))
		puts("vspan module not loaded");
	else if (version_cmp(loaded, VSPAN_VERSION) < 0)
		printf("vspan module %s, older than vspanctl; load the new one with: modprobe -r vspan && modprobe vspan\n",
		       loaded);
	else
		printf("vspan module %s\n", loaded);
}

/**
 * version_why - Is a request refused because the module is older than the tool?
 * @s: the socket, with the refusal
 * @err: negative errno
 * @buf: room for the sentence
 * @size: bytes in @buf
 *
 * Return: @buf, or NULL if it is refused for something else.
 */
const char *version_why(const struct nl_sock *s, int err, char *buf, size_t size)
{
	const char *word = word_of(s->cmd, s->refused_attr);
	char loaded[VERSION_LEN];

	module_version(loaded, sizeof(loaded));
	if (word && is_unknown(s->extack))
		snprintf(buf, size, "the module that is loaded, vspan %s, does not know \"%s\"; load that of vspanctl %s with: modprobe -r vspan && modprobe vspan",
			 loaded, word, VSPAN_VERSION);
	else if (err == -EOPNOTSUPP && s->cmd && !s->extack[0])
		snprintf(buf, size, "the module that is loaded, vspan %s, does not know this command; load that of vspanctl %s with: modprobe -r vspan && modprobe vspan",
			 loaded, VSPAN_VERSION);
	else
		return NULL;
	return buf;
}
