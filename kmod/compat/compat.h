/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module is written for the newest kernel. This file replaces what older kernels
 * lack, depending on what Kbuild.include has found in their headers.
 */
#ifndef _VSPAN_COMPAT_H
#define _VSPAN_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "vspan needs Linux 6.1 or newer"
#endif

#include <linux/device/class.h>
#include <linux/netdevice.h>
#include <linux/ns_common.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#ifdef VSPAN_HAVE_CONST_CLASS_NAMESPACE
#define vspan_class_device const struct device
#else
#define vspan_class_device struct device
#endif

#ifdef VSPAN_HAVE_NS_COMMON_CLASS_NAMESPACE
#define vspan_class_ns		const struct ns_common
#define vspan_class_net(net)	to_ns_common(net)
#else
#define vspan_class_ns		const void
#define vspan_class_net(net)	(net)
#endif

#ifndef VSPAN_HAVE_FRAGS_READABLE
static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return true;
}
#endif

/* In kernels without it, BH sections exclude each other with PREEMPT_RT as well. */
#ifndef VSPAN_HAVE_LOCK_NESTED_BH
#define local_lock_nested_bh(lock)	do { } while (0)
#define local_unlock_nested_bh(lock)	do { } while (0)
#endif

#ifndef VSPAN_HAVE_NIT_ACTIVE_RCU
#define dev_nit_active_rcu(dev) dev_nit_active((struct net_device *)(dev))
#endif

/* Tables are const from 6.11 on. Older kernels do not write to them either. */
static inline struct ctl_table_header *
vspan_register_sysctl(struct net *net, const char *path, const struct ctl_table *table,
		      size_t size)
{
#ifdef VSPAN_HAVE_NET_SYSCTL_SZ
	return register_net_sysctl_sz(net, path, (void *)table, size);
#else
	return register_net_sysctl(net, path, (void *)table);
#endif
}

/* True if the device has a tc program or qdisc at @way, ingress or egress. */
#if defined(VSPAN_HAVE_TCX) && defined(CONFIG_NET_XGRESS)
#define vspan_dev_has_tc(dev, way) (!!rcu_access_pointer((dev)->tcx_##way))
#elif !defined(VSPAN_HAVE_TCX) && defined(CONFIG_NET_CLS_ACT)
#define vspan_dev_has_tc(dev, way) (!!rcu_access_pointer((dev)->miniq_##way))
#else
#define vspan_dev_has_tc(dev, way) false
#endif

#endif /* _VSPAN_COMPAT_H */
