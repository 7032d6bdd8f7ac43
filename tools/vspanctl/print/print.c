// SPDX-License-Identifier: GPL-2.0
/* Prints spans, sources, bindings and outputs, for show and monitor. */
#include "print/print.h"

#include <string.h>
#include <time.h>

#include "args/vlan.h"
#include "vspan-drops.h"
#include "vspanctl.h"

#define INDENT	6	/* of what does not fit behind a source */
#define COUNTER	18	/* column in which counters begin */

static const char *const frames_names[] = {
	[VSPAN_FRAMES_WIRE]	= "wire",
	[VSPAN_FRAMES_ASIS]	= "asis",
};

static const char *const kind_names[] = {
	[VSPAN_KIND_NAME]	= "name",
	[VSPAN_KIND_GLOB]	= "glob",
	[VSPAN_KIND_MASTER]	= "master",
};

static const char *const hook_names[] = {
	[VSPAN_HOOK_TAP]	= "tap",
	[VSPAN_HOOK_RX_HANDLER]	= "rx-handler",
};

/* Each has one %s, the name of the source or of the output's device. */
static const char *const dormant_reasons[] = {
	[VSPAN_DORMANT_NO_DEVICE]	= "no device is named %s",
	[VSPAN_DORMANT_LOOPBACK]	= "%s is a loopback device",
	[VSPAN_DORMANT_IS_SPAN]		= "%s is itself a span",
	[VSPAN_DORMANT_NOT_ETHERNET]	= "%s carries no Ethernet frames",
	[VSPAN_DORMANT_NO_MEMORY]	= "there was no memory to bind %s",
	[VSPAN_DORMANT_NO_MATCH]	= "no device matches '%s'",
	[VSPAN_DORMANT_NO_PORTS]	= "%s has no ports",
	[VSPAN_DORMANT_SHADOWED]	= "other sources have all that %s means",
};

/* Names of the reasons, for programs and for check. */
static const char *const dormant_keys[] = {
	[VSPAN_DORMANT_NO_DEVICE]	= "no_device",
	[VSPAN_DORMANT_LOOPBACK]	= "loopback",
	[VSPAN_DORMANT_IS_SPAN]		= "is_span",
	[VSPAN_DORMANT_NOT_ETHERNET]	= "not_ethernet",
	[VSPAN_DORMANT_NO_MEMORY]	= "bind_no_memory",
	[VSPAN_DORMANT_NO_MATCH]	= "no_match",
	[VSPAN_DORMANT_NO_PORTS]	= "no_ports",
	[VSPAN_DORMANT_SHADOWED]	= "shadowed",
	[VSPAN_DORMANT_IS_OUTPUT]	= "is_output",
};

#define X(_id, _name)	[VSPAN_A_DROP_##_id] = _name,
static const char *const drop_names[VSPAN_A_DROP_MAX + 1] = {
	VSPAN_DROP_REASONS(X)
};
#undef X

#define NAME_OF(names, val) name_of(names, ARRAY_SIZE(names), val)

/* A newer kernel may use a value that has no name here. */
static const char *name_of(const char *const *names, size_t n, uint32_t val)
{
	return val < n && names[val] ? names[val] : "unknown";
}

static const char *dir_text(uint32_t dir)
{
	switch (dir & (VSPAN_DIR_RX | VSPAN_DIR_TX)) {
	case VSPAN_DIR_RX:
		return "rx";
	case VSPAN_DIR_TX:
		return "tx";
	default:
		return "rx,tx";
	}
}

static void print_dir(struct out *o, uint32_t dir)
{
	out_array_open(o, "dir");
	if (dir & VSPAN_DIR_RX)
		out_str(o, NULL, NULL, "rx");
	if (dir & VSPAN_DIR_TX)
		out_str(o, NULL, NULL, "tx");
	out_array_close(o);
}

/* In text a long list breaks after a comma. */
static void print_vlans(struct out *o, const uint8_t *vlans)
{
	char list[VLAN_LIST_LEN];
	const char *item;
	size_t len;

	if (!vlans || vlan_is_all(vlans))
		return;
	vlan_format(vlans, list, sizeof(list));
	out_str(o, "vlan", NULL, list);
	out_wrap(o, INDENT, " ", "vlan ");
	for (item = list; *item; item += len) {
		len = strcspn(item, ",");
		len += item[len] == ',';
		out_wrap(o, INDENT + 5, "", "%.*s", (int)len, item);
	}
}

static void print_switch(struct out *o, const char *key)
{
	out_bool(o, key, "", "", true);
	out_wrap(o, INDENT, " ", "%s", key);
}

