// SPDX-License-Identifier: GPL-2.0
/* check: BPF programs at the place of tc's filters (tcx), or at the other end of a netkit
 * device. Only bpf(2) tells of them, not rtnetlink.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "check/check.h"

/* As of Linux 6.6 and 6.7; the headers at hand may be older. */
#define PROG_QUERY	16
#define TCX_INGRESS	46
#define TCX_EGRESS	47
#define NETKIT_PEER	55

/**
 * struct prog_query - Arguments of bpf(2) to query attached programs.
 * @ifindex: the device
 * @where: TCX_INGRESS and the like
 * @query_flags: 0
 * @attach_flags: unused here
 * @prog_ids: address of room for the numbers of the programs
 * @count: how many there is room for, then how many there are
 * @reserved: 0
 * @prog_flags: 0, their flags are not asked for
 * @link_ids: address of room for the numbers of their links
 * @link_flags: 0, their flags are not asked for
 * @revision: unused here
 */
struct prog_query {
	uint32_t ifindex;
	uint32_t where;
	uint32_t query_flags;
	uint32_t attach_flags;
	uint64_t prog_ids;
	uint32_t count;
	uint32_t reserved;
	uint64_t prog_flags;
	uint64_t link_ids;
	uint64_t link_flags;
	uint64_t revision;
};

/**
 * struct prog - The first program that a device has at some place.
 * @id: its number
 * @link: number of the link that holds it, 0 if none does
 */
struct prog {
	uint32_t id;
	uint32_t link;
};

/* If the kernel does not support the attach type, there is no program. */
static bool has_prog(struct check *c, uint32_t ifindex, uint32_t where, struct prog *prog)
{
	struct prog_query q = { .ifindex = ifindex, .where = where,
				.prog_ids = (uintptr_t)&prog->id, .count = 1,
				.link_ids = (uintptr_t)&prog->link };

	memset(prog, 0, sizeof(*prog));
	if (!syscall(SYS_bpf, PROG_QUERY, &q, sizeof(q)))
		return prog->id;
	blind(c, errno);
	/* ENOSPC: there are more programs than room, but the first is filled in. */
	return errno == ENOSPC && prog->id;
}

/**
 * probe_tcx - May BPF programs drop frames before they are copied?
 * @c: the check, at a device
 */
void probe_tcx(struct check *c)
{
	const char *dev = c->link->name;
	struct prog prog;
	char cmd[64];

	if (c->bind->hook == VSPAN_HOOK_RX_HANDLER &&
	    has_prog(c, c->link->ifindex, TCX_INGRESS, &prog)) {
		found(c, FIND_WARNING, "tcx_ingress",
		      "BPF program %u at the ingress of %s (tcx) comes before the rx-handler, and what it drops or takes is not copied",
		      prog.id, dev);
		if (prog.link)
			snprintf(cmd, sizeof(cmd), "bpftool link detach id %u",
				 prog.link);
		else
			snprintf(cmd, sizeof(cmd),
				 "bpftool net detach tcx_ingress dev %s",
				 quoted(c, dev));
		fix_hook(c, "the BPF program", cmd);
	}
	if (c->src->dir & VSPAN_DIR_TX &&
	    has_prog(c, c->link->ifindex, TCX_EGRESS, &prog)) {
		found(c, FIND_NOTE, "tcx_egress",
		      "what BPF program %u at the egress of %s (tcx) drops does not leave, and is not copied",
		      prog.id, dev);
		fix(c, "bpftool prog show id %u", prog.id);
	}
}

/**
 * probe_tcx_of_span - May BPF programs drop copies before a virtual machine
 *		       gets them?
 * @c: the check, at a span
 */
void probe_tcx_of_span(struct check *c)
{
	struct prog prog;

	if (c->span->is_away || !has_prog(c, c->span->ifindex, TCX_INGRESS, &prog))
		return;
	found(c, FIND_NOTE, "tcx_of_span",
	      "what BPF program %u at the ingress of %s (tcx) drops does not get to a virtual machine",
	      prog.id, c->span->name);
	fix(c, "bpftool prog show id %u", prog.id);
}

/**
 * probe_netkit - Does a BPF program decide what gets to a netkit device?
 * @c: the check, at a device
 */
void probe_netkit(struct check *c)
{
	struct prog prog;

	if (strcmp(c->link->kind, "netkit") || !(c->src->dir & VSPAN_DIR_RX) ||
	    !has_prog(c, c->link->ifindex, NETKIT_PEER, &prog))
		return;
	found(c, FIND_WARNING, "netkit",
	      "BPF program %u at the other end of %s has frames first, and what it drops or takes is not copied",
	      prog.id, c->link->name);
	if (!prog.link) {
		fix(c, "bpftool prog show id %u", prog.id);
		return;
	}
	takes(c, "the BPF program");
	fix(c, "bpftool link detach id %u", prog.link);
}

/**
 * probe_redirect_peer - Do frames reach a container without passing its host device?
 * @c: the check, at a device
 *
 * bpf_redirect_peer() passes frames directly to the other end of a veth or netkit pair.
 * From Linux 6.7 on, that end counts them, so it has received more frames than this end
 * has sent.
 */
void probe_redirect_peer(struct check *c)
{
	const struct link *l = c->link;
	struct link inside, outside;
	int err;

	/* In this order: frames sent in between must not look like redirected ones. */
	if ((strcmp(l->kind, "veth") && strcmp(l->kind, "netkit")) ||
	    !(c->src->dir & VSPAN_DIR_TX) || !l->is_lower_away)
		return;
	err = link_in_netns(&c->ctx->nl, l->lower_netnsid, l->lower, &inside);
	blind(c, err);
	if (err || link_now(&c->ctx->nl, l->ifindex, &outside) || inside.rx <= outside.tx)
		return;
	found(c, FIND_WARNING, "redirect_peer",
	      "%llu frames came to %s, the other end of %s, past it: BPF programs hand them over (bpf_redirect_peer), and they are not copied",
	      (unsigned long long)(inside.rx - outside.tx), inside.name, l->name);
	fix(c, "bpftool net");
}
