// SPDX-License-Identifier: GPL-2.0
/* xml: a span as an interface of a libvirt domain. */
#include <errno.h>
#include <string.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "args/args.h"
#include "nl/model.h"
#include "nl/tapnode.h"
#include "vspanctl.h"

/* The longest name, each of its characters as "&quot;". */
#define XML_NAME_LEN	(VSPAN_NAME_LEN * 6 + 1)

/**
 * struct port - What a virtual machine attaches to.
 * @ifindex: index of the span's device, and number of its tap
 * @mac: its address
 * @queues: queues asked for, 0 if it was not said
 */
struct port {
	uint32_t ifindex;
	char mac[3 * ETH_ALEN];
	uint32_t queues;
};

static int mac_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	const uint8_t *b;
	char *mac = data;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ifinfomsg))
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) != IFLA_ADDRESS)
			continue;
		if (mnl_attr_get_payload_len(attr) != ETH_ALEN)
			return -EBADMSG;
		b = mnl_attr_get_payload(attr);
		snprintf(mac, 3 * ETH_ALEN, "%02x:%02x:%02x:%02x:%02x:%02x",
			 b[0], b[1], b[2], b[3], b[4], b[5]);
		return 0;
	}
	return -EBADMSG;
}

static int read_mac(struct ctx *ctx, struct port *port)
{
	struct nl *nl = &ctx->nl;
	int err = nl_open_rtnl(nl);

	if (err)
		return err;
	return nl_talk(&nl->rtnl,
		       nl_link_request(nl, RTM_GETLINK, 0, port->ifindex),
		       mac_cb, port->mac);
}

/* A device name may have characters that are special in XML. */
static const char *xml_escape(const char *name, char *buf)
{
	static const char special[] = "&<>'\"";
	static const char *const entities[] = {
		"&amp;", "&lt;", "&gt;", "&apos;", "&quot;",
	};
	const char *hit;
	char *to = buf;

	for (; *name; name++) {
		hit = strchr(special, *name);
		if (hit)
			to = stpcpy(to, entities[hit - special]);
		else
			*to++ = *name;
	}
	*to = '\0';
	return buf;
}

static void print_json(struct out *o, const char *span, const struct port *port)
{
	char tap[32];

	snprintf(tap, sizeof(tap), "/dev/tap%u", port->ifindex);
	out_object_open(o, NULL);
	out_str(o, "span", NULL, span);
	out_u64(o, "ifindex", NULL, port->ifindex);
	out_str(o, "mac", NULL, port->mac);
	out_str(o, "tap", NULL, tap);
	if (port->queues)
		out_u64(o, "queues", NULL, port->queues);
	out_object_close(o);
}

/* managed='no': libvirt neither creates nor changes the device, and does not compare MAC
 * addresses. The address of the device is given, since libvirt would otherwise generate
 * another one for each definition.
 */
static void print_xml(struct out *o, const char *span, const struct port *port)
{
	char name[XML_NAME_LEN];

	out_text(o, "<interface type='ethernet'>\n");
	out_text(o, "  <mac address='%s'/>\n", port->mac);
	out_text(o, "  <target dev='%s' managed='no'/>\n",
		 xml_escape(span, name));
	out_text(o, "  <model type='virtio'/>\n");
	if (port->queues)
		out_text(o, "  <driver name='vhost' queues='%u'/>\n",
			 port->queues);
	out_text(o, "</interface>\n");
}

/* Check that /dev/tapN is the node of this span. With the node of another device the VM
 * would read that device's frames.
 */
static int xml_node(const char *span, uint32_t ifindex)
{
	struct tap_number number;

	switch (tap_node(span, ifindex, &number)) {
	case TAP_NODE_OTHER:
		report("xml: /dev/tap%u is the node of another device, perhaps of a container's, and not of %s; see what puts it right with: vspanctl check %s",
		       ifindex, span, span);
		return EXIT_REFUSED;
	case TAP_NODE_MISSING:
		report("warning: there is no /dev/tap%u, and no virtual machine can open %s; see what makes it with: vspanctl check %s",
		       ifindex, span, span);
		return EXIT_OK;
	default:
		return EXIT_OK;
	}
}

/**
 * cmd_xml - vspanctl xml SPAN [ queues QUEUES ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after xml
 *
 * Return: exit code.
 */
int cmd_xml(struct ctx *ctx, int argc, char **argv)
{
	struct port port = { 0 };
	struct span span;
	struct args a;
	int err;

	if (args_span(&a, "xml", HAS_QUEUES, argc, argv))
		return usage_error("%s", a.err);
	if (ctx_open(ctx) || span_find(ctx, a.span, &span, "xml"))
		return EXIT_REFUSED;
	if (!ctx->out.json && !out_is_clean(a.span)) {
		report("xml: XML has no way to write the name of %s; give it another with: ip link set",
		       a.span);
		return EXIT_REFUSED;
	}
	if (xml_node(a.span, span.ifindex))
		return EXIT_REFUSED;
	port.ifindex = span.ifindex;
	port.queues = a.queues;
	err = read_mac(ctx, &port);
	if (err)
		return refused(&ctx->nl.rtnl, err, "xml %s", a.span);
	if (!span.up)
		report("warning: %s is down, and libvirt does not bring it up; do so with: ip link set %s up",
		       a.span, a.span);
	if (ctx->out.json)
		print_json(&ctx->out, a.span, &port);
	else
		print_xml(&ctx->out, a.span, &port);
	return EXIT_OK;
}