/* Print the options that differ from their defaults. */
static void print_options(struct out *o, const struct source *src)
{
	out_str(o, "hook", NULL, NAME_OF(hook_names, src->hook));
	if (src->redirect)
		print_switch(o, "redirect");
	else if (src->hook != VSPAN_HOOK_TAP)
		out_wrap(o, INDENT, " ", "hook %s",
			 NAME_OF(hook_names, src->hook));
	if (src->promisc)
		print_switch(o, "promisc");
	if (src->dup_keep) {
		out_str(o, "dup", NULL, "keep");
		out_wrap(o, INDENT, " ", "dup keep");
	}
}

static void print_number(struct out *o, const char *key, uint32_t val)
{
	out_u64(o, key, NULL, val);
	out_wrap(o, INDENT, " ", "%s %u", key, val);
}

static void print_share(struct out *o, const struct source *src)
{
	out_u64(o, "share", NULL, src->share);
	out_u64(o, "shares", NULL, src->shares);
	out_wrap(o, INDENT, " ", "share %u/%u", src->share, src->shares);
}

/* In text, the filter is quoted as on the command line. */
static void print_filter(struct out *o, const struct source *src)
{
	out_str(o, "filter", NULL, src->filter);
	if (*src->filter)
		out_wrap(o, INDENT, " ", "filter '%s'", src->filter);
	else
		out_wrap(o, INDENT, " ", "filter (a program without text)");
}

/* Print the options that select frames, and limit the number and length of copies. */
static void print_copy(struct out *o, const struct source *src)
{
	if (src->is_filtered)
		print_filter(o, src);
	if (src->snap_headers) {
		out_str(o, "snaplen", NULL, "headers");
		out_wrap(o, INDENT, " ", "snaplen headers");
	} else if (src->snaplen) {
		print_number(o, "snaplen", src->snaplen);
	}
	if (src->shares)
		print_share(o, src);
	if (src->sample > 1)
		print_number(o, "sample", src->sample);
	if (src->rate)
		print_number(o, "rate", src->rate);
	if (src->tag == VSPAN_TAG_BRIDGE) {
		out_str(o, "tag", NULL, "bridge");
		out_wrap(o, INDENT, " ", "tag bridge");
	}
}

/**
 * print_span - Print a span.
 * @o: printer, inside an object
 * @span: the span
 */
void print_span(struct out *o, const struct span *span)
{
	out_str(o, "span", "%s:", span->name);
	out_str(o, "state", " %s, ", span->up ? "up" : "down");
	out_bool(o, "reader", "reader", "no reader", span->reader);
	out_bool(o, "idle", ", idle", "", span->idle);
	out_bool(o, "owned", ", a program's", "", span->owned);
	out_str(o, "frames", ", frames %s", NAME_OF(frames_names, span->frames));
	out_u64(o, "qlen", ", qlen %llu", span->qlen);
	out_u64(o, "ifindex", ", ifindex %llu", span->ifindex);
	if (span->is_away)
		out_s32(o, "netnsid", " (in netns id %d)", span->netnsid);
}

/**
 * print_time - Print the time of day, with its zone.
 * @o: printer, inside an object
 *
 * For an event this is shortly after it has happened.
 */
void print_time(struct out *o)
{
	struct timespec now;
	char day[32], zone[8], text[64];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(text, sizeof(text), "%s.%06ld%s", day, now.tv_nsec / 1000,
		 zone);
	out_str(o, "time", "%s ", text);
}

/**
 * print_of - Print which span an event is about, behind its name; in text only if it
 *	is in another netns.
 * @o: printer, inside an object
 * @of: the span
 */
void print_of(struct out *o, const struct span_id *of)
{
	if (of->is_told)
		out_u64(o, "span_ifindex", NULL, of->ifindex);
	if (of->is_away)
		out_s32(o, "span_netnsid", " (in netns id %d)", of->netnsid);
}

/**
 * print_key - Print the name and kind of a source; nothing in text.
 * @o: printer, inside an object
 * @name: its name
 * @kind: VSPAN_KIND_*
 */
void print_key(struct out *o, const char *name, uint32_t kind)
{
	out_str(o, "source", NULL, name);
	out_str(o, "kind", NULL, NAME_OF(kind_names, kind));
}

/**
 * print_source - Print what a source selects; in text without its name.
 * @o: printer, inside an object
 * @src: the source
 * @width: columns for the direction in text
 */
void print_source(struct out *o, const struct source *src, int width)
{
	print_key(o, src->name, src->kind);
	print_dir(o, src->dir);
	out_text(o, "%-*s", width, dir_text(src->dir));
	print_vlans(o, src->vlans);
	print_options(o, src);
	print_copy(o, src);
}

