/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_OUT_H
#define VSPANCTL_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OUT_DEPTH_MAX	31
#define OUT_WIDTH	80

/**
 * struct out - A printer of text or of JSON.
 * @fp: where to
 * @json: print JSON
 * @pretty: break and indent the JSON
 * @oneline: never break text
 * @depth: open objects and arrays
 * @used: bit per depth, set when it has an item already
 * @column: where the next character of text goes
 */
struct out {
	FILE *fp;
	bool json;
	bool pretty;
	bool oneline;
	unsigned int depth;
	uint32_t used;
	unsigned int column;
};

void out_object_open(struct out *o, const char *key);
void out_object_close(struct out *o);
void out_array_open(struct out *o, const char *key);
void out_array_close(struct out *o);

void out_str(struct out *o, const char *key, const char *fmt, const char *val);
void out_u64(struct out *o, const char *key, const char *fmt,
	     unsigned long long val);
void out_s32(struct out *o, const char *key, const char *fmt, int val);
void out_bool(struct out *o, const char *key, const char *yes, const char *no,
	      bool val);

void out_text(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_wrap(struct out *o, unsigned int indent, const char *sep,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));

int out_flush(struct out *o);
bool out_is_clean(const char *s);

#endif /* VSPANCTL_OUT_H */
