// SPDX-License-Identifier: GPL-2.0
/* The span as a netdevice. */
#include <linux/etherdevice.h>
#include <net/addrconf.h>
#include <net/rtnetlink.h>

#include "config/device.h"
#include "config/ethtool.h"
#include "config/idle.h"
#include "config/output.h"
#include "config/owner.h"
#include "config/promisc.h"
#include "config/queue.h"
#include "config/seen.h"
#include "config/source.h"
#include "config/tapdev.h"
#include "path/deliver.h"
#include "path/device.h"
#include "path/outsend.h"
#include "path/source.h"
#include "stats.h"
#include "vspan.h"

/* All spans of all netns, oldest first; protected by RTNL. */
LIST_HEAD(vspan_devs);

static u32 vspan_dev_last_id;

static int vspan_dev_init(struct net_device *dev)
{
	struct vspan_dev *vs = netdev_priv(dev);
	int err;

	vs->dev = dev;
	INIT_LIST_HEAD(&vs->sources);
	INIT_LIST_HEAD(&vs->outputs);
	vspan_idle_init(vs);
	vs->stats = vspan_stats_alloc();
	if (!vs->stats)
		return -ENOMEM;
	err = vspan_seen_create(vs);
	if (err)
		goto err_free_stats;
	err = vspan_tapdev_setup(vs);
	if (err)
		goto err_destroy_seen;
	err = vspan_queue_create(vs);
	if (err)
		goto err_unset_tapdev;

	/* The span holds its own rx_handler as long as it lives: copies do not
	 * reach the host's stack, and no master can enslave the span.
	 */
	err = netdev_rx_handler_register(dev, vspan_deliver_handler, &vs->tap);
	if (err)
		goto err_destroy_queue;

	vs->id = ++vspan_dev_last_id;
	list_add_tail(&vs->node, &vspan_devs);
	return 0;

err_destroy_queue:
	vspan_queue_unlink(vs);
	synchronize_net();
	vspan_queue_destroy(vs);
err_unset_tapdev:
	vspan_tapdev_unset(vs);
err_destroy_seen:
	vspan_seen_destroy(vs);
err_free_stats:
	free_percpu(vs->stats);
	return err;
}

/* Hooks may still run until the grace period that follows ndo_uninit. After it,
 * vspan_dev_free() frees what they use.
 */
static void vspan_dev_uninit(struct net_device *dev)
{
	struct vspan_dev *vs = netdev_priv(dev);
	struct vspan_output *out, *next_out;
	struct vspan_source *src, *next_src;
	LIST_HEAD(doomed);

	list_for_each_entry_safe(src, next_src, &vs->sources, span_node)
		vspan_source_doom(src, &doomed);
	vspan_source_destroy_all(&doomed);
	list_for_each_entry_safe(out, next_out, &vs->outputs, node)
		vspan_output_destroy(out);
	vspan_promisc_run(NULL);
	vspan_owner_unset(vs);
	list_del(&vs->node);
	vspan_queue_unlink(vs);
	netdev_rx_handler_unregister(dev);
	tap_del_queues(&vs->tap);
}

static void vspan_dev_free(struct net_device *dev)
{
	struct vspan_dev *vs = netdev_priv(dev);

	vspan_idle_end(vs);
	vspan_queue_destroy(vs);
	vspan_tapdev_unset(vs);
	vspan_seen_destroy(vs);
	free_percpu(vs->stats);
}

/* IPv6 would give the span an address and send from it. IFF_NO_ADDRCONF would
 * prevent that, but Linux 6.1 does not have it. addr_gen_mode is set as well,
 * because a write to all/disable_ipv6 changes disable_ipv6 of every device.
 */
static void vspan_dev_disable_ipv6(struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (!idev)
		return;
	WRITE_ONCE(idev->cnf.disable_ipv6, 1);
	WRITE_ONCE(idev->cnf.addr_gen_mode, IN6_ADDR_GEN_MODE_NONE);
#endif
}

