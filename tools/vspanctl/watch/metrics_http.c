// SPDX-License-Identifier: GPL-2.0
/* metrics http: answers the one HTTP request (RFC 9112) that is on standard input, as
 * systemd hands it over for a socket with Accept=yes, or inetd.
 */
#include "watch/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_MAX	8192	/* bytes of a request's head; the rest is not read */
#define HEAD_TIME	10	/* seconds in which it has to arrive */

/* Media types, as Prometheus asks for them. */
#define TYPE_OPENMETRICS	"application/openmetrics-text"
#define TYPE_PROMETHEUS		"text/plain; version=0.0.4; charset=utf-8"
#define TYPE_PLAIN		"text/plain; charset=utf-8"

/**
 * struct answer - What is sent.
 * @status: code and reason
 * @type: media type of @body
 * @body: the content
 * @len: bytes in @body
 * @head_only: the request was HEAD
 */
struct answer {
	const char *status;
	const char *type;
	char *body;
	size_t len;
	bool head_only;
};

/* Read up to the empty line after the head. Returns whether it is complete. A client that
 * is too slow ends the process by SIGALRM.
 */
static bool head_read(char *head, size_t size)
{
	size_t len = 0;
	ssize_t n;

	alarm(HEAD_TIME);
	do {
		n = read(STDIN_FILENO, head + len, size - 1 - len);
		if (n <= 0)
			return false;
		len += n;
		head[len] = '\0';
	} while (!strstr(head, "\r\n\r\n") && !strstr(head, "\n\n"));
	alarm(0);
	return true;
}

/* Returns why the request is refused, or NULL. */
static const char *head_refused(const char *head, bool *head_only)
{
	char method[16] = "", target[256] = "";
	const char *path = target;
	unsigned int version;

	if (sscanf(head, "%15s %255s HTTP/%u.", method, target, &version) != 3)
		return "400 Bad Request";
	*head_only = !strcmp(method, "HEAD");
	if (strcmp(method, "GET") && !*head_only)
		return "405 Method Not Allowed";
	target[strcspn(target, "?")] = '\0';
	if (!strncasecmp(target, "http://", 7))
		path = target + 7 + strcspn(target + 7, "/");
	return strcmp(path, "/metrics") ? "404 Not Found" : NULL;
}

/* Does the field Accept of the head name this media type? */
static bool head_accepts(const char *head, const char *type)
{
	const char *field = strcasestr(head, "\naccept:");
	char *line;
	bool found;

	if (!field)
		return false;
	line = strndup(field + 1, strcspn(field + 1, "\r\n"));
	found = line && strcasestr(line, type);
	free(line);
	return found;
}

static void answer_send(FILE *fp, const struct answer *a)
{
	fprintf(fp, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
		a->status, a->type, a->len);
	if (!strncmp(a->status, "405", 3))
		fputs("Allow: GET, HEAD\r\n", fp);
	fputs("Connection: close\r\n\r\n", fp);
	if (!a->head_only)
		fwrite(a->body, 1, a->len, fp);
	fflush(fp);
}

/* The body of an error is its status. */
static void error_send(FILE *fp, struct answer *a, const char *status)
{
	char body[64];

	a->status = status;
	a->type = TYPE_PLAIN;
	a->len = snprintf(body, sizeof(body), "%s\n", status);
	a->body = body;
	answer_send(fp, a);
}

static int counters_send(struct ctx *ctx, struct answer *a, bool openmetrics)
{
	FILE *fp = ctx->out.fp;
	int ret;

	ctx->out.fp = open_memstream(&a->body, &a->len);
	if (!ctx->out.fp) {
		ctx->out.fp = fp;
		return refused(NULL, -errno, "metrics");
	}
	ret = metrics_write(ctx, openmetrics);
	fclose(ctx->out.fp);
	ctx->out.fp = fp;
	a->status = "200 OK";
	a->type = openmetrics ? TYPE_OPENMETRICS "; version=1.0.0; charset=utf-8" :
				TYPE_PROMETHEUS;
	if (!ret)
		answer_send(fp, a);
	free(a->body);
	return ret;
}

/**
 * metrics_http - Answer one request for the counters.
 * @ctx: context
 *
 * Return: exit code: EXIT_OK also if the client was refused.
 */
int metrics_http(struct ctx *ctx)
{
	struct answer a = { 0 };
	char head[HEAD_MAX];
	const char *why;
	int ret;

	if (!head_read(head, sizeof(head))) {
		error_send(ctx->out.fp, &a, "400 Bad Request");
		return EXIT_OK;
	}
	why = head_refused(head, &a.head_only);
	if (why) {
		error_send(ctx->out.fp, &a, why);
		return EXIT_OK;
	}
	ret = counters_send(ctx, &a, head_accepts(head, TYPE_OPENMETRICS));
	if (ret)
		error_send(ctx->out.fp, &a, "503 Service Unavailable");
	return ret;
}
