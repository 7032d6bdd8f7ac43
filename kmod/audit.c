// SPDX-License-Identifier: GPL-2.0
/*
 * Who changed what is mirrored: a record in the kernel's audit log, if it is
 * on. audit_log_task_info() adds who: pid, loginuid, uid, session, program.
 */
#include <linux/audit.h>

#include "vspan.h"

/* A name as the audit tools want it: quoted, or in hex if it could be taken for
 * something else. audit_log_untrustedstring() is not for modules.
 */
static void vspan_audit_name(struct audit_buffer *ab, const char *key,
			     const char *name)
{
	const char *c = name;

	while (*c > 0x20 && *c < 0x7f && *c != '"')
		c++;
	if (*c)
		audit_log_format(ab, " %s=%*phN", key, (int)strlen(name), name);
	else
		audit_log_format(ab, " %s=\"%s\"", key, name);
}

static struct audit_buffer *vspan_audit_start(const char *op,
					      const struct vspan_dev *vs)
{
	struct audit_buffer *ab;

	if (audit_enabled == AUDIT_OFF)
		return NULL;
	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_CONFIG_CHANGE);
	if (!ab)
		return NULL;
	audit_log_format(ab, "op=vspan-%s", op);
	vspan_audit_name(ab, "span", vs->dev->name);
	return ab;
}

static void vspan_audit_end(struct audit_buffer *ab)
{
	audit_log_format(ab, " res=1");
	audit_log_task_info(ab);
	audit_log_end(ab);
}

/**
 * vspan_audit_source - record a change of a source
 * @op: what was done
 * @src: to which source
 *
 * Context: process, RTNL.
 */
void vspan_audit_source(const char *op, const struct vspan_source *src)
{
	static const char *const kinds[] = {
		[VSPAN_KIND_NAME] = "name",
		[VSPAN_KIND_GLOB] = "glob",
		[VSPAN_KIND_MASTER] = "master",
	};
	const struct vspan_rule *rule = rtnl_dereference(src->rule);
	struct audit_buffer *ab = vspan_audit_start(op, src->vs);

	if (!ab)
		return;
	vspan_audit_name(ab, "source", src->name);
	audit_log_format(ab, " kind=%s", kinds[src->kind]);
	audit_log_format(ab, " rx=%d tx=%d redirect=%d",
			 !!(rule->dir & VSPAN_DIR_RX),
			 !!(rule->dir & VSPAN_DIR_TX), rule->redirect);
	vspan_audit_end(ab);
}

/**
 * vspan_audit_output - record a change of an output
 * @op: what was done
 * @out: to which output
 *
 * Context: process, RTNL.
 */
void vspan_audit_output(const char *op, const struct vspan_output *out)
{
	struct audit_buffer *ab = vspan_audit_start(op, out->vs);

	if (!ab)
		return;
	vspan_audit_name(ab, "output", out->psample ? "psample" : out->name);
	vspan_audit_end(ab);
}
