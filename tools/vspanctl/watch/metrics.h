/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_METRICS_H
#define VSPANCTL_METRICS_H

#include "nl/model.h"
#include "vspanctl.h"

void metrics_print(struct out *o, const struct model *m, bool openmetrics);
int metrics_write(struct ctx *ctx, bool openmetrics);
int metrics_http(struct ctx *ctx);

#endif /* VSPANCTL_METRICS_H */
