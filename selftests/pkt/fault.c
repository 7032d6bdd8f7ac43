// SPDX-License-Identifier: GPL-2.0
/*
 * Repeats one request with a different allocation failing each time: the first, the
 * second, and so on, until the request makes no more allocations. If the request fails,
 * it must have changed nothing; if it succeeds, it must be complete. At the end it must
 * succeed. The state is compared by dumps of all objects.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vspan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pkt.h"
#include "request.h"

#define STATE_MAX	(256 * 1024)
#define TRIES_MAX	20000
/* An old stack frame may still point to one leaked object, but not to all of three. */
#define ROUNDS		3

struct state {
	uint32_t len;
	uint8_t b[STATE_MAX];
};

struct fault {
	const char *span;
	const char *name;	/* name of the source or output */
	uint32_t kind;
	uint32_t hook;
	int fd;			/* fail-nth */
	struct request r;	/* generic netlink */
	struct request rt;	/* rtnetlink */
	uint32_t refused;
	uint32_t granted;	/* requests that succeeded despite a failed allocation */
	uint32_t silent;	/* requests without memory for the answer */
};

static struct state before, good, now;

/* Make the @n-th allocation of this task from now on fail. */
static void arm(struct fault *f, uint32_t n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(f->fd, text, (size_t)len, 0) != len)
		die("fail-nth: %m");
}

/* Has the allocation failed? */
static bool disarm(struct fault *f)
{
	char text[16] = "";

	if (pread(f->fd, text, sizeof(text) - 1, 0) < 0)
		die("fail-nth: %m");
	arm(f, 0);
	return atoi(text) == 0;
}

static void take(struct state *s, const uint8_t *p, uint32_t len)
{
	if (s->len + len > STATE_MAX)
		die("there is too much to compare");
	memcpy(s->b + s->len, p, len);
	s->len += len;
}

/* Wait until the span is idle, which happens 100 ms after it has come up. */
static bool lasts(const struct genlmsghdr *g, const struct nlattr *a)
{
	return g->cmd != VSPAN_CMD_SPAN_GET || a->nla_type != VSPAN_A_SPAN_IDLE;
}

static void on_dumped(void *arg, const struct nlmsghdr *h)
{
	const struct genlmsghdr *g = (const void *)(h + 1);
	uint32_t left = h->nlmsg_len - (uint32_t)(sizeof(*h) + sizeof(*g)), size;
	const uint8_t *p = (const uint8_t *)(g + 1);
	const struct nlattr *a;

	take(arg, (const uint8_t *)g, sizeof(*g));
	for (; left >= NLA_HDRLEN; p += size, left -= size) {
		a = (const void *)p;
		size = (uint32_t)NLA_ALIGN(a->nla_len);
		if (size < NLA_HDRLEN || size > left)
			die("a dump with a broken attribute");
		if (lasts(g, a))
			take(arg, p, size);
	}
}

static int dump(struct fault *f, uint8_t cmd, struct state *s)
{
	request_start(&f->r, f->r.family, cmd, NLM_F_DUMP);
	return request_dump(&f->r, on_dumped, s);
}

static void look(struct fault *f, struct state *s)
{
	static const uint8_t cmds[] = {
		VSPAN_CMD_SPAN_GET, VSPAN_CMD_SOURCE_GET, VSPAN_CMD_BINDING_GET,
		VSPAN_CMD_OUTPUT_GET,
	};
	size_t i;

	s->len = 0;
	for (i = 0; i < sizeof(cmds); i++)
		if (dump(f, cmds[i], s))
			die("a dump without a failure has failed: %m");
}

static bool same(const struct state *a, const struct state *b)
{
	return a->len == b->len && !memcmp(a->b, b->b, a->len);
}

/* --- the requests -------------------------------------------------------- */

static int link_request(struct fault *f, uint16_t type, uint16_t flags)
{
	struct ifinfomsg ifi = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	uint32_t nest;

	if (type == RTM_NEWLINK)
		ifi.ifi_index = 4711;	/* the same number each time */
	request_begin(&f->rt, type, flags, &ifi, sizeof(ifi));
	request_string(&f->rt, IFLA_IFNAME, f->span);
	nest = request_nest(&f->rt, IFLA_LINKINFO);
	request_attr(&f->rt, IFLA_INFO_KIND, "vspan", 5);
	request_nest_end(&f->rt, nest);
	return request_do(&f->rt);
}

