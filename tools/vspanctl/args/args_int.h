/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations that the files of args/ share. */
#ifndef VSPANCTL_ARGS_INT_H
#define VSPANCTL_ARGS_INT_H

#include "args/args.h"

/* args.c */
int args_error(struct args *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int number_parse(struct args *a, const char *word, const char *val,
		 uint32_t min, uint32_t max, uint32_t *to);

/* args_copy.c */
int filter_parse(struct args *a, const char *val);
int filter_make(struct nlmsghdr *nlh, const struct args *a, char *err,
		size_t len);
int snaplen_parse(struct args *a, const char *val);
void snaplen_put(struct nlmsghdr *nlh, const struct args *a);
int share_parse(struct args *a, const char *val);
void share_put(struct nlmsghdr *nlh, const struct args *a);
int sample_parse(struct args *a, const char *val);
void sample_put(struct nlmsghdr *nlh, const struct args *a);
int rate_parse(struct args *a, const char *val);
void rate_put(struct nlmsghdr *nlh, const struct args *a);
int tag_parse(struct args *a, const char *val);
void tag_put(struct nlmsghdr *nlh, const struct args *a);

/* args_take.c */
int hook_parse(struct args *a, const char *val);
void hook_put(struct nlmsghdr *nlh, const struct args *a);
int redirect_parse(struct args *a, const char *val);
void redirect_put(struct nlmsghdr *nlh, const struct args *a);
int promisc_parse(struct args *a, const char *val);
void promisc_put(struct nlmsghdr *nlh, const struct args *a);
int dup_parse(struct args *a, const char *val);
void dup_put(struct nlmsghdr *nlh, const struct args *a);

/* args_span.c */
int netns_parse(struct args *a, const char *val);
int netnsid_parse(struct args *a, const char *val);

#endif /* VSPANCTL_ARGS_INT_H */
