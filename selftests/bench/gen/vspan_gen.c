// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's generator and clock: bursts as a NIC's NAPI would bring them,
 * short enough that a busy machine disturbs few of them. pktgen's shortest run
 * takes a quarter of a second, and sends one frame at a time.
 *
 * In /sys/kernel/debug/vspan_gen/: reading "send" sends a burst and says how many
 * ns it took until all that follows from it was done; reading "clone" says how
 * long as many clones took that are freed at once.
 */
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/udp.h>

#define GEN_MAX_DEVS	512

/* What is sent; each a file of that name. */
static u32 gen_first = 1;	/* ifindex of the first device */
static u32 gen_devs = 1;	/* and how many, in turn */
static u32 gen_count = 64;	/* frames of a burst */
static u32 gen_batch = 64;	/* frames before their receiver may run */
static u32 gen_len = 60;	/* bytes of a frame, no FCS */
static u32 gen_vlan;		/* VLAN ID of its tag, or 0 */
static u32 gen_both;		/* from every second device they go back */

static struct net_device *gen_dev[GEN_MAX_DEVS];
static struct dentry *gen_dir;

static void gen_fill(struct sk_buff *skb, bool back)
{
	static const u8 end[][ETH_ALEN] = {
		{ 2, 0, 0, 0, 0, 0xaa }, { 2, 0, 0, 0, 0, 0xbb },
	};
	unsigned int len = gen_len - ETH_HLEN;
	struct ethhdr *eth = skb_put(skb, ETH_HLEN);
	struct iphdr *iph = skb_put_zero(skb, len);
	struct udphdr *udp = (struct udphdr *)(iph + 1);

	ether_addr_copy(eth->h_dest, end[!back]);
	ether_addr_copy(eth->h_source, end[back]);
	eth->h_proto = htons(ETH_P_IP);
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->protocol = IPPROTO_UDP;
	iph->tot_len = htons(len);
	iph->saddr = htonl(0xc0000201);		/* 192.0.2.1 */
	iph->daddr = htonl(0xc0000202);
	iph->check = ip_fast_csum(iph, iph->ihl);
	udp->source = htons(1000);
	udp->dest = htons(2000);
	udp->len = htons(len - sizeof(*iph));
}

static struct sk_buff *gen_frame(struct net_device *dev, bool back)
{
	struct sk_buff *skb = alloc_skb(NET_SKB_PAD + gen_len, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	skb_reset_mac_header(skb);
	gen_fill(skb, back);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = dev;
	if (gen_vlan)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), gen_vlan);
	return skb;
}

static int gen_send_one(u32 i)
{
	struct sk_buff *skb = gen_frame(gen_dev[i], gen_both && i & 1);

	if (!skb)
		return -ENOMEM;
	return dev_queue_xmit(skb) == NET_XMIT_SUCCESS ? 0 : -ENOBUFS;
}

/* Where BH go on again, the receivers run. */
static int gen_burst(void)
{
	u32 sent, i = 0;
	int err = 0;

	while (i < gen_count && !err) {
		local_bh_disable();
		for (sent = 0; sent < gen_batch && i < gen_count && !err; sent++)
			err = gen_send_one(i++ % gen_devs);
		local_bh_enable();
	}
	return err;
}

static void gen_put_devs(void)
{
	int i;

	for (i = 0; i < gen_devs; i++) {
		dev_put(gen_dev[i]);
		gen_dev[i] = NULL;
	}
}

static int gen_get_devs(void)
{
	int i;

	if (!gen_devs || gen_devs > GEN_MAX_DEVS || !gen_batch ||
	    gen_len < ETH_ZLEN || gen_len > ETH_FRAME_LEN)
		return -EINVAL;
	for (i = 0; i < gen_devs; i++) {
		gen_dev[i] = dev_get_by_index(&init_net, gen_first + i);
		if (!gen_dev[i]) {
			gen_put_devs();
			return -ENODEV;
		}
	}
	return 0;
}

static int gen_send(void *unused, u64 *ns)
{
	u64 begin;
	int err;

	err = gen_get_devs();
	if (err)
		return err;
	begin = ktime_get_ns();
	err = gen_burst();
	*ns = ktime_get_ns() - begin;
	gen_put_devs();
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(gen_send_fops, gen_send, NULL, "%llu\n");

static int gen_clone(void *unused, u64 *ns)
{
	struct sk_buff *skb = gen_frame(NULL, false);
	u64 begin;
	u32 i;

	if (!skb)
		return -ENOMEM;
	local_bh_disable();
	begin = ktime_get_ns();
	for (i = 0; i < gen_count; i++)
		kfree_skb(skb_clone(skb, GFP_ATOMIC));
	*ns = ktime_get_ns() - begin;
	local_bh_enable();
	kfree_skb(skb);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(gen_clone_fops, gen_clone, NULL, "%llu\n");

static int __init gen_init(void)
{
	gen_dir = debugfs_create_dir("vspan_gen", NULL);
	debugfs_create_u32("first", 0600, gen_dir, &gen_first);
	debugfs_create_u32("devs", 0600, gen_dir, &gen_devs);
	debugfs_create_u32("count", 0600, gen_dir, &gen_count);
	debugfs_create_u32("batch", 0600, gen_dir, &gen_batch);
	debugfs_create_u32("len", 0600, gen_dir, &gen_len);
	debugfs_create_u32("vlan", 0600, gen_dir, &gen_vlan);
	debugfs_create_u32("both", 0600, gen_dir, &gen_both);
	debugfs_create_file_unsafe("send", 0400, gen_dir, NULL, &gen_send_fops);
	debugfs_create_file_unsafe("clone", 0400, gen_dir, NULL,
				   &gen_clone_fops);
	return 0;
}

static void __exit gen_exit(void)
{
	debugfs_remove(gen_dir);
}

module_init(gen_init);
module_exit(gen_exit);
MODULE_DESCRIPTION("Generator of vspan's benchmark");
MODULE_LICENSE("GPL");
