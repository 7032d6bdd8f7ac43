// SPDX-License-Identifier: GPL-2.0
/* VLAN lists: good ones are written back in canonical form, bad ones are refused. */
#include "args/vlan.h"

#include <linux/vspan.h>

#include "ktap.h"

static const struct {
	const char *list;
	const char *canonical;
} good[] = {
	{ "10",			"10" },
	{ "1",			"1" },
	{ "4094",		"4094" },
	{ "1-4094",		"1-4094" },
	{ "10,20-30,untagged",	"10,20-30,untagged" },
	{ "untagged,10",	"10,untagged" },
	{ "untagged",		"untagged" },
	{ "30,20,10",		"10,20,30" },
	{ "10,11",		"10-11" },
	{ "10-20,15-25,26",	"10-26" },
	{ "10,10,10-10",	"10" },
	{ "0010",		"10" },
	{ "4090-4094",		"4090-4094" },
};

static const struct {
	const char *list;
	const char *says;
} bad[] = {
	{ "0",			"priority tag" },
	{ "0-10",		"priority tag" },
	{ "10,0",		"\"0\"" },
	{ "4095",		"\"4095\" is out of range" },
	{ "5000",		"\"5000\" is out of range" },
	{ "1-4095",		"\"1-4095\" is out of range" },
	{ "4294967306",		"out of range" },
	{ "18446744073709551626", "out of range" },
	{ "20-10",		"write 10-20" },
	{ "",			"empty item" },
	{ ",",			"empty item" },
	{ "10,",		"empty item" },
	{ ",10",		"empty item" },
	{ "10,,20",		"empty item" },
	{ "abc",		"\"abc\" is neither" },
	{ "10-",		"\"10-\" is neither" },
	{ "-10",		"\"-10\" is neither" },
	{ "10-20-30",		"\"10-20-30\" is neither" },
	{ "+10",		"neither" },
	{ " 10",		"neither" },
	{ "10 ",		"neither" },
	{ "0x10",		"neither" },
	{ "10;20",		"neither" },
	{ "Untagged",		"neither" },
	{ "all",		"neither" },
	{ "10,all",		"\"all\" is neither" },
	{ "untagged-10",	"neither" },
	{ "1000000000000000000000000000000000000000000000000000000000000000000000000",
				"out of range" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_good(struct ktap *t)
{
	uint8_t bitmap[VSPAN_VLAN_BITMAP_LEN];
	char buf[VLAN_LIST_LEN], err[256];
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		err[0] = '\0';
		if (vlan_parse(good[i].list, bitmap, err, sizeof(err)))
			ktap_str(t, err, "", good[i].list);
		else
			ktap_str(t, vlan_format(bitmap, buf, sizeof(buf)),
				 good[i].canonical, good[i].list);
	}
}

static void test_bad(struct ktap *t)
{
	uint8_t bitmap[VSPAN_VLAN_BITMAP_LEN];
	char err[256], name[320];
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		err[0] = '\0';
		snprintf(name, sizeof(name), "refuse \"%s\": %s", bad[i].list,
			 bad[i].says);
		ktap_ok(t, vlan_parse(bad[i].list, bitmap, err, sizeof(err)) &&
			   strstr(err, bad[i].says) && strstr(err, "1 to 4094"),
			name);
	}
}

static void test_bits(struct ktap *t)
{
	uint8_t bitmap[VSPAN_VLAN_BITMAP_LEN];
	char err[256];

	vlan_parse("10,untagged", bitmap, err, sizeof(err));
	ktap_ok(t, bitmap[0] == 0x01 && bitmap[1] == 0x04 && !bitmap[2],
		"VLAN v is bit v % 8 of byte v / 8");
	vlan_parse("1-4094,untagged", bitmap, err, sizeof(err));
	ktap_ok(t, vlan_is_all(bitmap), "every VLAN and untagged is all");
	ktap_ok(t, bitmap[511] == 0x7f, "bit 4095 is never set");
	vlan_parse("1-4094", bitmap, err, sizeof(err));
	ktap_ok(t, !vlan_is_all(bitmap), "every VLAN without untagged is not all");
	vlan_fill(bitmap);
	ktap_ok(t, vlan_is_all(bitmap) && bitmap[511] == 0x7f, "fill is all");
}

static void test_longest(struct ktap *t)
{
	uint8_t bitmap[VSPAN_VLAN_BITMAP_LEN], again[VSPAN_VLAN_BITMAP_LEN];
	char buf[VLAN_LIST_LEN], tiny[8], err[256];

	memset(bitmap, 0x55, sizeof(bitmap));
	vlan_format(bitmap, buf, sizeof(buf));
	ktap_ok(t, !vlan_parse(buf, again, err, sizeof(err)) &&
		   !memcmp(bitmap, again, sizeof(bitmap)),
		"the longest list comes back");
	vlan_format(bitmap, tiny, sizeof(tiny));
	ktap_ok(t, strlen(tiny) < sizeof(tiny), "a small buffer is not overrun");
	memset(bitmap, 0, sizeof(bitmap));
	ktap_str(t, vlan_format(bitmap, buf, sizeof(buf)), "", "no bit, no list");
}

int main(void)
{
	struct ktap t = { 0 };

	ktap_start();
	test_good(&t);
	test_bad(&t);
	test_bits(&t);
	test_longest(&t);
	return ktap_end(&t);
}
