// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a record to the kernel's audit log for each change of what is mirrored.
 * audit_log_task_info() adds pid, loginuid, uid, session and program of the user.
 */
#include <linux/audit.h>
#include <net/psample.h>

#include "config/changes.h"
#include "netlink/audit.h"
#include "path/filter.h"
#include "path/outsend.h"
#include "path/rule.h"
#include "path/source.h"
#include "vspan.h"

/* Most bytes that %ph prints at a time. */
#define VSPAN_AUDIT_HEX	64

static void vspan_audit_hex(struct audit_buffer *ab, const char *text)
{
	size_t left = strlen(text), n;

	for (; left; left -= n, text += n) {
		n = min_t(size_t, left, VSPAN_AUDIT_HEX);
		audit_log_format(ab, "%*phN", (int)n, text);
	}
}

/* Log a name as the audit tools expect it: quoted, or in hex if it has special
 * characters. audit_log_untrustedstring() is not exported to modules.
 */
static void vspan_audit_name(struct audit_buffer *ab, const char *key,
			     const char *name)
{
	const char *c = name;

	while (*c > 0x20 && *c < 0x7f && *c != '"')
		c++;
	audit_log_format(ab, *c ? " %s=" : " %s=\"", key);
	if (*c)
		vspan_audit_hex(ab, name);
	else
		audit_log_format(ab, "%s\"", name);
}

/* The inode number, as in the link /proc/PID/ns/net. */
static void vspan_audit_netns(struct audit_buffer *ab, const char *key,
			      const struct net *net)
{
	audit_log_format(ab, " %s=%u", key, net->ns.inum);
}

static struct audit_buffer *vspan_audit_start(const char *op,
					      const struct vspan_dev *vs)
{
	struct audit_buffer *ab;

	if (audit_enabled == AUDIT_OFF)
		return NULL;
	/* GFP_ATOMIC: with a sleeping allocation, audit_log_start() waits up to a minute
	 * for auditd if its queue is full, here with RTNL held.
	 */
	ab = audit_log_start(audit_context(), GFP_ATOMIC, AUDIT_CONFIG_CHANGE);
	if (!ab)
		return NULL;
	audit_log_format(ab, "op=vspan-%s", op);
	vspan_audit_name(ab, "span", vs->dev->name);
	vspan_audit_netns(ab, "span_netns", dev_net(vs->dev));
	return ab;
}

static void vspan_audit_end(struct audit_buffer *ab)
{
	audit_log_format(ab, " res=1");
	audit_log_task_info(ab);
	audit_log_end(ab);
}

static void vspan_audit_source(const struct vspan_source *src, enum vspan_change what)
{
	static const char *const ops[] = {
		[VSPAN_CHANGE_NEW] = "source-new",
		[VSPAN_CHANGE_SET] = "source-set",
		[VSPAN_CHANGE_DEL] = "source-del",
	};
	static const char *const kinds[] = {
		[VSPAN_KIND_NAME] = "name",
		[VSPAN_KIND_GLOB] = "glob",
		[VSPAN_KIND_MASTER] = "master",
	};
	const struct vspan_rule *rule = rtnl_dereference(src->rule);
	struct audit_buffer *ab = vspan_audit_start(ops[what], src->vs);

	if (!ab)
		return;
	vspan_audit_name(ab, "source", src->name);
	audit_log_format(ab, " kind=%s", kinds[src->kind]);
	audit_log_format(ab, " rx=%d tx=%d redirect=%d",
			 !!(rule->dir & VSPAN_DIR_RX),
			 !!(rule->dir & VSPAN_DIR_TX), rule->redirect);
	vspan_audit_netns(ab, "netns", src->net);
	if (rule->filter)
		vspan_audit_name(ab, "filter", rule->filter->text);
	vspan_audit_end(ab);
}

/* VSPAN_CHANGE_SET means that the device appeared or went, which no user configured. */
static void vspan_audit_output(const struct vspan_output *out, enum vspan_change what)
{
	struct audit_buffer *ab;

	if (what == VSPAN_CHANGE_SET)
		return;
	ab = vspan_audit_start(what == VSPAN_CHANGE_NEW ? "output-new" : "output-del",
			       out->vs);
	if (!ab)
		return;
	vspan_audit_name(ab, "output", out->psample ? "psample" : out->name);
#if IS_ENABLED(CONFIG_PSAMPLE)
	if (out->psample)
		audit_log_format(ab, " group=%u", out->psample->group_num);
#endif
	vspan_audit_netns(ab, "netns", out->net);
	vspan_audit_end(ab);
}

/**
 * vspan_audit_span - record a change of a span by a request
 * @vs: the span
 *
 * Context: process, RTNL.
 */
void vspan_audit_span(const struct vspan_dev *vs)
{
	struct audit_buffer *ab = vspan_audit_start("span-set", vs);

	if (!ab)
		return;
	audit_log_format(ab, " frames=%s",
			 vs->frames == VSPAN_FRAMES_ASIS ? "asis" : "wire");
	vspan_audit_end(ab);
}

/* A span in another netns has other readers. */
static void vspan_audit_move(const struct vspan_dev *vs, unsigned int from)
{
	struct audit_buffer *ab = vspan_audit_start("span-move", vs);

	if (!ab)
		return;
	audit_log_format(ab, " from_netns=%u", from);
	vspan_audit_end(ab);
}

static struct vspan_changes_ops vspan_audit_changes = {
	.move	= vspan_audit_move,
	.source	= vspan_audit_source,
	.output	= vspan_audit_output,
};

/**
 * vspan_audit_init - start to record changes
 */
void vspan_audit_init(void)
{
	vspan_changes_subscribe(&vspan_audit_changes);
}

/**
 * vspan_audit_uninit - stop recording changes
 */
void vspan_audit_uninit(void)
{
	vspan_changes_unsubscribe(&vspan_audit_changes);
}
