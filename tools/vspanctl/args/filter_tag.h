/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_FILTER_TAG_H
#define VSPANCTL_FILTER_TAG_H

#include <pcap/pcap.h>

unsigned int filter_tag_loads(struct bpf_program *prog);
int filter_tag(struct bpf_program *prog);

#endif /* VSPANCTL_FILTER_TAG_H */
