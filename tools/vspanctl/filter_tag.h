/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_FILTER_TAG_H
#define VSPANCTL_FILTER_TAG_H

#include <stdbool.h>
#include <pcap/pcap.h>

bool filter_asks_for_tag(const struct bpf_program *prog);
int filter_tag(struct bpf_program *prog);

#endif /* VSPANCTL_FILTER_TAG_H */
