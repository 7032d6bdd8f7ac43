/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations that the files of config/ share. */
#ifndef VSPANCTL_CONFIG_INT_H
#define VSPANCTL_CONFIG_INT_H

#include "config/config.h"

/* config.c */
struct entry *config_next(struct config *c, enum entry_kind kind);
int where_read(struct args *a);
void where_put(FILE *fp, const struct args *a);
int span_cmp(const struct args *x, const struct args *y);

/* config_source.c */
int source_read(struct args *a, int argc, char **argv);
int source_cmp(const struct args *x, const struct args *y);
bool source_same(const struct args *old, const struct args *want);
const char *source_text(const struct args *a, char *buf, size_t size);
void source_put(FILE *fp, const struct args *a);

#endif /* VSPANCTL_CONFIG_INT_H */
