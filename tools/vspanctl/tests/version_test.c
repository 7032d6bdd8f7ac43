// SPDX-License-Identifier: GPL-2.0
/* Comparing versions, and the sentences about an older module. */
#include "version.h"

#include <errno.h>
#include <string.h>
#include <linux/vspan.h>

#include "ktap.h"
#include "vspanctl.h"

static const struct {
	const char *x;
	const char *y;
	int cmp;
} pairs[] = {
	{ "0.1.0",	"0.1.0",	0 },
	{ "0.1.0",	"0.1.0-rc1",	0 },
	{ "0.1",	"0.1.0",	0 },
	{ "0.1.0",	"0.2.0",	-1 },
	{ "0.9.9",	"0.10.0",	-1 },
	{ "0.9",	"1.0",		-1 },
	{ "0.1.0",	"0.1.0.1",	-1 },
	{ "",		"0.1.0",	-1 },
	{ "2",		"1.99.99",	1 },
};

static const struct {
	uint8_t cmd;
	uint16_t attr;
	int err;
	const char *extack;
	const char *says;
} whys[] = {
	{ VSPAN_CMD_SOURCE_NEW, VSPAN_A_SOURCE_RATE, -EINVAL,
	  "Unknown attribute type", "does not know \"rate\"; load that of vspanctl " VSPAN_VERSION },
	{ VSPAN_CMD_SPAN_SET, VSPAN_A_SPAN_OWNED, -EINVAL,
	  "Unknown attribute type", "does not know \"capture\"" },
	{ VSPAN_CMD_SOURCE_SET, VSPAN_A_SOURCE_SNAP_HEADERS, -EINVAL,
	  "Unknown attribute type", "does not know \"snaplen headers\"" },
	{ VSPAN_CMD_SOURCE_DEL, VSPAN_A_SOURCE_SPAN_NETNSID, -EINVAL,
	  "Unsupported attribute", "does not know \"netns\"" },
	{ VSPAN_CMD_SOURCE_NEW, VSPAN_A_SOURCE_KIND, -ERANGE,
	  "integer out of range", "does not know \"that kind of source\"" },
	{ VSPAN_CMD_OUTPUT_DEL, VSPAN_A_OUTPUT_SPAN_IFINDEX, -EINVAL,
	  "Unknown attribute type", "does not know \"netns\"" },
	{ VSPAN_CMD_OUTPUT_NEW, 0, -EOPNOTSUPP, "", "does not know this command" },
	/* What is refused for another reason keeps that. */
	{ VSPAN_CMD_SOURCE_NEW, VSPAN_A_SOURCE_RATE, -EINVAL, "no such rate", NULL },
	{ VSPAN_CMD_SOURCE_NEW, 0, -EOPNOTSUPP, "the device is a span", NULL },
	{ VSPAN_CMD_SOURCE_NEW, 99, -EINVAL, "Unknown attribute type", NULL },
	{ 0, VSPAN_A_SOURCE_RATE, -EINVAL, "Unknown attribute type", NULL },
	{ 0, 0, -EOPNOTSUPP, "", NULL },
};

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

int main(void)
{
	static struct nl_sock s;
	struct ktap t = { 0 };
	const char *got;
	char buf[256];
	size_t i;

	ktap_start();
	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		ktap_ok(&t, sign(version_cmp(pairs[i].x, pairs[i].y)) == pairs[i].cmp &&
			sign(version_cmp(pairs[i].y, pairs[i].x)) == -pairs[i].cmp,
			pairs[i].x);
	for (i = 0; i < ARRAY_SIZE(whys); i++) {
		s.cmd = whys[i].cmd;
		s.refused_attr = whys[i].attr;
		strcpy(s.extack, whys[i].extack);
		got = version_why(&s, whys[i].err, buf, sizeof(buf));
		ktap_ok(&t, whys[i].says ? got && strstr(got, whys[i].says) : !got,
			whys[i].extack);
	}
	return ktap_end(&t);
}
