// SPDX-License-Identifier: GPL-2.0
/* VLAN lists: "10,20-30,untagged" to and from the bitmap of the protocol.
 * Bit 0 stands for frames without a VLAN, bit 4095 for nothing.
 */
#include "args/vlan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/vspan.h>

#define UNTAGGED	"untagged"
#define VID_RANGE	"a VLAN ID is 1 to 4094"

static bool vlan_test(const uint8_t *bitmap, unsigned int vid)
{
	return bitmap[vid / 8] & (1 << vid % 8);
}

/**
 * vlan_set - Add a VLAN to a bitmap.
 * @bitmap: VSPAN_VLAN_BITMAP_LEN bytes
 * @vid: its ID, 0 for frames without one
 */
void vlan_set(uint8_t *bitmap, unsigned int vid)
{
	bitmap[vid / 8] |= 1 << vid % 8;
}

static int vlan_error(char *err, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int vlan_error(char *err, size_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Reads at least one decimal digit. A number too large for a VLAN ID stays too large. */
static const char *vlan_number(const char *s, unsigned int *vid)
{
	const char *start = s;

	for (*vid = 0; *s >= '0' && *s <= '9'; s++)
		if (*vid <= VLAN_VID_MAX)
			*vid = *vid * 10 + (*s - '0');
	return s == start ? NULL : s;
}

static int vlan_check(unsigned int vid, const char *item, char *err, size_t len)
{
	if (vid == 0)
		return vlan_error(err, len,
				  "vlan \"%.40s\": 0 marks a priority tag and names no VLAN; "
				  VID_RANGE ", and \"" UNTAGGED "\" means frames without one",
				  item);
	if (vid > VLAN_VID_MAX)
		return vlan_error(err, len, "vlan \"%.40s\" is out of range: "
				  VID_RANGE, item);
	return 0;
}

static int vlan_item(const char *item, uint8_t *bitmap, char *err, size_t len)
{
	unsigned int from, to, vid;
	const char *end;

	if (!strcmp(item, UNTAGGED)) {
		vlan_set(bitmap, 0);
		return 0;
	}
	end = vlan_number(item, &from);
	to = from;
	if (end && *end == '-')
		end = vlan_number(end + 1, &to);
	if (!end || *end)
		return vlan_error(err, len,
				  "vlan \"%.40s\" is neither a VLAN ID, a range like 20-30 nor \""
				  UNTAGGED "\"; " VID_RANGE, item);
	if (vlan_check(from, item, err, len) || vlan_check(to, item, err, len))
		return -EINVAL;
	if (from > to)
		return vlan_error(err, len,
				  "vlan \"%.40s\" runs backwards: write %u-%u; " VID_RANGE,
				  item, to, from);
	for (vid = from; vid <= to; vid++)
		vlan_set(bitmap, vid);
	return 0;
}

/**
 * vlan_parse - Read a list of VLANs.
 * @list: VLAN IDs, ranges and "untagged", separated by commas
 * @bitmap: VSPAN_VLAN_BITMAP_LEN bytes, filled on success
 * @err: gets a sentence on failure
 * @len: size of @err
 *
 * Return: 0 or -EINVAL.
 */
int vlan_parse(const char *list, uint8_t *bitmap, char *err, size_t len)
{
	const char *comma;
	char item[64];
	size_t n;

	memset(bitmap, 0, VSPAN_VLAN_BITMAP_LEN);
	for (;; list = comma + 1) {
		comma = strchr(list, ',');
		n = comma ? (size_t)(comma - list) : strlen(list);
		if (!n)
			return vlan_error(err, len,
					  "vlan list has an empty item: write it like 10,20-30,"
					  UNTAGGED "; " VID_RANGE);
		if (n >= sizeof(item))
			n = sizeof(item) - 1;
		memcpy(item, list, n);
		item[n] = '\0';
		if (vlan_item(item, bitmap, err, len))
			return -EINVAL;
		if (!comma)
			return 0;
	}
}

/**
 * vlan_fill - Select every VLAN and frames without one: no list at all.
 * @bitmap: VSPAN_VLAN_BITMAP_LEN bytes
 */
void vlan_fill(uint8_t *bitmap)
{
	memset(bitmap, 0xff, VSPAN_VLAN_BITMAP_LEN);
	bitmap[VSPAN_VLAN_BITMAP_LEN - 1] = 0x7f;	/* 4095 is reserved */
}

/**
 * vlan_is_all - Does a bitmap select everything?
 * @bitmap: VSPAN_VLAN_BITMAP_LEN bytes
 *
 * Return: true if it is the same as having no list.
 */
bool vlan_is_all(const uint8_t *bitmap)
{
	uint8_t all[VSPAN_VLAN_BITMAP_LEN];

	vlan_fill(all);
	return !memcmp(bitmap, all, sizeof(all));
}

static size_t vlan_append(char *buf, size_t len, size_t pos, const char *item)
{
	int n;

	if (pos >= len)
		return pos;
	n = snprintf(buf + pos, len - pos, "%s%s", pos ? "," : "", item);
	return pos + n;
}

/**
 * vlan_format - Write a bitmap as its canonical list.
 * @bitmap: VSPAN_VLAN_BITMAP_LEN bytes
 * @buf: where to; VLAN_LIST_LEN bytes are always enough
 * @len: size of @buf
 *
 * Ranges are merged and ascending, two neighbours are a range too; "untagged"
 * comes last.
 *
 * Return: @buf.
 */
const char *vlan_format(const uint8_t *bitmap, char *buf, size_t len)
{
	unsigned int vid, from;
	char item[24];
	size_t pos = 0;

	buf[0] = '\0';
	for (vid = VLAN_VID_MIN; vid <= VLAN_VID_MAX; vid++) {
		if (!vlan_test(bitmap, vid))
			continue;
		for (from = vid; vid < VLAN_VID_MAX && vlan_test(bitmap, vid + 1);)
			vid++;
		if (from == vid)
			snprintf(item, sizeof(item), "%u", from);
		else
			snprintf(item, sizeof(item), "%u-%u", from, vid);
		pos = vlan_append(buf, len, pos, item);
	}
	if (vlan_test(bitmap, 0))
		vlan_append(buf, len, pos, UNTAGGED);
	return buf;
}