/* The state of the device; the source has the option. */
static const char *promisc_text(const struct binding *b)
{
	if (!b->has_promisc)
		return "";
	return b->promisc ? ", promiscuous" : ", not promiscuous";
}

/**
 * print_binding - Print on which device a source is bound.
 * @o: printer, inside an object
 * @b: the binding
 */
void print_binding(struct out *o, const struct binding *b)
{
	out_str(o, "dev", "%s", b->dev);
	out_u64(o, "ifindex", NULL, b->ifindex);
	out_str(o, "hook", " (%s", NAME_OF(hook_names, b->hook));
	if (b->has_promisc && o->json)
		out_bool(o, "promisc", NULL, NULL, b->promisc);
	out_text(o, "%s)", promisc_text(b));
}

/**
 * print_bindings - Print all devices a source is bound on.
 * @o: printer, inside an object
 * @src: the source
 */
void print_bindings(struct out *o, const struct source *src)
{
	const struct binding *b;

	out_array_open(o, "bindings");
	for (b = src->bindings; b && o->json; b = b->next) {
		out_object_open(o, NULL);
		print_binding(o, b);
		out_object_close(o);
	}
	for (b = src->bindings; b && !o->json; b = b->next)
		out_wrap(o, INDENT + 3, " ", "%s%s (%s%s)%s",
			 b == src->bindings ? "on " : "", b->dev,
			 NAME_OF(hook_names, b->hook), promisc_text(b),
			 b->next ? "," : "");
	out_array_close(o);
}

/* The sentence for a loop differs between source and output. */
static void why_dormant(char *buf, size_t len, uint32_t why, const char *name,
			const char *loop)
{
	const char *reason = NULL;

	if (why == VSPAN_DORMANT_IS_OUTPUT)
		reason = loop;
	else if (why < ARRAY_SIZE(dormant_reasons))
		reason = dormant_reasons[why];
	if (reason)
		snprintf(buf, len, reason, name);
	else
		snprintf(buf, len,
			 "for a reason newer than this vspanctl (%u)", why);
}

/**
 * source_why - Say why a source is dormant.
 * @src: the source
 * @buf: gets the sentence, without a full stop
 * @len: size of @buf
 */
void source_why(const struct source *src, char *buf, size_t len)
{
	why_dormant(buf, len, src->dormant, src->name,
		    "an output of its span sends to or through %s");
}

/**
 * output_why - Say why an output is dormant.
 * @output: the output
 * @buf: gets the sentence, without a full stop
 * @len: size of @buf
 */
void output_why(const struct output *output, char *buf, size_t len)
{
	why_dormant(buf, len, output->dormant, output->dev,
		    "%s is or leads to a source of the span");
}

/**
 * dormant_key - Get the name of a reason to be dormant, for programs.
 * @why: VSPAN_DORMANT_*
 *
 * Return: its name; "dormant" if it is newer than this vspanctl.
 */
const char *dormant_key(uint32_t why)
{
	return why < ARRAY_SIZE(dormant_keys) && dormant_keys[why] ?
	       dormant_keys[why] : "dormant";
}

static void print_dormant(struct out *o, uint32_t reason, const char *why)
{
	out_str(o, "state", NULL, "dormant");
	out_str(o, "reason", NULL, dormant_key(reason));
	out_str(o, "why", NULL, why);
	out_wrap(o, INDENT, " ", "-> dormant: %s", why);
}

static void print_active(struct out *o)
{
	out_str(o, "state", NULL, "active");
	out_wrap(o, INDENT, " ", "-> active");
}

/**
 * print_state - Print whether a source is bound, or why not.
 * @o: printer, inside an object
 * @src: the source
 */
void print_state(struct out *o, const struct source *src)
{
	char why[128];

	if (!src->is_dormant) {
		print_active(o);
		return;
	}
	source_why(src, why, sizeof(why));
	print_dormant(o, src->dormant, why);
}

static void print_label(struct out *o, int indent, const char *label)
{
	out_text(o, "%*s%-*s", indent, "", COUNTER - indent, label);
}

static void print_dir_stats(struct out *o, const char *key,
			    const struct dir_stats *stats)
{
	out_object_open(o, key);
	print_label(o, INDENT, key);
	out_u64(o, "packets", "%20llu packets", stats->packets);
	out_u64(o, "bytes", "%20llu bytes\n", stats->bytes);
	out_object_close(o);
}

/**
 * drop_name - Get the name of a reason for losses.
 * @reason: VSPAN_A_DROP_*
 *
 * Return: its name.
 */
const char *drop_name(size_t reason)
{
	return NAME_OF(drop_names, reason);
}