static int span_add(struct fault *f)
{
	return link_request(f, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
}

static int span_del(struct fault *f)
{
	return link_request(f, RTM_DELLINK, 0);
}

static void source_key(struct fault *f, uint8_t cmd)
{
	request_start(&f->r, f->r.family, cmd, 0);
	request_string(&f->r, VSPAN_A_SOURCE_SPAN, f->span);
	request_string(&f->r, VSPAN_A_SOURCE_NAME, f->name);
	request_u32(&f->r, VSPAN_A_SOURCE_KIND, f->kind);
}

static void source_hook(struct fault *f, uint32_t hook)
{
	request_u32(&f->r, VSPAN_A_SOURCE_HOOK, hook);
	request_u32(&f->r, VSPAN_A_SOURCE_DIR, hook ? VSPAN_DIR_RX :
		    VSPAN_DIR_RX | VSPAN_DIR_TX);
}

static void source_filter(struct fault *f)
{
	static const struct sock_filter all = { BPF_RET | BPF_K, 0, 0, 0xffff };

	request_attr(&f->r, VSPAN_A_SOURCE_FILTER, &all, sizeof(all));
	request_string(&f->r, VSPAN_A_SOURCE_FILTER_TEXT, "len >= 0");
}

static int source_add(struct fault *f)
{
	source_key(f, VSPAN_CMD_SOURCE_NEW);
	source_hook(f, f->hook);
	source_filter(f);
	return request_do(&f->r);
}

static int source_del(struct fault *f)
{
	source_key(f, VSPAN_CMD_SOURCE_DEL);
	return request_do(&f->r);
}

static int source_set(struct fault *f)
{
	source_key(f, VSPAN_CMD_SOURCE_SET);
	source_hook(f, f->hook);
	source_filter(f);
	request_u32(&f->r, VSPAN_A_SOURCE_SNAPLEN, 64);
	return request_do(&f->r);
}

static int source_unset(struct fault *f)
{
	source_key(f, VSPAN_CMD_SOURCE_SET);
	source_hook(f, VSPAN_HOOK_TAP);
	request_attr(&f->r, VSPAN_A_SOURCE_FILTER, "", 0);
	request_u32(&f->r, VSPAN_A_SOURCE_SNAPLEN, 0);
	return request_do(&f->r);
}

/* A name that is a number means a psample group. */
static void output_key(struct fault *f, uint8_t cmd)
{
	request_start(&f->r, f->r.family, cmd, 0);
	request_string(&f->r, VSPAN_A_OUTPUT_SPAN, f->span);
	if (strspn(f->name, "0123456789") == strlen(f->name))
		request_u32(&f->r, VSPAN_A_OUTPUT_GROUP, (uint32_t)atoi(f->name));
	else
		request_string(&f->r, VSPAN_A_OUTPUT_DEV, f->name);
}

static int output_add(struct fault *f)
{
	output_key(f, VSPAN_CMD_OUTPUT_NEW);
	return request_do(&f->r);
}

static int output_del(struct fault *f)
{
	output_key(f, VSPAN_CMD_OUTPUT_DEL);
	return request_do(&f->r);
}

/* Dump all objects. A dump reports its failure; otherwise it is complete. */
static int dump_all(struct fault *f)
{
	static const uint8_t cmds[] = {
		VSPAN_CMD_SPAN_GET, VSPAN_CMD_SOURCE_GET, VSPAN_CMD_BINDING_GET,
		VSPAN_CMD_OUTPUT_GET,
	};
	size_t i;
	int err;

	now.len = 0;
	for (i = 0; i < sizeof(cmds); i++) {
		err = dump(f, cmds[i], &now);
		if (err)
			return err;
	}
	if (!same(&now, &before))
		die("a dump is not complete and does not say so");
	return 0;
}

static const struct what {
	const char *name;
	int (*act)(struct fault *f);
	int (*undo)(struct fault *f);	/* NULL: nothing to undo */
} whats[] = {
	{ "span-add", span_add, span_del },
	{ "span-del", span_del, span_add },
	{ "source-add", source_add, source_del },
	{ "source-del", source_del, source_add },
	{ "source-set", source_set, source_unset },
	{ "output-add", output_add, output_del },
	{ "output-del", output_del, output_add },
	{ "dump", dump_all, NULL },
};

/* --- the verdict --------------------------------------------------------- */

static void judge(struct fault *f, const struct what *w, uint32_t n, int err)
{
	look(f, &now);
	if (err == REQUEST_SILENT) {
		f->silent++;
		if (!same(&now, &before) && !same(&now, &good))
			die("%s, failure %u, unanswered: half done", w->name, n);
		return;
	}
	if (!err) {
		f->granted++;
		if (!same(&now, &good))
			die("%s, failure %u: granted, and not all of it is done", w->name, n);
		return;
	}
	f->refused++;
	/* The core loses the name of the device, and then does not find it. */
	if (err != ENOMEM && err != ENOBUFS && !(err == EINVAL && w->act == span_add))
		die("%s, failure %u: refused with: %s", w->name, n, strerror(err));
	if (!same(&now, &before))
		die("%s, failure %u: refused, and something has changed", w->name, n);
}

static void undo(struct fault *f, const struct what *w, uint32_t n)
{
	int err = w->undo && !same(&now, &before) ? w->undo(f) : 0;

	if (err)
		die("%s, after failure %u: undoing it: %s", w->name, n, strerror(err));
	look(f, &now);
	if (!same(&now, &before))
		die("%s, after failure %u: it cannot be undone", w->name, n);
}

static void learn(struct fault *f, const struct what *w)
{
	int err;

	/* The undo restores the options that were set at the beginning. */
	look(f, &before);
	if (w->undo && (w->act(f) || w->undo(f)))
		die("%s cannot be tried without any failure", w->name);
	look(f, &before);
	err = w->act(f);
	if (err)
		die("%s is refused without any failure: %s", w->name, strerror(err));
	look(f, &good);
	now = good;
	undo(f, w, 0);
}

static uint32_t try_all(struct fault *f, const struct what *w)
{
	uint32_t n;
	int err;

	for (n = 1; n < TRIES_MAX; n++) {
		arm(f, n);
		err = w->act(f);
		if (!disarm(f)) {
			if (err)
				die("%s is refused without any failure: %s", w->name,
				    strerror(err));
			look(f, &now);
			undo(f, w, n);
			return n - 1;
		}
		judge(f, w, n, err);
		undo(f, w, n);
	}
	die("%s never ends", w->name);
}

/* --- the module itself --------------------------------------------------- */

/* The core's code runs first and may return any error. */
static void judge_load(uint32_t n, int err)
{
	if (!err && access("/sys/module/vspan", F_OK))
		die("module, failure %u: granted, and it is not there", n);
	if (err && !access("/sys/class/vspan", F_OK))
		die("module, failure %u: refused, and its class is there", n);
}

static int load_module_all(struct fault *f, const char *path)
{
	int ko = open(path, O_RDONLY | O_CLOEXEC), err;
	bool failed = true;
	uint32_t n;

	if (ko < 0)
		die("%s: %m", path);
	for (n = 1; failed && n < TRIES_MAX; n++) {
		arm(f, n);
		err = syscall(SYS_finit_module, ko, "", 0) ? errno : 0;
		failed = disarm(f);
		if (!failed && err)
			die("the module is refused without any failure: %s", strerror(err));
		f->refused += !!err;
		f->granted += !err && failed;
		judge_load(n, err);
		if (!err && failed && syscall(SYS_delete_module, "vspan", O_NONBLOCK))
			die("module, after failure %u: unloading it: %m", n);
	}
	printf("failures=%u refused=%u granted=%u\n", f->refused + f->granted, f->refused,
	       f->granted);
	return f->refused ? 0 : 1;
}

static const struct what *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(whats) / sizeof(*whats); i++)
		if (!strcmp(whats[i].name, name))
			return &whats[i];
	die("fault: what is '%s'?", name);
}

