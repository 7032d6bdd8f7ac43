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

/* As dev_valid_name() in net/core/dev.c, but alternative names may be longer. */
static bool vspan_devbar_valid_name(const char *name)
{
	return dev_valid_name(name) || (strlen(name) >= IFNAMSIZ &&
					!strpbrk(name, "/: \t\n\v\f\r"));
}

/**
 * vspan_devbar_check_name - can any device have this name?
 * @name: the name, of a device present or not; its own or an alternative one
 * @extack: for the sentence of a refusal
 *
 * Return: 0, or -EINVAL if no device can have it.
 */
int vspan_devbar_check_name(const char *name, struct netlink_ext_ack *extack)
{
	if (vspan_devbar_valid_name(name))
		return 0;
	NL_SET_ERR_MSG(extack, "this is not a valid device name");
	return -EINVAL;
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
