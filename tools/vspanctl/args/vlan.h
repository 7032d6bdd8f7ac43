/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_VLAN_H
#define VSPANCTL_VLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VLAN_VID_MIN	1
#define VLAN_VID_MAX	4094
/* Longest canonical list: every other VLAN by itself, and "untagged". */
#define VLAN_LIST_LEN	(4096 / 2 * 5 + 16)

int vlan_parse(const char *list, uint8_t *bitmap, char *err, size_t len);
void vlan_set(uint8_t *bitmap, unsigned int vid);
void vlan_fill(uint8_t *bitmap);
bool vlan_is_all(const uint8_t *bitmap);
const char *vlan_format(const uint8_t *bitmap, char *buf, size_t len);

#endif /* VSPANCTL_VLAN_H */
