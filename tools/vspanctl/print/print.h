/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_PRINT_H
#define VSPANCTL_PRINT_H

#include "nl/model.h"
#include "print/out.h"

/* Longest target of an output, "psample 4294967295", and its NUL. */
#define OUTPUT_TARGET_LEN	19

const char *output_target(const char *dev, uint32_t group, char *buf);

const char *dormant_key(uint32_t why);
void source_why(const struct source *src, char *buf, size_t len);
void output_why(const struct output *output, char *buf, size_t len);

void print_time(struct out *o);
const char *drop_name(size_t reason);
void print_drops(struct out *o, int indent, const uint64_t *drops);
void print_span(struct out *o, const struct span *span);
void print_of(struct out *o, const struct span_id *of);
void print_key(struct out *o, const char *name, uint32_t kind);
void print_source(struct out *o, const struct source *src, int width);
void print_state(struct out *o, const struct source *src);
void print_binding(struct out *o, const struct binding *b);
void print_bindings(struct out *o, const struct source *src);
void print_span_stats(struct out *o, const struct span *span);
void print_source_stats(struct out *o, const struct source *src);
void print_output(struct out *o, const struct output *output);
void print_output_state(struct out *o, const struct output *output);
void print_output_stats(struct out *o, const struct output *output);

#endif /* VSPANCTL_PRINT_H */
