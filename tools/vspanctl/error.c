// SPDX-License-Identifier: GPL-2.0
/* Messages on stderr: one line each, with the prefix "vspanctl: ". */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "version.h"
#include "vspanctl.h"

/* One for the whole process, like stderr. */
static struct place place;

/**
 * report_at - Set the line of a file that later messages are about.
 * @file: name of the file, NULL for none
 * @line: number of the line, 0 for none
 */
void report_at(const char *file, unsigned int line)
{
	place.file = file;
	place.line = line;
}

/**
 * report_place - Get the arguments of the last report_at().
 *
 * Return: the place, to be set again after an included file was read.
 */
struct place report_place(void)
{
	return place;
}

static void report_line(const char *what, const char *why)
{
	char line[1024], where[16] = "";
	char *s;

	if (place.line)
		snprintf(where, sizeof(where), ":%u", place.line);
	snprintf(line, sizeof(line), "%.200s%s%s%s%s%s",
		 place.file ? place.file : "", where, place.file ? ": " : "",
		 what, why ? ": " : "", why ? why : "");
	/* The message may contain any bytes from the user or the kernel. */
	for (s = line; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
	fprintf(stderr, "vspanctl: %s\n", line);
}

static void report_va(const char *fmt, va_list ap)
{
	char what[640];

	vsnprintf(what, sizeof(what), fmt, ap);
	report_line(what, NULL);
}

/**
 * report - Print a sentence on stderr.
 * @fmt: format
 */
void report(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_va(fmt, ap);
	va_end(ap);
}

/**
 * usage_error - Print why a command line was not understood.
 * @fmt: format
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_va(fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

/**
 * what_is - Refuse a word that is not in the grammar.
 * @word: the word
 * @cmd: the command whose help tells the grammar, "" for vspanctl itself
 *
 * Return: EXIT_USAGE.
 */
int what_is(const char *word, const char *cmd)
{
	if (*word == '-')
		return usage_error("what is \"%.40s\"? options go before the command, as in: vspanctl -s show",
				   word);
	return usage_error("what is \"%.40s\"? see: vspanctl %s%shelp", word,
			   cmd, *cmd ? " " : "");
}

/**
 * request - Send a request that has no reply other than success or an error.
 * @s: the socket
 * @nlh: the request
 *
 * If the kernel sends a sentence with success, it is printed as a warning.
 *
 * Return: 0, or a negative errno for refused().
 */
int request(struct nl_sock *s, struct nlmsghdr *nlh)
{
	int err = nl_talk(s, nlh, NULL, NULL);

	if (!err && s->extack[0])
		report("warning: %s", s->extack);
	return err;
}

/**
 * refused - Print why the kernel refused.
 * @s: the socket, for the kernel's own sentence; NULL if there is none
 * @err: negative errno
 * @fmt: what was tried, like "add eth0 to span0"
 *
 * Return: EXIT_REFUSED.
 */
int refused(const struct nl_sock *s, int err, const char *fmt, ...)
{
	char what[256], old[256];
	const char *why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);

	why = s ? version_why(s, err, old, sizeof(old)) : NULL;
	if (why)
		;
	else if (s && s->extack[0])
		why = s->extack;
	else if (err == -EPERM || err == -EACCES)
		why = "not permitted: this needs CAP_NET_ADMIN in the network namespace; run it as root";
	else if (err == -EBADMSG)
		why = "the kernel's answer is malformed; are vspanctl and the vspan module of the same version?";
	else if (err == -EINTR)
		why = "the configuration changes faster than it can be read; try again";
	else
		why = strerror(-err);
	report_line(what, why);
	return EXIT_REFUSED;
}