/**
 * print_drops - Print how many frames were lost: text tells only of those that were, JSON
 *	of each reason.
 * @o: printer, inside an object
 * @indent: columns before the text
 * @drops: counters by VSPAN_A_DROP_*
 */
void print_drops(struct out *o, int indent, const uint64_t *drops)
{
	size_t i;

	out_object_open(o, "drops");
	for (i = 0; i < ARRAY_SIZE(drop_names); i++) {
		if (!drop_names[i] || (!o->json && !drops[i]))
			continue;
		print_label(o, indent, "dropped");
		out_u64(o, drop_names[i], "%20llu packets, ", drops[i]);
		out_text(o, "%s\n", drop_names[i]);
	}
	out_object_close(o);
}

/* An older module does not say. */
static void print_pins(struct out *o, const struct span *span)
{
	if (!span->pins)
		return;
	print_label(o, 2, "can pin");
	out_u64(o, "pins", "%20llu bytes, if its reader stops\n", span->pins);
}

/**
 * print_span_stats - Print the counters of a span.
 * @o: printer, inside an object
 * @span: the span
 */
void print_span_stats(struct out *o, const struct span *span)
{
	out_object_open(o, "stats");
	print_label(o, 2, "delivered");
	out_u64(o, "packets", "%20llu packets", span->delivered.packets);
	out_u64(o, "bytes", "%20llu bytes\n", span->delivered.bytes);
	print_label(o, 2, "monitor tx");
	out_u64(o, "monitor_tx_dropped", "%20llu packets, dropped\n",
		span->monitor_tx_dropped);
	print_drops(o, 2, span->drops);
	out_object_close(o);
	print_pins(o, span);
}

/**
 * print_source_stats - Print the counters of a source.
 * @o: printer, inside an object
 * @src: the source
 */
void print_source_stats(struct out *o, const struct source *src)
{
	out_object_open(o, "stats");
	print_dir_stats(o, "rx", &src->rx);
	print_dir_stats(o, "tx", &src->tx);
	print_label(o, INDENT, "filtered");
	out_u64(o, "filtered", "%20llu packets\n", src->filtered);
	print_label(o, INDENT, "duplicate");
	out_u64(o, "dup", "%20llu packets\n", src->dup);
	if (o->json || src->sample > 1 || src->sampled_out) {
		print_label(o, INDENT, "sampled out");
		out_u64(o, "sampled_out", "%20llu packets\n", src->sampled_out);
	}
	if (o->json || src->off_cable) {
		print_label(o, INDENT, "off cable");
		out_u64(o, "off_cable", "%20llu packets\n", src->off_cable);
	}
	if (o->json || src->shares || src->other_shares) {
		print_label(o, INDENT, "other shares");
		out_u64(o, "other_shares", "%20llu packets\n", src->other_shares);
	}
	print_drops(o, INDENT, src->drops);
	out_object_close(o);
}

/**
 * output_target - Say where an output sends to.
 * @dev: name of the device, "" if it is a psample group
 * @group: number of that group
 * @buf: OUTPUT_TARGET_LEN bytes, for the group
 *
 * Return: @dev or @buf.
 */
const char *output_target(const char *dev, uint32_t group, char *buf)
{
	if (*dev)
		return dev;
	snprintf(buf, OUTPUT_TARGET_LEN, "psample %u", group);
	return buf;
}

/**
 * print_output - Print what an output is; in text without its target.
 * @o: printer, inside an object
 * @output: the output
 */
void print_output(struct out *o, const struct output *output)
{
	if (output->is_psample)
		out_u64(o, "psample", NULL, output->group);
	else
		out_str(o, "dev", NULL, output->dev);
	if (output->ifindex)
		out_u64(o, "ifindex", NULL, output->ifindex);
	if (output->vlan)
		out_u64(o, "vlan", " vlan %llu", output->vlan);
	if (output->strip)
		out_bool(o, "strip", " strip", "", true);
}

/**
 * print_output_state - Print whether an output sends, or why not.
 * @o: printer, inside an object
 * @output: the output
 */
void print_output_state(struct out *o, const struct output *output)
{
	char why[128];

	if (!output->is_dormant) {
		print_active(o);
		return;
	}
	output_why(output, why, sizeof(why));
	print_dormant(o, output->dormant, why);
}

/**
 * print_output_stats - Print the counters of an output.
 * @o: printer, inside an object
 * @output: the output
 */
void print_output_stats(struct out *o, const struct output *output)
{
	out_object_open(o, "stats");
	print_label(o, INDENT, "sent");
	out_u64(o, "packets", "%20llu packets", output->sent.packets);
	out_u64(o, "bytes", "%20llu bytes\n", output->sent.bytes);
	print_drops(o, INDENT, output->drops);
	out_object_close(o);
}
