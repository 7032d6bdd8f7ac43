// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that a source or output names, those that can be neither, and the
 * sentences for it.
 */
#include <linux/if_arp.h>
#include <linux/netlink.h>

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

/**
 * vspan_devbar_named - the device of a name
 * @net: netns to look in
 * @name: its own name; an alternative one comes and goes without an event
 *
 * Context: RTNL.
 * Return: the device or NULL.
 */
struct net_device *vspan_devbar_named(struct net *net, const char *name)
{
	struct net_device *dev = __dev_get_by_name(net, name);

	return dev && !strcmp(dev->name, name) ? dev : NULL;
}

/**
 * vspan_devbar_check_name - can a name given be followed?
 * @net: netns to look in
 * @name: the name, of a device present or not
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0, or -EINVAL if no device can have it or it is an alternative one.
 */
int vspan_devbar_check_name(struct net *net, const char *name,
			    struct netlink_ext_ack *extack)
{
	if (!dev_valid_name(name)) {
		NL_SET_ERR_MSG(extack, "this is not a valid device name");
		return -EINVAL;
	}
	if (__dev_get_by_name(net, name) && !vspan_devbar_named(net, name)) {
		NL_SET_ERR_MSG(extack,
			       "this is an alternative name; name the device by its own");
		return -EINVAL;
	}
	return 0;
}

/**
 * vspan_devbar - can a device be a source or an output?
 * @dev: any device
 * @why: set to the reason if not
 *
 * Context: RTNL.
 * Return: NULL if it can, else a sentence that says why not.
 */
const char *vspan_devbar(const struct net_device *dev, enum vspan_dormant *why)
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

/**
 * vspan_devbar_refuse - NL_SET_ERR_MSG() for a sentence out of a table
 * @extack: where to put it
 * @sentence: must outlive the answer, as that macro sees to
 */
void vspan_devbar_refuse(struct netlink_ext_ack *extack, const char *sentence)
{
	do_trace_netlink_extack(sentence);
	if (extack)
		extack->_msg = sentence;
}
