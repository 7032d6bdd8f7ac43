// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that no user space can send: stamped by a clock of the hardware, or with
 * payload in the memory of a device.
 *
 *	ip link add odd0 type vspanodd
 *
 * What is sent by such a device is received by it. Where it is sent to says how:
 *
 *	02:0d:d0:00:00:01	with a hardware time
 *	02:0d:d0:00:00:02	with one that its driver is to be asked for
 *	02:0d:d0:00:00:03	unreadable
 *	02:0d:d0:00:00:04	not at all; answered on another CPU, with a hardware
 *				time, while this one cannot do anything else: as where
 *				the answer is sooner there than the softirq
 *	02:0d:d0:00:00:05	the same, but it is somebody else who speaks there
 *	02:0d:d0:00:00:06	from the reserve of memory that is kept for swapping
 *	02:0d:d0:00:00:07	decrypted by the NIC, as for kTLS
 *	02:0d:d0:00:00:08	decrypted by the NIC, for a MACsec device
 *	02:0d:d0:00:00:09	as LRO's work, without saying of what
 *	02:0d:d0:00:00:0a	as LRO's work: a super-frame with its checksum checked
 *
 * and all else as it was. The first hardware time of a device is ODD_EPOCH, and
 * each next one a nanosecond later. Unreadable frames are known from Linux 6.12
 * on; /sys/module/vspan_odd/parameters/unreadable says whether they are.
 *
 * It says that it encrypts ESP by itself (ip xfrm state ... offload dev odd0 dir out), and
 * does not: what is sent so is plain text on this side of a cable.
 *
 * While its MTU is ODD_ROOF, its promiscuity is such that nobody can add to it.
 */
#include <linux/etherdevice.h>
#include <linux/gfp.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <net/dst_metadata.h>
#include <net/ip.h>
#include <net/rtnetlink.h>
#include <net/xfrm.h>

#define ODD_EPOCH	(1600000000LL * NSEC_PER_SEC)
#define ODD_ROOF	1234

/* A NIC that splits frames leaves the headers among the linear bytes, and what
 * the tests know a frame by is in these.
 */
#define ODD_LINEAR	26

enum odd_way {
	ODD_PLAIN,
	ODD_STAMPED,
	ODD_LATE,
	ODD_UNREADABLE,
	ODD_ANSWERED,
	ODD_OTHER,
	ODD_RESERVE,
	ODD_DECRYPTED,
	ODD_MACSEC,
	ODD_LRO,
	ODD_LRO_CHECKED,
	ODD_WAYS
};

/**
 * struct odd_dev - netdev_priv() of such a device
 * @clock: the next hardware time, in ns since ODD_EPOCH
 * @answering: one frame at a time is answered; bit 0
 * @work: who answers
 * @answer: what with; its own while @said is false
 * @said: it has been received
 */
struct odd_dev {
	atomic64_t clock;
	unsigned long answering;
	struct work_struct work;
	struct sk_buff *answer;
	bool said;
};

#ifdef ODD_HAVE_UNREADABLE
static bool odd_unreadable = true;

/* Nobody may look into the page from here on, though it is a page. */
static void odd_hide(struct sk_buff *skb)
{
	skb->unreadable = skb_is_nonlinear(skb);
}
#else
static bool odd_unreadable;

static void odd_hide(struct sk_buff *skb)
{
}
#endif
module_param_named(unreadable, odd_unreadable, bool, 0444);
MODULE_PARM_DESC(unreadable, "this kernel has unreadable frames");

static enum odd_way odd_way(const struct sk_buff *skb)
{
	static const u8 prefix[] = { 0x02, 0x0d, 0xd0, 0, 0 };
	const u8 *dst = eth_hdr(skb)->h_dest;

	if (memcmp(dst, prefix, sizeof(prefix)) || dst[5] >= ODD_WAYS)
		return ODD_PLAIN;
	return dst[5];
}

/* Move the payload from the linear bytes to a page, where NICs have it. A frame
 * that has no more than headers, or more than a page, stays as it is.
 */
static int odd_split(struct sk_buff *skb)
{
	int len = skb->len - ODD_LINEAR;
	struct page *page;

	if (skb_is_nonlinear(skb) || len <= 0 || len > PAGE_SIZE)
		return 0;
	page = alloc_page(GFP_ATOMIC);
	if (!page)
		return -ENOMEM;
	skb_copy_from_linear_data_offset(skb, ODD_LINEAR, page_address(page),
					 len);
	__skb_trim(skb, ODD_LINEAR);
	skb_add_rx_frag(skb, 0, page, 0, len, PAGE_SIZE);
	return 0;
}

static void odd_stamp(struct odd_dev *odd, struct sk_buff *skb)
{
	s64 tick = atomic64_fetch_inc(&odd->clock);

	skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(ODD_EPOCH + tick);
}