static void open_fail_nth(struct fault *f)
{
	f->fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (f->fd < 0)
		die("/proc/thread-self/fail-nth: %m");
}

static void parse(struct fault *f, int argc, char **argv, const char **ns)
{
	const char *v;
	int i;

	for (i = 0; i < argc; i++) {
		if ((v = opt_value(argv[i], "span")))
			f->span = v;
		else if ((v = opt_value(argv[i], "name")))
			f->name = v;
		else if ((v = opt_value(argv[i], "kind")))
			f->kind = opt_number("kind", v, VSPAN_KIND_MASTER);
		else if ((v = opt_value(argv[i], "hook")))
			f->hook = opt_number("hook", v, VSPAN_HOOK_RX_HANDLER);
		else if ((v = opt_value(argv[i], "ns")))
			*ns = v;
		else
			die("fault: unknown word %s", argv[i]);
	}
}

int fault_main(int argc, char **argv)
{
	static struct fault f = { .span = "span0", .name = "eth0" };
	const char *ns = NULL;
	const struct what *w;
	uint32_t i, n = 0;

	if (!argc)
		die("fault: what is to fail?");
	open_fail_nth(&f);
	if (!strcmp(argv[0], "module") && argc == 2)
		return load_module_all(&f, argv[1]);
	w = find(argv[0]);
	parse(&f, argc - 1, argv + 1, &ns);
	request_open(&f.r, ns, NETLINK_GENERIC);
	request_open(&f.rt, ns, NETLINK_ROUTE);
	learn(&f, w);
	for (i = 0; i < ROUNDS; i++)
		n += try_all(&f, w);
	printf("failures=%u refused=%u granted=%u silent=%u\n", n, f.refused, f.granted,
	       f.silent);
	return n ? 0 : 1;
}
