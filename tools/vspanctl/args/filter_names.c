// SPDX-License-Identifier: GPL-2.0
/* Replaces names of hosts in an expression by addresses, for a file that is read at boot,
 * before names can be resolved.
 */
#include "args/filter.h"
#include "args/filter_words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/vspan.h>

#define NOBODY	"vspan.invalid"	/* RFC 6761: a name that no host has */

static bool has_letter(const struct filter_word *w)
{
	size_t i;

	for (i = 0; i < w->len; i++)
		if (isalpha((unsigned char)w->at[i]))
			return w->len < 2 || w->at[1] != 'x';
	return false;
}

/* Is the word a name? A keyword cannot follow "host". */
static bool is_name(const struct filter_word *w)
{
	char text[VSPAN_FILTER_TEXT_LEN + 8];
	const char *says;

	snprintf(text, sizeof(text), "host %.*s", (int)w->len, w->at);
	says = filter_says(text);
	return !says || !strstr(says, "syntax error");
}

/* Does libpcap look up this word as a host? A name that does not exist is put in its
 * place, and libpcap's error tells.
 */
static bool is_host(const char *text, const struct filter_word *w)
{
	const char *says;
	bool yes;
	char *trial;

	/* Part of an IPv6 address, which libpcap reads as one word. */
	if (w->at[w->len] == ':' || (w->at > text && w->at[-1] == ':'))
		return false;
	if (!has_letter(w) || !is_name(w))
		return false;
	trial = filter_words_put(text, w, NOBODY);
	says = trial ? filter_says(trial) : NULL;
	yes = says && strstr(says, "unknown host '" NOBODY "'");
	free(trial);
	return yes;
}

static void put_address(FILE *fp, const struct addrinfo *ai)
{
	char buf[INET6_ADDRSTRLEN];
	const void *addr;

	if (ai->ai_family == AF_INET)
		addr = &((const struct sockaddr_in *)ai->ai_addr)->sin_addr;
	else
		addr = &((const struct sockaddr_in6 *)ai->ai_addr)->sin6_addr;
	fputs(inet_ntop(ai->ai_family, addr, buf, sizeof(buf)), fp);
}

static bool is_of(const struct addrinfo *ai, int family)
{
	return family == AF_UNSPEC ?
	       ai->ai_family == AF_INET || ai->ai_family == AF_INET6 :
	       ai->ai_family == family;
}

/* Print "A or B"; returns the number of addresses. */
static unsigned int put_list(FILE *fp, const struct filter_word *w, int family)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *ai;
	char name[VSPAN_FILTER_TEXT_LEN + 1];
	unsigned int count = 0;

	snprintf(name, sizeof(name), "%.*s", (int)w->len, w->at);
	if (getaddrinfo(name, NULL, &hints, &list))
		return 0;
	for (ai = list; ai; ai = ai->ai_next) {
		if (!is_of(ai, family))
			continue;
		fputs(count++ ? " or " : "", fp);
		put_address(fp, ai);
	}
	freeaddrinfo(list);
	return count;
}

/* pcap-filter(7) has no parentheses in parentheses behind "host". */
static bool is_alone_in_parentheses(const char *text, const struct filter_word *w)
{
	return w->at > text && w->at[-1] == '(' && w->at[w->len] == ')';
}

/* Returns an allocated string, or NULL if the name has no such address. */
static char *addresses(const char *text, const struct filter_word *w, int family)
{
	char *list = NULL, *out = NULL;
	unsigned int count = 0;
	size_t len;
	FILE *fp;

	fp = open_memstream(&list, &len);
	if (!fp)
		return NULL;
	count = put_list(fp, w, family);
	fclose(fp);
	if (count == 1 || (count && is_alone_in_parentheses(text, w)))
		return list;
	if (count && asprintf(&out, "(%s)", list) < 0)
		out = NULL;
	free(list);
	return out;
}

/* Returns an allocated string, or NULL; then @says is libpcap's error, or NULL. */
static char *replace_by(const char *text, const struct filter_word *w, int family,
			const char **says)
{
	char *addrs = addresses(text, w, family);
	char *out = addrs ? filter_words_put(text, w, addrs) : NULL;

	free(addrs);
	*says = NULL;
	if (out && strlen(out) <= VSPAN_FILTER_TEXT_LEN) {
		*says = filter_says(out);
		if (!*says)
			return out;
	}
	free(out);
	return NULL;
}

/* Replace a name by all of its addresses. Addresses of one family are left out only if
 * libpcap refuses them, as "ip host" does with IPv6: with fewer addresses,
 * "not host NAME" would select more frames.
 */
static char *replace(const char *text, const struct filter_word *w)
{
	const char *says;
	char *out = replace_by(text, w, AF_UNSPEC, &says);

	if (out || !says || !strstr(says, "modifier applied to"))
		return out;
	out = replace_by(text, w, AF_INET, &says);
	return out ? out : replace_by(text, w, AF_INET6, &says);
}

/**
 * filter_resolve - Write addresses in place of the names of hosts.
 * @text: an expression; changed, VSPAN_FILTER_TEXT_LEN characters fit
 * @err: gets a sentence if it cannot be compiled, or not with addresses
 * @len: size of @err
 *
 * Return: the number of names, or a negative errno.
 */
int filter_resolve(char *text, char *err, size_t len)
{
	struct filter_word w;
	const char *s = text;
	int count = 0, ret;
	char *out;

	ret = filter_check(text, err, len);
	while (!ret && filter_word_next(&s, &w)) {
		if (!is_host(text, &w))
			continue;
		out = replace(text, &w);
		if (!out) {
			snprintf(err, len, "filter \"%.80s\": the addresses of %.*s cannot stand in its place; write one of them, or a net",
				 text, w.len < 80 ? (int)w.len : 80, w.at);
			return -EINVAL;
		}
		s = w.at + strlen(out) - strlen(text) + w.len;
		strcpy(text, out);
		free(out);
		count++;
	}
	return ret ? ret : count;
}