/* As igc has it: not a time, but where its driver would find one. */
static void odd_stamp_late(struct sk_buff *skb)
{
	skb_hwtstamps(skb)->netdev_data = skb->head;
	skb_shinfo(skb)->tx_flags |= SKBTX_HW_TSTAMP_NETDEV;
}

static void odd_decrypt(struct sk_buff *skb)
{
#if defined(CONFIG_SKB_DECRYPTED) || defined(CONFIG_TLS_DEVICE)
	skb->decrypted = 1;
#endif
}

static int odd_macsec(struct sk_buff *skb)
{
	struct metadata_dst *md = metadata_dst_alloc(0, METADATA_MACSEC, GFP_ATOMIC);

	if (!md)
		return -ENOMEM;
	skb_dst_set(skb, &md->dst);
	return 0;
}

/* @skb is ours alone. */
static int odd_change(struct odd_dev *odd, struct sk_buff *skb,
		      enum odd_way way)
{
	int err = odd_split(skb);

	if (err)
		return err;
	if (way == ODD_STAMPED)
		odd_stamp(odd, skb);
	else if (way == ODD_LATE)
		odd_stamp_late(skb);
	else if (way == ODD_UNREADABLE)
		odd_hide(skb);
	else if (way == ODD_RESERVE)
		skb->pfmemalloc = true;
	else if (way == ODD_DECRYPTED)
		odd_decrypt(skb);
	else if (way == ODD_MACSEC)
		return odd_macsec(skb);
	else if (way == ODD_LRO)
		skb_shinfo(skb)->gso_size = 100;
	else if (way == ODD_LRO_CHECKED)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return 0;
}

static void odd_swap(void *a, void *b, size_t len)
{
	u8 *x = a, *y = b;

	for (; len; len--, x++, y++)
		swap(*x, *y);
}

static void odd_turn_ports(u8 *p, const u8 *end, u8 proto)
{
	int at = proto_ports_offset(proto);

	if (at >= 0 && p + at + 4 <= end)
		odd_swap(p + at, p + at + 2, 2);
}

static void odd_turn_ipv4(u8 *p, const u8 *end, bool other)
{
	struct iphdr *ip = (struct iphdr *)p;

	if (p + sizeof(*ip) > end)
		return;
	odd_swap(&ip->saddr, &ip->daddr, sizeof(ip->saddr));
	ip->saddr ^= (__force __be32)other;
	if (!ip_is_fragment(ip))
		odd_turn_ports(p + ip->ihl * 4, end, ip->protocol);
}

static void odd_turn_ipv6(u8 *p, const u8 *end, bool other)
{
	struct ipv6hdr *ip = (struct ipv6hdr *)p;

	if (p + sizeof(*ip) > end)
		return;
	odd_swap(&ip->saddr, &ip->daddr, sizeof(ip->saddr));
	ip->saddr.s6_addr[0] ^= other;
	odd_turn_ports(p + sizeof(*ip), end, ip->nexthdr);
}

/* A super-frame is answered by a short one, as TCP does it. */
static void odd_shorten(struct sk_buff *skb)
{
	if (!skb_is_gso(skb))
		return;
	skb_gso_reset(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb_trim(skb, ETH_ZLEN);
}

/* Make what a frame says what is said to it. Linear, our own; checksums are nothing
 * that anybody here looks at.
 */
static void odd_turn(struct sk_buff *skb, bool other)
{
	struct ethhdr *eth = (struct ethhdr *)skb->data;
	u8 *p = skb->data + 2 * ETH_ALEN;
	const u8 *end = skb->data + skb->len;
	__be16 type;

	odd_swap(eth->h_dest, eth->h_source, ETH_ALEN);
	eth->h_source[2] ^= other;
	while (p + VLAN_HLEN < end && eth_type_vlan(*(__be16 *)p))
		p += VLAN_HLEN;
	type = *(__be16 *)p;
	if (type == htons(ETH_P_IP))
		odd_turn_ipv4(p + 2, end, other);
	else if (type == htons(ETH_P_IPV6))
		odd_turn_ipv6(p + 2, end, other);
}

static void odd_say(struct work_struct *work)
{
	struct odd_dev *odd = container_of(work, struct odd_dev, work);
	struct sk_buff *skb = odd->answer;

	skb->protocol = eth_type_trans(skb, skb->dev);
	/* Not for this host, whatever it says. */
	skb->pkt_type = PACKET_OTHERHOST;
	local_bh_disable();
	netif_receive_skb(skb);
	/* What was made of it is delivered from here. */
	local_bh_enable();
	/* Pairs with odd_answer(). */
	smp_store_release(&odd->said, true);
}

/* Wait, with softirqs off, until another CPU has received the answer; not forever, as
 * that may in turn wait for this one.
 */
static void odd_answer(struct odd_dev *odd, struct sk_buff *skb, bool other)
{
	int cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());
	u64 end = ktime_get_ns() + NSEC_PER_SEC;

	if (cpu >= nr_cpu_ids || test_and_set_bit(0, &odd->answering)) {
		kfree_skb(skb);
		return;
	}
	odd_shorten(skb);
	odd_turn(skb, other);
	odd_stamp(odd, skb);
	odd->answer = skb;
	odd->said = false;
	queue_work_on(cpu, system_highpri_wq, &odd->work);
	/* Pairs with odd_say(). */
	while (!smp_load_acquire(&odd->said) && ktime_get_ns() < end)
		cpu_relax();
	/* The same. Who comes late is the last to have spoken. */
	if (smp_load_acquire(&odd->said))
		clear_bit(0, &odd->answering);
}

