// SPDX-License-Identifier: GPL-2.0
/*
 * The tap of a span: /dev/tap<ifindex>, for QEMU, vhost-net and libvirt. It is
 * implemented by the kernel's tap library, as for macvtap.
 */
#include <linux/cdev.h>
#include <linux/device/class.h>
#include <linux/module.h>
#include <linux/net.h>
#include <net/sock.h>

#include "config/idle.h"
#include "config/loop.h"
#include "config/tapdev.h"
#include "config/tenant.h"
#include "path/deliver.h"
#include "stats.h"
#include "vspan.h"

static dev_t vspan_tapdev_major;
static struct cdev vspan_tapdev_cdev;

/* The operations that the tap library had set in @vspan_tapdev_cdev */
static const struct file_operations *vspan_tapdev_lib_ops;

static vspan_class_ns *vspan_tapdev_namespace(vspan_class_device *d)
{
	return vspan_class_net(dev_net(to_net_dev(d->parent)));
}

static struct class vspan_tapdev_class = {
	.name		= "vspan",
	.ns_type	= &net_ns_type_operations,
	.namespace	= vspan_tapdev_namespace,
};

/* Wake the span before open() returns. The file gets the library's operations, which
 * vhost requires (tap_get_socket()). An open file holds both modules: tap.ko by its
 * operations, vspan.ko by the cdev of the node (chrdev_open()).
 */
static int vspan_tapdev_open(struct inode *inode, struct file *file)
{
	const struct tap_queue *q;
	struct tap_dev *tap;
	int err;

	replace_fops(file, fops_get(vspan_tapdev_lib_ops));
	err = file->f_op->open(inode, file);
	if (err)
		return err;
	q = file->private_data;
	rtnl_lock();
	tap = rtnl_dereference(q->tap);
	/* NULL if the span was deleted meanwhile. */
	if (tap)
		vspan_idle_look(container_of(tap, struct vspan_dev, tap));
	rtnl_unlock();
	return 0;
}

static const struct file_operations vspan_tapdev_ops = {
	.owner	= THIS_MODULE,
	.open	= vspan_tapdev_open,
};

/**
 * vspan_tapdev_init - allocate device numbers and register the class
 *
 * Return: 0 or a negative errno.
 */
int vspan_tapdev_init(void)
{
	int err;

	err = tap_create_cdev(&vspan_tapdev_cdev, &vspan_tapdev_major,
			      VSPAN_KIND, THIS_MODULE);
	if (err)
		return err;
	/* There is no span yet, so there is no node that could be opened. */
	vspan_tapdev_lib_ops = vspan_tapdev_cdev.ops;
	vspan_tapdev_cdev.ops = &vspan_tapdev_ops;
	err = class_register(&vspan_tapdev_class);
	if (err)
		tap_destroy_cdev(vspan_tapdev_major, &vspan_tapdev_cdev);
	return err;
}

/**
 * vspan_tapdev_uninit - undo vspan_tapdev_init()
 */
void vspan_tapdev_uninit(void)
{
	class_unregister(&vspan_tapdev_class);
	tap_destroy_cdev(vspan_tapdev_major, &vspan_tapdev_cdev);
}

/* The ring of a reader is full; called in the span's NAPI. */
static void vspan_tapdev_count_rx_dropped(struct tap_dev *tap)
{
	struct vspan_dev *vs = container_of(tap, struct vspan_dev, tap);

	vspan_deliver_lost(vs, VSPAN_DROP_RING_FULL);
}

/* The monitor has written a malformed frame that does not reach ndo_start_xmit; called
 * in process context.
 */
static void vspan_tapdev_count_tx_dropped(struct tap_dev *tap)
{
	struct vspan_dev *vs = container_of(tap, struct vspan_dev, tap);

	local_bh_disable();
	vspan_stats_add(vs->stats, VSPAN_TX_PACKETS, 1);
	local_bh_enable();
}

