// SPDX-License-Identifier: GPL-2.0
/* Names of hosts in an expression, for a file that is read where nobody can be asked
 * for their addresses: at boot, before the network is up.
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

/* No keyword can follow "host". */
static bool is_name(const struct filter_word *w)
{
	char text[VSPAN_FILTER_TEXT_LEN + 8];
	const char *says;

	snprintf(text, sizeof(text), "host %.*s", (int)w->len, w->at);
	says = filter_says(text);
	return !says || !strstr(says, "syntax error");
}

/* What is libpcap looking for in this place? It says so of what it does not find. */
static bool is_host(const char *text, const struct filter_word *w)
{
	const char *says;
	bool yes;
	char *trial;

	/* A part of an IPv6 address, which is a word to libpcap as a whole. */
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

/* "A or B"; returns how many. */
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

/* To be freed; NULL if the name has no such address. */
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

/* To be freed; NULL if it cannot be, @says then what libpcap says of it, or NULL. */
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

/* All addresses; but "ip host" takes none of the other family, and says so. For no other
 * reason may one be left out: "not host NAME" would select more.
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
 * Return: how many names there were, or a negative errno.
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