/* Who has a clone of what was sent must not find it changed. */
static netdev_tx_t odd_xmit(struct sk_buff *skb, struct net_device *dev)
{
	enum odd_way way = odd_way(skb);
	struct sk_buff *own;

	skb_orphan(skb);
	if (way == ODD_ANSWERED || way == ODD_OTHER) {
		own = skb_copy(skb, GFP_ATOMIC);
		consume_skb(skb);
		if (own)
			odd_answer(netdev_priv(dev), own, way == ODD_OTHER);
		return NETDEV_TX_OK;
	}
	if (way != ODD_PLAIN) {
		skb = skb_unshare(skb, GFP_ATOMIC);
		if (!skb)
			return NETDEV_TX_OK;
		if (odd_change(netdev_priv(dev), skb, way)) {
			kfree_skb(skb);
			return NETDEV_TX_OK;
		}
	}
	skb->protocol = eth_type_trans(skb, dev);
	netif_rx(skb);
	return NETDEV_TX_OK;
}

static int odd_dev_init(struct net_device *dev)
{
	struct odd_dev *odd = netdev_priv(dev);

	INIT_WORK(&odd->work, odd_say);
	return 0;
}

static void odd_dev_uninit(struct net_device *dev)
{
	struct odd_dev *odd = netdev_priv(dev);

	flush_work(&odd->work);
}

/* As if four thousand million packet sockets had it promiscuous, or none. */
static int odd_change_mtu(struct net_device *dev, int mtu)
{
	if (mtu == ODD_ROOF)
		WRITE_ONCE(dev->promiscuity, UINT_MAX);
	else if (dev->promiscuity == UINT_MAX)
		WRITE_ONCE(dev->promiscuity, 0);
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct net_device_ops odd_netdev_ops = {
	.ndo_init		= odd_dev_init,
	.ndo_uninit		= odd_dev_uninit,
	.ndo_start_xmit		= odd_xmit,
	.ndo_change_mtu		= odd_change_mtu,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

#ifdef CONFIG_XFRM_OFFLOAD
#ifdef ODD_ESP_NAMES_DEV
static int odd_esp_add(struct net_device *dev, struct xfrm_state *x,
		       struct netlink_ext_ack *extack)
#elif defined(ODD_ESP_HAS_EXTACK)
static int odd_esp_add(struct xfrm_state *x, struct netlink_ext_ack *extack)
#else
static int odd_esp_add(struct xfrm_state *x)
#endif
{
	return 0;
}

#ifdef ODD_ESP_NAMES_DEV
static void odd_esp_del(struct net_device *dev, struct xfrm_state *x)
#else
static void odd_esp_del(struct xfrm_state *x)
#endif
{
}

static bool odd_esp_ok(struct sk_buff *skb, struct xfrm_state *x)
{
	return true;
}

static const struct xfrmdev_ops odd_esp_ops = {
	.xdo_dev_state_add	= odd_esp_add,
	.xdo_dev_state_delete	= odd_esp_del,
	.xdo_dev_offload_ok	= odd_esp_ok,
};

static void odd_offer_esp(struct net_device *dev)
{
	dev->xfrmdev_ops = &odd_esp_ops;
	dev->features |= NETIF_F_HW_ESP;
	dev->hw_enc_features |= NETIF_F_HW_ESP;
}
#else
static void odd_offer_esp(struct net_device *dev)
{
}
#endif

/* Super-frames are sent and received as they are. */
static void odd_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &odd_netdev_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE;
	odd_offer_esp(dev);
	dev->hw_features |= dev->features;
	eth_hw_addr_random(dev);
}

static struct rtnl_link_ops odd_link_ops __read_mostly = {
	.kind		= "vspanodd",
	.priv_size	= sizeof(struct odd_dev),
	.setup		= odd_setup,
};

static int __init odd_init(void)
{
	return rtnl_link_register(&odd_link_ops);
}

/* With the kind, all devices of it go. */
static void __exit odd_exit(void)
{
	rtnl_link_unregister(&odd_link_ops);
}

module_init(odd_init);
module_exit(odd_exit);
MODULE_ALIAS_RTNL_LINK("vspanodd");
MODULE_DESCRIPTION("Odd frames for the selftests of vspan");
MODULE_LICENSE("GPL");