/**
 * vspan_tapdev_setup - prepare a new span's tap
 * @vs: the span, not yet registered
 *
 * Return: 0 or -ENOMEM.
 */
int vspan_tapdev_setup(struct vspan_dev *vs)
{
	struct tap_dev *tap = &vs->tap;

	vs->pinned = vspan_sock_create();
	if (!vs->pinned)
		return -ENOMEM;
	INIT_LIST_HEAD(&tap->queue_list);
	tap->dev = vs->dev;
	tap->tap_features = NETIF_F_HW_CSUM | NETIF_F_TSO_ECN | NETIF_F_TSO |
			    NETIF_F_TSO6;
	tap->count_rx_dropped = vspan_tapdev_count_rx_dropped;
	tap->count_tx_dropped = vspan_tapdev_count_tx_dropped;
	return 0;
}

/**
 * vspan_tapdev_unset - undo vspan_tapdev_setup()
 * @vs: a span that nobody uses any more
 */
void vspan_tapdev_unset(struct vspan_dev *vs)
{
	sock_release(vs->pinned);
}

static void vspan_tapdev_name(const struct vspan_dev *vs, char *name)
{
	snprintf(name, IFNAMSIZ, "tap%d", vs->dev->ifindex);
}

static dev_t vspan_tapdev_devt(const struct vspan_dev *vs)
{
	return MKDEV(MAJOR(vspan_tapdev_major), vs->tap.minor);
}

static int vspan_tapdev_create(struct vspan_dev *vs)
{
	struct device *parent = &vs->dev->dev;
	struct device *node;
	char name[IFNAMSIZ];
	int err;

	err = tap_get_minor(vspan_tapdev_major, &vs->tap);
	if (err)
		return err;
	vspan_tapdev_name(vs, name);
	node = device_create(&vspan_tapdev_class, parent, vspan_tapdev_devt(vs),
			     vs->dev, "%s", name);
	if (IS_ERR(node)) {
		err = PTR_ERR(node);
		goto err_free_minor;
	}
	err = sysfs_create_link(&parent->kobj, &node->kobj, name);
	if (err)
		goto err_destroy_node;
	return 0;

err_destroy_node:
	device_destroy(&vspan_tapdev_class, vspan_tapdev_devt(vs));
err_free_minor:
	tap_free_minor(vspan_tapdev_major, &vs->tap);
	return err;
}

static void vspan_tapdev_remove(struct vspan_dev *vs)
{
	char name[IFNAMSIZ];

	/* No node: a span in a tenant's netns, an error before, or a repeated event. */
	if (!vs->tap.minor)
		return;
	vspan_tapdev_name(vs, name);
	sysfs_remove_link(&vs->dev->dev.kobj, name);
	device_destroy(&vspan_tapdev_class, vspan_tapdev_devt(vs));
	tap_free_minor(vspan_tapdev_major, &vs->tap);
}

/**
 * vspan_tapdev_event - handle an event of the span's netdevice
 * @vs: the span
 * @event: NETDEV_*; a move to another netns is NETDEV_UNREGISTER, then NETDEV_REGISTER,
 *	and may change the ifindex
 *
 * A span in a tenant's netns has no node and is read by packet sockets.
 *
 * Context: RTNL.
 * Return: 0 or a negative errno.
 */
int vspan_tapdev_event(struct vspan_dev *vs, unsigned long event)
{
	switch (event) {
	case NETDEV_REGISTER:
		/* A tenant could choose an ifindex whose name in the host's /dev is
		 * taken or expected.
		 */
		return vspan_tenant_owns(dev_net(vs->dev)) ? 0 :
							     vspan_tapdev_create(vs);
	case NETDEV_UNREGISTER:
		vspan_tapdev_remove(vs);
		return 0;
	case NETDEV_CHANGE_TX_QUEUE_LEN:
		if (!vspan_tapdev_qlen_fits(vs->dev->tx_queue_len))
			return -ERANGE;
		return tap_queue_resize(&vs->tap);
	}
	return 0;
}
