/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_SNAPSHOT_H
#define VSPANCTL_SNAPSHOT_H

#include "config/config.h"
#include "vspanctl.h"

int config_file(const struct ctx *ctx, const char *cmd, int argc, char **argv,
		const char **file);
int snapshot(struct ctx *ctx, const char *cmd, struct config *c);

#endif /* VSPANCTL_SNAPSHOT_H */
