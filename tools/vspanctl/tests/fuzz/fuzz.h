/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_FUZZ_H
#define VSPANCTL_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls with each input; see its documentation. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
