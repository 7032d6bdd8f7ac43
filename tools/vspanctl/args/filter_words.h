/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_FILTER_WORDS_H
#define VSPANCTL_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* SKF_AD_OFF plus SKF_AD_VLAN_TAG_PRESENT and SKF_AD_VLAN_TAG, as ether[] takes them */
#define FILTER_TAG_PRESENT	0xfffff030U
#define FILTER_TAG		0xfffff02cU

/**
 * struct filter_word - A word of an expression.
 * @at: where it begins
 * @len: its length
 */
struct filter_word {
	const char *at;
	size_t len;
};

bool filter_word_next(const char **s, struct filter_word *w);
bool filter_word_is(const struct filter_word *w, const char *text);
int filter_words_mark(const char *text, char **marked, unsigned int *marks);
char *filter_words_put(const char *text, const struct filter_word *w,
		       const char *put);

#endif /* VSPANCTL_FILTER_WORDS_H */