static int vspan_dev_open(struct net_device *dev)
{
	vspan_dev_disable_ipv6(dev);
	vspan_queue_open(netdev_priv(dev));
	vspan_idle_wake(netdev_priv(dev));
	return 0;
}

static int vspan_dev_stop(struct net_device *dev)
{
	vspan_queue_close(netdev_priv(dev));
	vspan_idle_look(netdev_priv(dev));
	return 0;
}

/* A capture starts or stops. A capture that starts may bind its socket to the span only
 * after this call.
 */
static void vspan_dev_change_rx_flags(struct net_device *dev, int flags)
{
	if (!(flags & IFF_PROMISC))
		return;
	if (dev->flags & IFF_PROMISC)
		vspan_idle_wake(netdev_priv(dev));
	else
		vspan_idle_look(netdev_priv(dev));
}

static void vspan_dev_stats64(struct net_device *dev,
			      struct rtnl_link_stats64 *link)
{
	struct vspan_dev *vs = netdev_priv(dev);
	struct vspan_sums sums;

	vspan_stats_sum(vs->stats, &sums);
	link->rx_packets = sums.v[VSPAN_RX_PACKETS];
	link->rx_bytes = sums.v[VSPAN_RX_BYTES];
	link->rx_dropped = vspan_stats_dropped(&sums);
	link->tx_dropped = sums.v[VSPAN_TX_PACKETS];
}

static const struct net_device_ops vspan_netdev_ops = {
	.ndo_init		= vspan_dev_init,
	.ndo_uninit		= vspan_dev_uninit,
	.ndo_open		= vspan_dev_open,
	.ndo_stop		= vspan_dev_stop,
	.ndo_start_xmit		= vspan_dev_xmit,
	.ndo_get_stats64	= vspan_dev_stats64,
	.ndo_change_rx_flags	= vspan_dev_change_rx_flags,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

/* Frames that the monitor sends are dropped: the stack need not segment or checksum
 * them first.
 */
#define VSPAN_FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | \
			 NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE | \
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX)

static void vspan_dev_setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &vspan_netdev_ops;
	dev->ethtool_ops = &vspan_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = vspan_dev_free;

	dev->flags |= IFF_NOARP;
	dev->flags &= ~(IFF_MULTICAST | IFF_BROADCAST);
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE |
			   IFF_DONT_BRIDGE;
	dev->tx_queue_len = VSPAN_QLEN_DEFAULT;
	dev->min_mtu = 0;
	dev->max_mtu = 0;

	/* A VLAN device on the span would pass copies to the host's stack. */
	dev->features = VSPAN_FEATURES | NETIF_F_VLAN_CHALLENGED;
	dev->hw_features = VSPAN_FEATURES;
}

static int vspan_dev_validate_addr(const struct nlattr *addr,
				   struct netlink_ext_ack *extack)
{
	if (nla_len(addr) == ETH_ALEN && is_valid_ether_addr(nla_data(addr)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, addr,
			    "a span's address is six bytes, neither multicast nor all zero; leave it out to have one made");
	return -EADDRNOTAVAIL;
}

static int vspan_dev_validate(struct nlattr *tb[], struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	struct nlattr *qlen = tb[IFLA_TXQLEN];

	if (tb[IFLA_ADDRESS] &&
	    vspan_dev_validate_addr(tb[IFLA_ADDRESS], extack))
		return -EADDRNOTAVAIL;
	if (!qlen || vspan_tapdev_qlen_fits(nla_get_u32(qlen)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, qlen,
			    "a span's txqueuelen is 1 to 32767 frames");
	return -ERANGE;
}

struct rtnl_link_ops vspan_link_ops __read_mostly = {
	.kind		= VSPAN_KIND,
	.priv_size	= sizeof(struct vspan_dev),
	.setup		= vspan_dev_setup,
	.validate	= vspan_dev_validate,
};
