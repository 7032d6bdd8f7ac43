// SPDX-License-Identifier: GPL-2.0
#include <linux/ethtool.h>

#include "config/ethtool.h"
#include "stats.h"
#include "vspan.h"

/* ethtool -S shows these counters, then the drop reasons. */
static const struct {
	const char *name;
	enum vspan_counter counter;
} vspan_ethtool_stats[] = {
	{ "rx_packets",		VSPAN_RX_PACKETS },
	{ "rx_bytes",		VSPAN_RX_BYTES },
	{ "monitor_tx_dropped",	VSPAN_TX_PACKETS },
};

static void vspan_ethtool_get_drvinfo(struct net_device *dev,
				      struct ethtool_drvinfo *info)
{
	strscpy(info->driver, VSPAN_KIND, sizeof(info->driver));
	strscpy(info->version, VSPAN_VERSION, sizeof(info->version));
}

static int vspan_ethtool_get_sset_count(struct net_device *dev, int sset)
{
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return ARRAY_SIZE(vspan_ethtool_stats) + VSPAN_DROP_CNT;
}

static void vspan_ethtool_get_strings(struct net_device *dev, u32 sset,
				      u8 *data)
{
	int i;

	if (sset != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(vspan_ethtool_stats); i++)
		ethtool_sprintf(&data, "%s", vspan_ethtool_stats[i].name);
	for (i = 0; i < VSPAN_DROP_CNT; i++)
		ethtool_sprintf(&data, "drop_%s", vspan_drop_names[i]);
}

static void vspan_ethtool_get_stats(struct net_device *dev,
				    struct ethtool_stats *stats, u64 *data)
{
	struct vspan_dev *vs = netdev_priv(dev);
	struct vspan_sums sums;
	int i;

	vspan_stats_sum(vs->stats, &sums);
	for (i = 0; i < ARRAY_SIZE(vspan_ethtool_stats); i++)
		*data++ = sums.v[vspan_ethtool_stats[i].counter];
	for (i = 0; i < VSPAN_DROP_CNT; i++)
		*data++ = sums.v[VSPAN_DROPS + i];
}

const struct ethtool_ops vspan_ethtool_ops = {
	.get_drvinfo		= vspan_ethtool_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= vspan_ethtool_get_sset_count,
	.get_strings		= vspan_ethtool_get_strings,
	.get_ethtool_stats	= vspan_ethtool_get_stats,
};
