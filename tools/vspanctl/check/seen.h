/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_SEEN_H
#define VSPANCTL_SEEN_H

#include <stdint.h>

unsigned int vlans_seen(int ifindex, uint32_t dir, uint8_t *vlans);

#endif /* VSPANCTL_SEEN_H */
