// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps sources while they change: when the first message has arrived, a source of the
 * same or of another netns is made and deleted.
 */
#include <linux/genetlink.h>
#include <linux/vspan.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pkt.h"
#include "request.h"

struct overtake {
	struct request dump;
	struct request change;
	const char *span;
	const char *by;
	uint32_t sources;
	int interrupted;
};

static void change(struct overtake *o, uint8_t cmd)
{
	int err;

	request_start(&o->change, o->change.family, cmd, 0);
	request_string(&o->change, VSPAN_A_SOURCE_SPAN, o->span);
	request_string(&o->change, VSPAN_A_SOURCE_NAME, "overtake");
	err = request_do(&o->change);
	if (err)
		die("overtake: a change is refused: %s", strerror(err));
}

/* Change it in another process, since the only buffer for answers holds the dump. */
static void changes(struct overtake *o)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		change(o, VSPAN_CMD_SOURCE_NEW);
		change(o, VSPAN_CMD_SOURCE_DEL);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		die("overtake: nothing has changed");
}

static void one(void *arg, const struct nlmsghdr *h)
{
	struct overtake *o = arg;

	if (!o->sources++ && o->by)
		changes(o);
	o->interrupted |= !!(h->nlmsg_flags & NLM_F_DUMP_INTR);
}

int overtake_main(int argc, char **argv)
{
	static struct overtake o = { .span = "span0" };
	const char *v, *ns = NULL, *only = NULL;
	int i, err;

	for (i = 0; i < argc; i++) {
		if ((v = opt_value(argv[i], "ns")))
			ns = v;
		else if ((v = opt_value(argv[i], "by")))
			o.by = v;
		else if ((v = opt_value(argv[i], "span")))
			o.span = v;
		else if ((v = opt_value(argv[i], "only")))
			only = v;
		else
			die("overtake: unknown word %s", argv[i]);
	}
	request_open(&o.dump, ns, NETLINK_GENERIC);
	request_open(&o.change, o.by, NETLINK_GENERIC);
	request_start(&o.dump, o.dump.family, VSPAN_CMD_SOURCE_GET, NLM_F_DUMP);
	if (only)
		request_string(&o.dump, VSPAN_A_SOURCE_SPAN, only);
	err = request_dump(&o.dump, one, &o);
	printf("sources=%u interrupted=%d error=%d\n", o.sources, o.interrupted, err);
	return err ? 1 : 0;
}
