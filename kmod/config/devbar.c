// SPDX-License-Identifier: GPL-2.0
/*
 * Checks whether a device can be a source or an output, with the sentences for
 * refusals.
 */
#include <linux/if_arp.h>
#include <linux/netlink.h>

#include "config/devbar.h"
#include "path/device.h"
#include "path/outsend.h"
#include "path/port.h"
#include "path/source.h"
#include "vspan.h"

static bool vspan_devbar_loopback(const struct net_device *dev)
{
	return dev->flags & IFF_LOOPBACK;
}

static bool vspan_devbar_not_ethernet(const struct net_device *dev)
{
	return dev->type != ARPHRD_ETHER;
}

static const struct {
	bool (*applies)(const struct net_device *dev);
	enum vspan_dormant why;
	const char *sentence;
} vspan_devbars[] = {
	{ vspan_devbar_loopback, VSPAN_DORMANT_LOOPBACK,
	  "a loopback device can be neither source nor output; name one that leads out of here" },
	{ vspan_dev_is_span, VSPAN_DORMANT_IS_SPAN,
	  "a span can be neither source nor output; name the devices around it" },
	{ vspan_devbar_not_ethernet, VSPAN_DORMANT_NOT_ETHERNET,
	  "the device carries no Ethernet frames; name the one below it" },
};

/* Like dev_valid_name(), but longer names are allowed, for alternative names. */
static bool vspan_devbar_valid_name(const char *name)
{
	return dev_valid_name(name) || (strlen(name) >= IFNAMSIZ &&
					!strpbrk(name, "/: \t\n\v\f\r"));
}

/**
 * vspan_devbar_check_name - check that a device can have a name
 * @name: own or alternative name; the device need not exist
 * @extack: for the sentence of a refusal
 *
 * Return: 0, or -EINVAL if no device can have the name.
 */
int vspan_devbar_check_name(const char *name, struct netlink_ext_ack *extack)
{
	if (vspan_devbar_valid_name(name))
		return 0;
	NL_SET_ERR_MSG(extack, "this is not a valid device name");
	return -EINVAL;
}

/* The reasons that hold for sources and outputs of every span. */
static const char *vspan_devbar_any(const struct net_device *dev, enum vspan_dormant *why)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vspan_devbars); i++) {
		if (!vspan_devbars[i].applies(dev))
			continue;
		*why = vspan_devbars[i].why;
		return vspan_devbars[i].sentence;
	}
	return NULL;
}

/* Is an output of the span bound to the device, or to an upper device of it? */
static bool vspan_devbar_is_sent_to(const struct vspan_dev *vs, struct net_device *dev)
{
	const struct vspan_output *out;

	list_for_each_entry(out, &vs->outputs, node) {
		struct net_device *odev = rtnl_dereference(out->dev);

		if (odev && (odev == dev || netdev_has_upper_dev(dev, odev)))
			return true;
	}
	return false;
}

/**
 * vspan_devbar_source - check whether a device can be a source of a span
 * @vs: the span
 * @dev: the device
 * @why: set to the reason if it cannot
 *
 * Context: RTNL.
 * Return: NULL if it can, else the sentence for a refusal.
 */
const char *vspan_devbar_source(const struct vspan_dev *vs, struct net_device *dev,
				enum vspan_dormant *why)
{
	const char *sentence = vspan_devbar_any(dev, why);

	if (sentence || !vspan_devbar_is_sent_to(vs, dev))
		return sentence;
	*why = VSPAN_DORMANT_IS_OUTPUT;
	return "an output of the span sends to this device; its copies would be copied again";
}

/* Is a source of the span bound to the device, or to a lower device of it? The source
 * would copy what the device transmits.
 */
static bool vspan_devbar_is_copied(const struct vspan_dev *vs, struct net_device *dev)
{
	const struct vspan_source *src;
	const struct vspan_binding *b;

	list_for_each_entry(src, &vs->sources, span_node)
		list_for_each_entry(b, &src->bindings, src_node)
			if (b->port->dev == dev ||
			    netdev_has_upper_dev(b->port->dev, dev))
				return true;
	return false;
}

/**
 * vspan_devbar_output - check whether a device can be an output of a span
 * @vs: the span
 * @dev: the device
 * @why: set to the reason if it cannot
 *
 * Context: RTNL.
 * Return: NULL if it can, else the sentence for a refusal.
 */
const char *vspan_devbar_output(const struct vspan_dev *vs, struct net_device *dev,
				enum vspan_dormant *why)
{
	const char *sentence = vspan_devbar_any(dev, why);

	if (sentence || !vspan_devbar_is_copied(vs, dev))
		return sentence;
	*why = VSPAN_DORMANT_IS_OUTPUT;
	return "the device is or leads to a source of this span; its copies would be copied again";
}

/**
 * vspan_devbar_awaited - does an output of a span name a device?
 * @vs: the span
 * @dev: the device
 *
 * Context: RTNL.
 * Return: true if so, even if the output is not bound to the device.
 */
bool vspan_devbar_awaited(const struct vspan_dev *vs, const struct net_device *dev)
{
	const struct vspan_output *out;

	list_for_each_entry(out, &vs->outputs, node)
		if (!out->psample && net_eq(out->net, dev_net(dev)) &&
		    __dev_get_by_name(out->net, out->name) == dev)
			return true;
	return false;
}

/**
 * vspan_devbar_refuse - NL_SET_ERR_MSG() for a sentence that is not a literal
 * @extack: where to put it
 * @sentence: the sentence; must be in static memory, since it is not copied
 */
void vspan_devbar_refuse(struct netlink_ext_ack *extack, const char *sentence)
{
	do_trace_netlink_extack(sentence);
	if (extack)
		extack->_msg = sentence;
}
