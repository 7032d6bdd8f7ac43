// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family, as described in Documentation/netlink/specs/vspan.yaml. */
#include <linux/module.h>
#include <net/genetlink.h>

#include "netlink/netlink-gen.h"
#include "netlink/nl.h"

static const struct genl_multicast_group vspan_nl_mcgroups[] = {
	[VSPAN_NLGRP_CONFIG] = { VSPAN_MCGRP_CONFIG, },
};

struct genl_family vspan_nl_family __ro_after_init = {
	.name		= VSPAN_FAMILY_NAME,
	.version	= VSPAN_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= vspan_nl_ops,
	.n_ops		= ARRAY_SIZE(vspan_nl_ops),
	.mcgrps		= vspan_nl_mcgroups,
	.n_mcgrps	= ARRAY_SIZE(vspan_nl_mcgroups),
};
